package org.basaltdb.wal;

import java.util.UUID;
import org.basaltdb.offheap.memory.Memory;

/// The only place that knows where the fields in the payload of a generation record lie.
///
/// ```
/// offset  bytes  field
///      0      8  previousEnd      the LSN at which the log ended when it was opened
///      8      8  databaseIdHigh   the database's id, most significant bits
///     16      8  databaseIdLow    the database's id, least significant bits
///     24      8  openedAtMicros   time of the open, microseconds since 1970
///     32      .  zeroes           to the end of the block
/// ```
///
/// Each open of the log begins with one such record, alone in its block, on disk before anything is
/// appended (LOG-4). It makes the verdict of the scan durable: what an earlier generation left
/// between `previousEnd` and this record stays cut for good.
final class GenerationLayout {
  static final int PREVIOUS_END_OFFSET = 0;
  static final int DATABASE_ID_HIGH_OFFSET = PREVIOUS_END_OFFSET + Long.BYTES;
  static final int DATABASE_ID_LOW_OFFSET = DATABASE_ID_HIGH_OFFSET + Long.BYTES;
  static final int OPENED_AT_MICROS_OFFSET = DATABASE_ID_LOW_OFFSET + Long.BYTES;
  static final int ZEROES_OFFSET = OPENED_AT_MICROS_OFFSET + Long.BYTES;

  /// Fills a block together with the record's header.
  static final int PAYLOAD_BYTES = RecordLayout.BLOCK_BYTES - RecordLayout.HEADER_BYTES;

  private GenerationLayout() {}

  /// Fills in the payload; the rest of it is zero already.
  static void write(long payloadAddress, long previousEnd, UUID databaseId, long openedAtMicros) {
    Memory.putLong(payloadAddress + PREVIOUS_END_OFFSET, previousEnd);
    Memory.putLong(payloadAddress + DATABASE_ID_HIGH_OFFSET, databaseId.getMostSignificantBits());
    Memory.putLong(payloadAddress + DATABASE_ID_LOW_OFFSET, databaseId.getLeastSignificantBits());
    Memory.putLong(payloadAddress + OPENED_AT_MICROS_OFFSET, openedAtMicros);
  }

  static long previousEnd(long payloadAddress) {
    return Memory.getLong(payloadAddress + PREVIOUS_END_OFFSET);
  }

  static UUID databaseId(long payloadAddress) {
    return new UUID(
        Memory.getLong(payloadAddress + DATABASE_ID_HIGH_OFFSET),
        Memory.getLong(payloadAddress + DATABASE_ID_LOW_OFFSET));
  }
}
