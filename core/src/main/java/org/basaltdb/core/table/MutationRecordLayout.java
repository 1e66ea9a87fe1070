package org.basaltdb.core.table;

import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.memory.Memory;

/**
 * The payload of a MUTATION log record: the after-image of one row, or the key of one that went.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  tableId
 *      4      2  slot           hash slot of the row's partition key
 *      6      1  operation      1 PUT, 2 REMOVE
 *      7      1  reserved       zero
 *      8      4  imageBytes     length of the image
 *     12      4  reserved2      zero
 *     16      .  image          PUT: row image, complete, no overflow pointers; REMOVE: key image
 * </pre>
 *
 * The image carries its schema version. Row ids, pages and offsets are not in the log: they may
 * differ after replay (LOG-6).
 */
public final class MutationRecordLayout {
  public static final int TABLE_ID_OFFSET = 0;
  public static final int SLOT_OFFSET = TABLE_ID_OFFSET + Integer.BYTES;
  public static final int OPERATION_OFFSET = SLOT_OFFSET + Short.BYTES;
  public static final int RESERVED_OFFSET = OPERATION_OFFSET + Byte.BYTES;
  public static final int IMAGE_BYTES_OFFSET = RESERVED_OFFSET + Byte.BYTES;
  public static final int RESERVED2_OFFSET = IMAGE_BYTES_OFFSET + Integer.BYTES;
  public static final int IMAGE_OFFSET = RESERVED2_OFFSET + Integer.BYTES;

  public static final byte PUT = 1;
  public static final byte REMOVE = 2;

  private MutationRecordLayout() {}

  /** Bytes of a record with an image of {@code imageBytes}. */
  public static int payloadBytes(int imageBytes) {
    return IMAGE_OFFSET + ((imageBytes + 7) & -8);
  }

  /** Bytes of the longest image that a record of so many bytes holds. */
  public static int maxImageBytes(int payloadBytes) {
    return Math.min(RowLayout.MAX_WIDE_BYTES, (payloadBytes - IMAGE_OFFSET) & -8);
  }

  static void write(
      long payload, int tableId, int slot, byte operation, long image, int imageBytes) {
    Memory.putInt(payload + TABLE_ID_OFFSET, tableId);
    Memory.putShort(payload + SLOT_OFFSET, (short) slot);
    Memory.putShort(payload + OPERATION_OFFSET, operation);
    Memory.putLong(payload + IMAGE_BYTES_OFFSET, imageBytes);
    Memory.copy(image, payload + IMAGE_OFFSET, imageBytes);
    for (int i = imageBytes; (i & 7) != 0; i++) {
      Memory.putByte(payload + IMAGE_OFFSET + i, (byte) 0);
    }
  }

  public static int tableId(long payload) {
    return Memory.getInt(payload + TABLE_ID_OFFSET);
  }

  public static int slot(long payload) {
    return Memory.getUnsignedShort(payload + SLOT_OFFSET);
  }

  public static byte operation(long payload) {
    return Memory.getByte(payload + OPERATION_OFFSET);
  }

  public static int imageBytes(long payload) {
    return Memory.getInt(payload + IMAGE_BYTES_OFFSET);
  }
}
