package org.basaltdb.core.catalog;

import org.basaltdb.offheap.memory.Memory;

/// The only place that knows where the fields in the payload of a DDL log record lie.
/// Little-endian.
///
/// ```
/// offset  bytes  field
///      0      2  formatVersion  1; a larger one is refused
///      2      1  operation      1 CREATE_TABLE, 2 DROP_TABLE
///      3      1  reserved       zero
///      4      4  tableId        1 to 2^24 - 1
///      8      4  schemaBytes    of the stored schema that follows; 0 for a drop
///     12      4  reserved2      zero
///     16      .  schema         see the stored form of a schema
/// ```
public final class CatalogRecordLayout {
  static final int FORMAT_VERSION_OFFSET = 0;
  static final int OPERATION_OFFSET = FORMAT_VERSION_OFFSET + Short.BYTES;
  static final int RESERVED_OFFSET = OPERATION_OFFSET + Byte.BYTES;
  static final int TABLE_ID_OFFSET = RESERVED_OFFSET + Byte.BYTES;
  static final int SCHEMA_BYTES_OFFSET = TABLE_ID_OFFSET + Integer.BYTES;
  static final int RESERVED2_OFFSET = SCHEMA_BYTES_OFFSET + Integer.BYTES;
  static final int SCHEMA_OFFSET = RESERVED2_OFFSET + Integer.BYTES;

  static final int FORMAT = 1;

  static final byte CREATE_TABLE = 1;
  static final byte DROP_TABLE = 2;

  private CatalogRecordLayout() {}

  static int payloadBytes(byte[] schema) {
    return SCHEMA_OFFSET + schema.length;
  }

  static void write(long payload, byte operation, int tableId, byte[] schema) {
    Memory.putShort(payload + FORMAT_VERSION_OFFSET, (short) FORMAT);
    Memory.putByte(payload + OPERATION_OFFSET, operation);
    Memory.putByte(payload + RESERVED_OFFSET, (byte) 0);
    Memory.putInt(payload + TABLE_ID_OFFSET, tableId);
    Memory.putInt(payload + SCHEMA_BYTES_OFFSET, schema.length);
    Memory.putInt(payload + RESERVED2_OFFSET, 0);
    Memory.copyFromArray(schema, 0, payload + SCHEMA_OFFSET, schema.length);
  }

  static int formatVersion(long payload) {
    return Memory.getUnsignedShort(payload + FORMAT_VERSION_OFFSET);
  }

  static byte operation(long payload) {
    return Memory.getByte(payload + OPERATION_OFFSET);
  }

  static int tableId(long payload) {
    return Memory.getInt(payload + TABLE_ID_OFFSET);
  }

  static byte[] schema(long payload, int payloadBytes) {
    int bytes =
        Math.min(Memory.getInt(payload + SCHEMA_BYTES_OFFSET), payloadBytes - SCHEMA_OFFSET);
    byte[] schema = new byte[Math.max(0, bytes)];
    Memory.copyToArray(payload + SCHEMA_OFFSET, schema, 0, schema.length);
    return schema;
  }
}
