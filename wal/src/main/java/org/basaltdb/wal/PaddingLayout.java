package org.basaltdb.wal;

import org.basaltdb.offheap.memory.Memory;

/// The only place that knows where the fields in the payload of a padding record lie.
///
/// ```
/// offset  bytes  field
///      0      8  syncedUpTo   everything below this LSN was on disk before the record was written
/// ```
///
/// A padding record shorter than that tells nothing: it fills the place of a record that was
/// claimed and not written.
///
/// - LOG-2 The log is padded to a block boundary at each sync, and a block that was synced is never
///   written again, but for LOG-16, with the same bytes.
/// - LOG-3 The padding of each batch tells how far the log was synced before: a hole below that is
///   corruption. So is one before a record of a later segment (LOG-17) or of a later generation.
///   Any other hole is where the log ends.
final class PaddingLayout {
  static final int SYNCED_UP_TO_OFFSET = 0;

  /// Bytes of the payload that have a meaning.
  static final int PAYLOAD_BYTES = SYNCED_UP_TO_OFFSET + Long.BYTES;

  private PaddingLayout() {}

  static void syncedUpTo(long payloadAddress, long lsn) {
    Memory.putLong(payloadAddress + SYNCED_UP_TO_OFFSET, lsn);
  }

  /// What a padding record tells, or 0 when it is too short to tell anything.
  static long syncedUpTo(long payloadAddress, int payloadBytes) {
    return payloadBytes < PAYLOAD_BYTES ? 0 : Memory.getLong(payloadAddress + SYNCED_UP_TO_OFFSET);
  }
}
