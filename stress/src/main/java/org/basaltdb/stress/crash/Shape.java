package org.basaltdb.stress.crash;

import org.basaltdb.core.row.FieldSetters;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;

/// The kinds of tables, which differ in their keys. A key is one number everywhere, from which the
/// columns of the key follow.
///
/// The other columns form two halves, A and B, so that an update can change one and leave the
/// other. A last column, never set, carries the table's incarnation in its name.
enum Shape {
  /// A BIGINT.
  LONG,
  /// A VARCHAR and a BIGINT, partitioned by the first.
  TEXT,
  /// A BIGINT that the engine numbers.
  NUMBERED;

  static final String ID = "id";
  static final String REGION = "region";
  static final int MAX_PAYLOAD_BYTES = 200_000;

  private static final String INCARNATION_PREFIX = "made_by_";
  private static final String[] REGIONS = {
    "", "n", "eu", "asia", "Αφρική", "north-america", "a region with a rather longer name"
  };

  /// The schema of a table of this kind.
  ///
  /// @param incarnation the version of the operation that creates it
  TableSchema schema(String name, long incarnation) {
    TableSchema.Builder builder = TableSchema.builder(name);
    switch (this) {
      case LONG -> builder.column(ID, ColumnType.BIGINT).primaryKey(ID);
      case TEXT ->
          builder
              .column(REGION, ColumnType.VARCHAR)
              .maxLength(60)
              .column(ID, ColumnType.BIGINT)
              .primaryKey(REGION, ID)
              .partitionKey(REGION);
      case NUMBERED -> builder.column(ID, ColumnType.BIGINT).autoIncrement().primaryKey(ID);
    }
    return RowContent.declare(builder)
        .column(INCARNATION_PREFIX + incarnation, ColumnType.INT)
        .nullable()
        .build();
  }

  /// The kind of an existing table.
  static Shape of(TableSchema schema) {
    if (schema.hasColumn(REGION)) {
      return TEXT;
    }
    return schema.autoIncrementOrdinal() >= 0 ? NUMBERED : LONG;
  }

  /// The version of the operation that created a table.
  static long incarnationOf(TableSchema schema) {
    Column last = schema.columns().getLast();
    return Long.parseLong(last.name().substring(INCARNATION_PREFIX.length()));
  }

  /// What a row of the kind [#TEXT] has in its first key column.
  static String regionOf(long key) {
    return REGIONS[(int) Long.remainderUnsigned(key * 31, REGIONS.length)];
  }

  /// The number that the content of a row follows from: its key, or 0 where the key is not known
  /// when the row is filled.
  long contentKey(long key) {
    return this == NUMBERED ? 0 : key;
  }

  /// Sets the key columns of a row, or of a key.
  void setKey(FieldSetters<?> target, long key) {
    if (this == TEXT) {
      target.setString(REGION, regionOf(key));
    }
    target.setLong(ID, key);
  }

  /// Whether the key columns of a row belong together.
  boolean keyIsWhole(RowView row) {
    return this != TEXT || regionOf(row.getLong(ID)).equals(row.getString(REGION));
  }
}
