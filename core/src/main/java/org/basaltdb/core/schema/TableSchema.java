package org.basaltdb.core.schema;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.basaltdb.core.error.CorruptCatalogException;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.UnknownColumnException;
import org.jspecify.annotations.Nullable;

/// The columns of a table and its keys. Immutable, so that any thread may use it.
///
/// ```java
/// TableSchema users = TableSchema.builder("users")
///     .column("id", ColumnType.BIGINT).autoIncrement()
///     .column("name", ColumnType.VARCHAR).maxLength(100)
///     .decimal("balance", 12, 2).nullable()
///     .primaryKey("id")
///     .build();
/// ```
///
/// Columns are NOT NULL unless declared `nullable()`. A table without a declared primary key gets a
/// hidden one: a BIGINT column named [#HIDDEN_KEY_NAME] after the others, numbered by the engine.
///
/// The *partition key* decides where a row lives: rows that agree in it live together. It is a
/// subset of the primary key, and all of it unless declared otherwise.
public final class TableSchema {
  /// The most columns of a table, a hidden key not counted.
  public static final int MAX_COLUMNS = 1_000;

  /// The most columns of a primary key.
  public static final int MAX_KEY_COLUMNS = 32;

  /// The most UTF-8 bytes in the name of a table or column.
  public static final int MAX_NAME_BYTES = 128;

  /// The most bytes of one VARCHAR or VARBINARY value.
  public static final int MAX_VALUE_BYTES = 16 << 20;

  /// The most bytes of a key: its fixed columns, and the declared maximum plus two bytes for each
  /// of variable length.
  public static final int MAX_KEY_BYTES = 2_048;

  /// What a VARCHAR or VARBINARY column of the primary key takes where no `maxLength` is declared;
  /// others take [#MAX_VALUE_BYTES].
  public static final int DEFAULT_KEY_VALUE_BYTES = 255;

  /// The most digits of a DECIMAL.
  public static final int MAX_PRECISION = 38;

  /// The most bytes of the part of a row that stays in its page whatever happens: header, columns
  /// of fixed length, key, and for each other column of variable length the 24 bytes that locate a
  /// value stored elsewhere. A page of any table has room for that many.
  public static final int MAX_INLINE_BYTES = 7_600;

  /// The name of the key column of a table that declares none.
  public static final String HIDDEN_KEY_NAME = "_rowid";

  private final String name;
  private final int version;
  private final List<Column> columns;
  private final List<Column> storedColumns;
  private final int[] primaryKey;
  private final int[] partitionKey;
  private final boolean hiddenKey;
  private final int expectedRowBytes;
  private final int autoIncrementOrdinal;
  private final Map<String, Integer> ordinals;

  TableSchema(
      String name,
      int version,
      List<Column> columns,
      @Nullable Column hiddenKey,
      int[] primaryKey,
      int[] partitionKey,
      int expectedRowBytes) {
    this.name = name;
    this.version = version;
    this.columns = List.copyOf(columns);
    this.hiddenKey = hiddenKey != null;
    this.primaryKey = primaryKey;
    this.partitionKey = partitionKey;
    this.expectedRowBytes = expectedRowBytes;
    if (hiddenKey == null) {
      this.storedColumns = this.columns;
    } else {
      Column[] stored = columns.toArray(new Column[columns.size() + 1]);
      stored[columns.size()] = hiddenKey;
      this.storedColumns = List.of(stored);
    }
    this.ordinals = HashMap.newHashMap(storedColumns.size());
    int autoIncrement = -1;
    for (Column column : storedColumns) {
      ordinals.put(column.name(), column.ordinal());
      if (column.autoIncrement()) {
        autoIncrement = column.ordinal();
      }
    }
    this.autoIncrementOrdinal = autoIncrement;
  }

  /// Begins a schema.
  ///
  /// @param tableName 1 to 128 UTF-8 bytes without control characters
  public static Builder builder(String tableName) {
    return new Builder(tableName);
  }

