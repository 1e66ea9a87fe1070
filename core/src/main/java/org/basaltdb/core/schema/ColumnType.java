package org.basaltdb.core.schema;

import org.jspecify.annotations.Nullable;

/// The types of columns.
///
/// | type | values | bytes in a row |
/// |---|---|---|
/// | BOOLEAN | true, false | 1 |
/// | INT | 32-bit signed | 4 |
/// | BIGINT | 64-bit signed | 8 |
/// | FLOAT | IEEE 754 single | 4 |
/// | DOUBLE | IEEE 754 double | 8 |
/// | VARCHAR | well-formed UTF-8, compared by its bytes | its length |
/// | VARBINARY | any bytes, compared unsigned | its length |
/// | DATE | days since 1970-01-01, 32-bit signed | 4 |
/// | TIMESTAMP | microseconds since 1970-01-01T00:00:00Z, 64-bit signed | 8 |
/// | DECIMAL(p, s) | p digits, s of them after the point, as an unscaled integer | 8 up to p = 18, else 16 |
/// | UUID | 128 bits, compared unsigned | 16 |
public enum ColumnType {
  /// True or false.
  BOOLEAN(1, 1),
  /// A 32-bit signed integer.
  INT(2, 4),
  /// A 64-bit signed integer.
  BIGINT(3, 8),
  /// An IEEE 754 single.
  FLOAT(4, 4),
  /// An IEEE 754 double.
  DOUBLE(5, 8),
  /// UTF-8 text.
  VARCHAR(6, 0),
  /// Bytes.
  VARBINARY(7, 0),
  /// A day, without time or zone.
  DATE(8, 4),
  /// An instant, to the microsecond.
  TIMESTAMP(9, 8),
  /// A decimal number of fixed precision and scale.
  DECIMAL(10, 8),
  /// A universally unique identifier.
  UUID(11, 16);

  private static final ColumnType[] TYPES = values();

  private final int code;
  private final int fixedBytes;

  ColumnType(int code, int fixedBytes) {
    this.code = code;
    this.fixedBytes = fixedBytes;
  }

  /// The number that stands for the type in stored schemas; never reused, never changed.
  public int code() {
    return code;
  }

  /// Whether values differ in length: VARCHAR and VARBINARY.
  public boolean isVariableLength() {
    return fixedBytes == 0;
  }

  /// Bytes of a value in a row; 0 where lengths differ. A DECIMAL of this type takes 8 here and
  /// more from its precision, so ask the [Column].
  int fixedBytes() {
    return fixedBytes;
  }

  /// The type with that code, or null if there is none.
  static @Nullable ColumnType ofCode(int code) {
    return code >= 1 && code <= TYPES.length ? TYPES[code - 1] : null;
  }
}
