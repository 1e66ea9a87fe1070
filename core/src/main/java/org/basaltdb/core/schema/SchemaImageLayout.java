package org.basaltdb.core.schema;

/// The stored form of a [TableSchema]. Little-endian. After the header come the name of the table,
/// the columns, and the ordinals of the primary key and then of the partition key, 2 bytes each.
///
/// ```text
/// offset  bytes  field
///      0      2  FORMAT_VERSION       1; a larger one is refused
///      2      2  SCHEMA_VERSION       from 1
///      4      4  TOTAL_BYTES          of the image, this header included
///      8      4  EXPECTED_ROW_BYTES   0 where none is declared
///     12      2  COLUMN_COUNT         without a hidden key
///     14      2  KEY_COUNT            columns of the primary key; 0 means a hidden key
///     16      2  PARTITION_KEY_COUNT  0 means all of the primary key
///     18      2  NAME_BYTES           of the table's name, UTF-8, which follows
/// ```
///
/// One column, followed by the UTF-8 bytes of its name:
///
/// ```text
/// offset  bytes  field
///      0      4  COLUMN_MAX_LENGTH    bytes; 0 where the type has a fixed length
///      4      1  COLUMN_TYPE          code of the type
///      5      1  COLUMN_FLAGS         bit 0 nullable, bit 1 auto-increment
///      6      1  COLUMN_PRECISION     of a DECIMAL, else 0
///      7      1  COLUMN_SCALE         of a DECIMAL, else 0
///      8      2  COLUMN_NAME_BYTES    of its name
/// ```
final class SchemaImageLayout {
  static final int FORMAT = 1;

  static final int FORMAT_VERSION_OFFSET = 0;
  static final int SCHEMA_VERSION_OFFSET = FORMAT_VERSION_OFFSET + Short.BYTES;
  static final int TOTAL_BYTES_OFFSET = SCHEMA_VERSION_OFFSET + Short.BYTES;
  static final int EXPECTED_ROW_BYTES_OFFSET = TOTAL_BYTES_OFFSET + Integer.BYTES;
  static final int COLUMN_COUNT_OFFSET = EXPECTED_ROW_BYTES_OFFSET + Integer.BYTES;
  static final int KEY_COUNT_OFFSET = COLUMN_COUNT_OFFSET + Short.BYTES;
  static final int PARTITION_KEY_COUNT_OFFSET = KEY_COUNT_OFFSET + Short.BYTES;
  static final int NAME_BYTES_OFFSET = PARTITION_KEY_COUNT_OFFSET + Short.BYTES;
  static final int HEADER_BYTES = NAME_BYTES_OFFSET + Short.BYTES;

  static final int COLUMN_MAX_LENGTH_OFFSET = 0;
  static final int COLUMN_TYPE_OFFSET = COLUMN_MAX_LENGTH_OFFSET + Integer.BYTES;
  static final int COLUMN_FLAGS_OFFSET = COLUMN_TYPE_OFFSET + Byte.BYTES;
  static final int COLUMN_PRECISION_OFFSET = COLUMN_FLAGS_OFFSET + Byte.BYTES;
  static final int COLUMN_SCALE_OFFSET = COLUMN_PRECISION_OFFSET + Byte.BYTES;
  static final int COLUMN_NAME_BYTES_OFFSET = COLUMN_SCALE_OFFSET + Byte.BYTES;
  static final int COLUMN_HEADER_BYTES = COLUMN_NAME_BYTES_OFFSET + Short.BYTES;

  static final int FLAG_NULLABLE = 1;
  static final int FLAG_AUTO_INCREMENT = 2;

  private SchemaImageLayout() {}
}
