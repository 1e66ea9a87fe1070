package org.basaltdb.core.store;

import org.basaltdb.offheap.page.PageLayout;

/// The only place that knows where things lie in a page file. Little-endian.
///
/// ```
/// offset  bytes  field
///      0      8  MAGIC             the bytes BASALTPG
///      8      4  FORMAT_VERSION    1; a larger one is refused
///     12      4  PARTITION         whose pages these are
///     16      8  DATABASE_ID_HIGH  identity of the database, most significant bits
///     24      8  DATABASE_ID_LOW   least significant bits
///     32      4  SLOT_BYTES        bytes of a slot, 8192
///     36      4  CHECKSUM          CRC32C of all bytes before it
/// ```
///
/// The header has the first 8 KiB to itself, the rest of it zero. Slot s follows at `8192 * (s +
/// 1)`.
final class PageFileLayout {
  static final int MAGIC_OFFSET = 0;
  static final int FORMAT_VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final int PARTITION_OFFSET = FORMAT_VERSION_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_HIGH_OFFSET = PARTITION_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_LOW_OFFSET = DATABASE_ID_HIGH_OFFSET + Long.BYTES;
  static final int SLOT_BYTES_OFFSET = DATABASE_ID_LOW_OFFSET + Long.BYTES;
  static final int CHECKSUM_OFFSET = SLOT_BYTES_OFFSET + Integer.BYTES;

  /// What the header takes of the file.
  static final int HEADER_BYTES = PageLayout.PAGE_BYTES;

  /// Bytes of a slot: one page.
  static final int SLOT_BYTES = PageLayout.PAGE_BYTES;

  static final int FORMAT = 1;

  /// The bytes `BASALTPG` as a little-endian long.
  static final long MAGIC = 0x4750_544C_4153_4142L;

  private PageFileLayout() {}

  /// Where a slot begins in the file.
  static long fileOffset(int slot) {
    return HEADER_BYTES + (long) slot * SLOT_BYTES;
  }

  /// How many whole slots a file of a size holds, of those that can have a number.
  static int slotCount(long fileBytes) {
    return Math.clamp((fileBytes - HEADER_BYTES) / SLOT_BYTES, 0, SlotSpace.MAX_SLOTS);
  }
}