  /// The name of the table.
  public String name() {
    return name;
  }

  /// The version of the schema, from 1; every row names the one it was written with.
  public int version() {
    return version;
  }

  /// The declared columns in order, without a hidden key.
  public List<Column> columns() {
    return columns;
  }

  /// All columns that a row has: the declared ones and, last, the hidden key if there is one.
  public List<Column> storedColumns() {
    return storedColumns;
  }

  /// The column with that ordinal, a hidden key included.
  ///
  /// @throws UnknownColumnException if there is none
  public Column column(int ordinal) {
    if (ordinal < 0 || ordinal >= storedColumns.size()) {
      throw new UnknownColumnException(name, "number " + ordinal, columnNames());
    }
    return storedColumns.get(ordinal);
  }

  /// The column with that name, a hidden key included.
  ///
  /// @throws UnknownColumnException if there is none
  public Column column(String columnName) {
    return storedColumns.get(ordinalOf(columnName));
  }

  /// The ordinal of the column with that name, a hidden key included. Allocates nothing.
  ///
  /// @throws UnknownColumnException if there is none
  public int ordinalOf(String columnName) {
    Integer ordinal = ordinals.get(columnName);
    if (ordinal == null) {
      throw new UnknownColumnException(name, columnName, columnNames());
    }
    return ordinal;
  }

  /// Whether there is a column with that name, a hidden key included.
  public boolean hasColumn(String columnName) {
    return ordinals.containsKey(columnName);
  }

  private List<String> columnNames() {
    return storedColumns.stream().map(Column::name).toList();
  }

  /// How many columns the primary key has; at least one.
  public int keyColumnCount() {
    return primaryKey.length;
  }

  /// The column at that place of the primary key.
  ///
  /// @param index 0 to `keyColumnCount() - 1`
  /// @throws IndexOutOfBoundsException if there is no such place
  public Column keyColumn(int index) {
    return storedColumns.get(primaryKey[Objects.checkIndex(index, primaryKey.length)]);
  }

  /// The names of the columns of the primary key, in key order. Allocates.
  public List<String> keyColumnNames() {
    return Arrays.stream(primaryKey)
        .mapToObj(ordinal -> storedColumns.get(ordinal).name())
        .toList();
  }

  /// How many columns the partition key has; at least one.
  public int partitionKeyColumnCount() {
    return partitionKey.length;
  }

  /// The column at that place of the partition key.
  ///
  /// @param index 0 to `partitionKeyColumnCount() - 1`
  /// @throws IndexOutOfBoundsException if there is no such place
  public Column partitionKeyColumn(int index) {
    return storedColumns.get(partitionKey[Objects.checkIndex(index, partitionKey.length)]);
  }

  /// Whether the partition key is the primary key, column for column.
  public boolean partitionedByPrimaryKey() {
    return Arrays.equals(primaryKey, partitionKey);
  }

  /// Whether the key is a hidden column because none was declared.
  public boolean hiddenKey() {
    return hiddenKey;
  }

  /// The ordinal of the auto-increment column (a hidden key is one), or -1.
  public int autoIncrementOrdinal() {
    return autoIncrementOrdinal;
  }

  /// The expected bytes of a row's values, or 0 where none was declared.
  public int expectedRowBytes() {
    return expectedRowBytes;
  }

  /// The schema as bytes, for the catalog. See [SchemaImageLayout] for their form.
  public byte[] serialise() {
    return SchemaImage.write(this);
  }

  /// Reads a schema from the bytes that [#serialise] made.
  ///
  /// @throws NewerFormatException if a later release wrote them
  /// @throws CorruptCatalogException if they are damaged
  public static TableSchema deserialise(byte[] image) {
    return deserialise(image, "a stored schema");
  }

  /// Reads a schema from the bytes that [#serialise] made.
  ///
  /// @param where what errors name as the place of the bytes
  /// @throws NewerFormatException if a later release wrote them
  /// @throws CorruptCatalogException if they are damaged
  public static TableSchema deserialise(byte[] image, String where) {
    return SchemaImage.read(image, where);
  }

