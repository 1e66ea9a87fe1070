package org.basaltdb.core.codec;

import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;

/// How a column is stored, in one number, so that a setter or getter checks type and column with
/// one comparison. It is the code of the [ColumnType], with a code of its own for a DECIMAL of 16
/// bytes, and bits for what else decides the way of a value.
public final class FieldCode {
  public static final int BOOLEAN = 1;
  public static final int INT = 2;
  public static final int BIGINT = 3;
  public static final int FLOAT = 4;
  public static final int DOUBLE = 5;
  public static final int VARCHAR = 6;
  public static final int VARBINARY = 7;
  public static final int DATE = 8;
  public static final int TIMESTAMP = 9;
  public static final int DECIMAL = 10;
  public static final int UUID = 11;

  /// A DECIMAL of more than 18 digits.
  public static final int WIDE_DECIMAL = 12;

  /// The bits that hold one of the above.
  public static final int TYPE_MASK = 0x1F;

  /// The column belongs to the primary key.
  public static final int KEY = 0x20;

  /// The column takes NULL.
  public static final int NULLABLE = 0x40;

  private FieldCode() {}

  /// The code of a column, without [#KEY].
  static int of(Column column) {
    boolean wideDecimal = column.type() == ColumnType.DECIMAL && column.fixedBytes() > Long.BYTES;
    return (wideDecimal ? WIDE_DECIMAL : column.type().code()) | (column.nullable() ? NULLABLE : 0);
  }
}
