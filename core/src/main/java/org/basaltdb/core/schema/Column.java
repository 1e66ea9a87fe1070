package org.basaltdb.core.schema;

import java.util.Objects;

/// One column of a table. Immutable, so that any thread may use it. Made by [TableSchema.Builder].
public final class Column {
  /// The largest precision of a DECIMAL that fits 8 bytes.
  public static final int MAX_COMPACT_PRECISION = 18;

  private final String name;
  private final ColumnType type;
  private final int ordinal;
  private final boolean nullable;
  private final int maxLength;
  private final int precision;
  private final int scale;
  private final boolean autoIncrement;
  private final boolean hidden;

  Column(
      String name,
      ColumnType type,
      int ordinal,
      boolean nullable,
      int maxLength,
      int precision,
      int scale,
      boolean autoIncrement,
      boolean hidden) {
    this.name = name;
    this.type = type;
    this.ordinal = ordinal;
    this.nullable = nullable;
    this.maxLength = maxLength;
    this.precision = precision;
    this.scale = scale;
    this.autoIncrement = autoIncrement;
    this.hidden = hidden;
  }

  /// The name, as declared; names are told apart by case.
  public String name() {
    return name;
  }

  /// The type of the values.
  public ColumnType type() {
    return type;
  }

  /// The place of the column in its table, from 0: what setters and getters by number take.
  public int ordinal() {
    return ordinal;
  }

  /// Whether the column takes NULL.
  public boolean nullable() {
    return nullable;
  }

  /// The most bytes of a value, 1 to 16,777,216, for VARCHAR (UTF-8 bytes) and VARBINARY; 0 for the
  /// other types.
  public int maxLength() {
    return maxLength;
  }

  /// The digits of a DECIMAL, 1 to 38; 0 for the other types.
  public int precision() {
    return precision;
  }

  /// The digits of a DECIMAL after the point, 0 to its precision; 0 for the other types.
  public int scale() {
    return scale;
  }

  /// Whether the engine numbers the rows that leave this column unset.
  public boolean autoIncrement() {
    return autoIncrement;
  }

  /// Whether the engine added the column as the key of a table that declared none.
  public boolean hidden() {
    return hidden;
  }

  /// Bytes of a value in a row; 0 for VARCHAR and VARBINARY.
  public int fixedBytes() {
    return type == ColumnType.DECIMAL && precision > MAX_COMPACT_PRECISION ? 16 : type.fixedBytes();
  }

  /// The type as it would be declared, for instance `DECIMAL(10,2)`.
  public String typeText() {
    return switch (type) {
      case DECIMAL -> "DECIMAL(" + precision + "," + scale + ")";
      case VARCHAR, VARBINARY -> type + "(" + maxLength + ")";
      default -> type.toString();
    };
  }

  /// The column as it would be declared, for instance `price DECIMAL(10,2) NOT NULL`.
  @Override
  public String toString() {
    return name
        + " "
        + typeText()
        + (nullable ? "" : " NOT NULL")
        + (autoIncrement ? " AUTO_INCREMENT" : "");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Column that
        && name.equals(that.name)
        && type == that.type
        && ordinal == that.ordinal
        && nullable == that.nullable
        && maxLength == that.maxLength
        && precision == that.precision
        && scale == that.scale
        && autoIncrement == that.autoIncrement
        && hidden == that.hidden;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, type, ordinal);
  }
}