  /// The schema as it would be declared.
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("TABLE ").append(name).append(" (");
    for (Column column : columns) {
      text.append(column).append(", ");
    }
    if (!hiddenKey) {
      text.append("PRIMARY KEY ").append(namesOf(primaryKey)).append(", ");
    }
    return text.append("PARTITION KEY ").append(namesOf(partitionKey)).append(')').toString();
  }

  private String namesOf(int[] key) {
    return Arrays.stream(key)
        .mapToObj(ordinal -> storedColumns.get(ordinal).name())
        .toList()
        .toString()
        .replace('[', '(')
        .replace(']', ')');
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TableSchema that
        && name.equals(that.name)
        && version == that.version
        && storedColumns.equals(that.storedColumns)
        && Arrays.equals(primaryKey, that.primaryKey)
        && Arrays.equals(partitionKey, that.partitionKey)
        && expectedRowBytes == that.expectedRowBytes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, version, storedColumns);
  }

  /// Collects what a table shall be. `nullable`, `maxLength` and `autoIncrement` speak of the
  /// column declared last. Nothing is checked before [#build], which reports all problems at once.
  /// For one thread.
  public static final class Builder {
    private final SchemaDraft draft;

    private Builder(String tableName) {
      this.draft = new SchemaDraft(Objects.requireNonNull(tableName, "tableName"));
    }

    /// Adds a column.
    ///
    /// @param columnName 1 to 128 UTF-8 bytes without control characters, unlike the others
    /// @param type any but DECIMAL, for which there is [#decimal]
    public Builder column(String columnName, ColumnType type) {
      draft.add(columnName, type, 0, 0);
      return this;
    }

    /// Adds a DECIMAL column.
    ///
    /// @param columnName 1 to 128 UTF-8 bytes without control characters, unlike the others
    /// @param precision all digits, 1 to 38
    /// @param scale the digits after the point, 0 to `precision`
    public Builder decimal(String columnName, int precision, int scale) {
      draft.add(columnName, ColumnType.DECIMAL, precision, scale);
      return this;
    }

    /// Lets the last column take NULL. Not for columns of the primary key.
    public Builder nullable() {
      draft.nullable();
      return this;
    }

    /// Limits the values of the last column, a VARCHAR or VARBINARY.
    ///
    /// @param bytes the most bytes (for VARCHAR: of UTF-8), 1 to 16,777,216
    public Builder maxLength(int bytes) {
      draft.maxLength(bytes);
      return this;
    }

    /// Has the engine number the rows that leave the last column unset: an INT or BIGINT of the
    /// primary key, one a table. Numbers begin at 1 and rise; gaps are possible; a larger number
    /// set explicitly raises the counter.
    public Builder autoIncrement() {
      draft.autoIncrement();
      return this;
    }

    /// Declares the primary key.
    ///
    /// @param columnNames in the order in which they are compared; at least one, at most 32
    public Builder primaryKey(String... columnNames) {
      draft.primaryKey(columnNames);
      return this;
    }

    /// Declares the partition key: a subset of the primary key in any order. Without it the whole
    /// primary key is taken.
    public Builder partitionKey(String... columnNames) {
      draft.partitionKey(columnNames);
      return this;
    }

    /// Says how large a row is going to be on average. Without it the engine estimates from the
    /// types; it matters for tables with VARCHAR or VARBINARY columns, where a good guess saves
    /// memory.
    ///
    /// @param bytes of the values of a row: 8 for a BIGINT, the UTF-8 length of a VARCHAR and so
    ///   on; at least 1
    public Builder expectedRowBytes(int bytes) {
      draft.expectedRowBytes(bytes);
      return this;
    }

    /// Makes the schema.
    ///
    /// @throws InvalidSchemaException if anything is wrong with it, saying all that is
    public TableSchema build() {
      return draft.build(1);
    }
  }
}
