package org.basaltdb.examples.quickstart;

import java.util.List;
import java.util.Objects;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// The table of routes: its schema, and how a record of the file becomes a row.
final class Routes {
  static final String TABLE = "routes";

  /// Records in the file, and so rows in the table.
  static final int COUNT = 67_663;

  /// Fields of a record.
  static final int FIELDS = 9;

  private Routes() {}

  /// The file has no number for a route, so the engine gives one.
  static TableSchema schema() {
    return TableSchema.builder(TABLE)
        .column("id", ColumnType.BIGINT)
        .autoIncrement()
        .column("airline", ColumnType.VARCHAR)
        .maxLength(3)
        .column("airline_id", ColumnType.BIGINT)
        .nullable()
        .column("origin", ColumnType.VARCHAR)
        .maxLength(4)
        .column("origin_id", ColumnType.BIGINT)
        .nullable()
        .column("destination", ColumnType.VARCHAR)
        .maxLength(4)
        .column("destination_id", ColumnType.BIGINT)
        .nullable()
        .column("codeshare", ColumnType.BOOLEAN)
        .column("stops", ColumnType.INT)
        .column("equipment", ColumnType.VARCHAR)
        .maxLength(60)
        .nullable()
        .column("distance_km", ColumnType.DOUBLE)
        .nullable()
        .primaryKey("id")
        .expectedRowBytes(60)
        .build();
  }

  /// Fills a row from a record of the file; the id is left to the engine.
  static void fill(RowBuffer row, List<@Nullable String> record) {
    String equipment = present(record, 8);
    row.clear()
        .setString("airline", present(record, 0))
        .setString("origin", present(record, 2))
        .setString("destination", present(record, 4))
        .setBoolean("codeshare", present(record, 6).equals("Y"))
        .setInt("stops", Integer.parseInt(present(record, 7)))
        .setString("equipment", equipment.isEmpty() ? null : equipment);
    // What is not set is NULL.
    setUnlessNull(row, "airline_id", record.get(1));
    setUnlessNull(row, "origin_id", record.get(3));
    setUnlessNull(row, "destination_id", record.get(5));
  }

  private static void setUnlessNull(RowBuffer row, String column, @Nullable String number) {
    if (number != null) {
      row.setLong(column, Long.parseLong(number));
    }
  }

  private static String present(List<@Nullable String> record, int field) {
    return Objects.requireNonNull(record.get(field), "field " + (field + 1) + " of a route");
  }
}
