package org.basaltdb.wal;

import java.util.UUID;
import org.basaltdb.offheap.memory.Memory;

/// The only place that knows where the fields in the header block of a log segment lie, and how a
/// segment's files are named.
///
/// ```
/// offset  bytes  field
///      0      8  magic            the characters BASALTWL
///      8      4  version          version of the segment format
///     12      4  checksum         CRC32C of the block without this field
///     16      8  databaseIdHigh   the database's id, most significant bits
///     24      8  databaseIdLow    the database's id, least significant bits
///     32      8  segmentNumber    1, 2, 3...
///     40      8  baseLsn          position in the log of the first byte after this block
///     48      8  segmentBytes     bytes of log in the segment; the file is one block longer
///     56      4  generation       the log generation that prepared the segment
///     60      .  zeroes           to the end of the block
/// ```
///
/// Magic, version, checksum and the length of the block are the same in every version, so that a
/// file of a newer one is recognised as that, and a damaged one as damaged.
///
/// A segment is `wal-<number>.log`. A file that waits to become one is `wal-<number>.spare`, one
/// that is being made `wal-<number>.new`. A name ends in `.log` only when the header below is on
/// disk and all of the file is allocated.
final class SegmentLayout {
  static final int HEADER_BYTES = RecordLayout.BLOCK_BYTES;

  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final int CHECKSUM_OFFSET = VERSION_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_HIGH_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_LOW_OFFSET = DATABASE_ID_HIGH_OFFSET + Long.BYTES;
  static final int SEGMENT_NUMBER_OFFSET = DATABASE_ID_LOW_OFFSET + Long.BYTES;
  static final int BASE_LSN_OFFSET = SEGMENT_NUMBER_OFFSET + Long.BYTES;
  static final int SEGMENT_BYTES_OFFSET = BASE_LSN_OFFSET + Long.BYTES;
  static final int GENERATION_OFFSET = SEGMENT_BYTES_OFFSET + Long.BYTES;
  static final int ZEROES_OFFSET = GENERATION_OFFSET + Integer.BYTES;

  /// The characters BASALTWL, the first in the lowest byte.
  static final long MAGIC = 0x4C57_544C_4153_4142L;

  /// The segment format that this code writes, and the newest that it reads.
  static final int VERSION = 1;

  static final String SEGMENT_SUFFIX = ".log";
  static final String SPARE_SUFFIX = ".spare";
  static final String NEW_SUFFIX = ".new";
  private static final String PREFIX = "wal-";
  private static final int NUMBER_DIGITS = 12;

  private SegmentLayout() {}

  /// The place in a segment's file of the log position `lsn`.
  static long fileOffset(long baseLsn, long lsn) {
    return HEADER_BYTES + (lsn - baseLsn);
  }

  /// The length of a segment's file.
  static long fileBytes(long segmentBytes) {
    return HEADER_BYTES + segmentBytes;
  }

  /// Writes all fields but the checksum into a block that is otherwise zero.
  static void write(
      long address,
      UUID databaseId,
      long segmentNumber,
      long baseLsn,
      long segmentBytes,
      int generation) {
    Memory.putLong(address + MAGIC_OFFSET, MAGIC);
    Memory.putInt(address + VERSION_OFFSET, VERSION);
    Memory.putLong(address + DATABASE_ID_HIGH_OFFSET, databaseId.getMostSignificantBits());
    Memory.putLong(address + DATABASE_ID_LOW_OFFSET, databaseId.getLeastSignificantBits());
    Memory.putLong(address + SEGMENT_NUMBER_OFFSET, segmentNumber);
    Memory.putLong(address + BASE_LSN_OFFSET, baseLsn);
    Memory.putLong(address + SEGMENT_BYTES_OFFSET, segmentBytes);
    Memory.putInt(address + GENERATION_OFFSET, generation);
  }

  static void checksum(long address, int checksum) {
    Memory.putInt(address + CHECKSUM_OFFSET, checksum);
  }

  static int checksum(long address) {
    return Memory.getInt(address + CHECKSUM_OFFSET);
  }

  static long magic(long address) {
    return Memory.getLong(address + MAGIC_OFFSET);
  }

  static int version(long address) {
    return Memory.getInt(address + VERSION_OFFSET);
  }

  static UUID databaseId(long address) {
    return new UUID(
        Memory.getLong(address + DATABASE_ID_HIGH_OFFSET),
        Memory.getLong(address + DATABASE_ID_LOW_OFFSET));
  }

  static long segmentNumber(long address) {
    return Memory.getLong(address + SEGMENT_NUMBER_OFFSET);
  }

  static long baseLsn(long address) {
    return Memory.getLong(address + BASE_LSN_OFFSET);
  }

  static long segmentBytes(long address) {
    return Memory.getLong(address + SEGMENT_BYTES_OFFSET);
  }

  static int generation(long address) {
    return Memory.getInt(address + GENERATION_OFFSET);
  }

  /// The name of the file of a segment in one of its states.
  static String fileName(long segmentNumber, String suffix) {
    String digits = Long.toString(segmentNumber);
    return PREFIX + "0".repeat(Math.max(0, NUMBER_DIGITS - digits.length())) + digits + suffix;
  }

  /// The segment number in a file name.
  ///
  /// @return 0 when the name is not one of a segment in the state of `suffix`
  static long numberOf(String fileName, String suffix) {
    int digitsEnd = fileName.length() - suffix.length();
    if (!fileName.startsWith(PREFIX)
        || !fileName.endsWith(suffix)
        || digitsEnd - PREFIX.length() < NUMBER_DIGITS) {
      return 0;
    }
    long number = 0;
    for (int index = PREFIX.length(); index < digitsEnd; index++) {
      int digit = fileName.charAt(index) - '0';
      if (digit < 0 || digit > 9 || number > Long.MAX_VALUE / 100) {
        return 0;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
