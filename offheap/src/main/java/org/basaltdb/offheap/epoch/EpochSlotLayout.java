package org.basaltdb.offheap.epoch;

/// A reader's slot: what it announces while it is inside. Two cache lines of its own, because
/// processors fetch lines in pairs.
///
/// ```
/// offset  bytes  field
///      0      8  epoch     the epoch the reader entered in, 0 while it is outside
///      8      4  index     number of the slot, never changes
///     12    116  padding
/// ```
final class EpochSlotLayout {
  /// The epoch the reader entered in.
  static final int EPOCH = 0;

  /// Number of the slot.
  static final int INDEX = EPOCH + Long.BYTES;

  /// The size of a slot, and its alignment.
  static final int SLOT_BYTES = 128;

  /// What stands in [#EPOCH] while the reader is outside.
  static final long OUTSIDE = 0;

  private EpochSlotLayout() {}
}
