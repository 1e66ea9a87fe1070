package org.basaltdb.core.store;

/// The only place that knows where the fields of the entries of a partition's two [DirtyMap]s lie.
/// Entry n of the table is that of page n, then that of block n: both kinds grow together, and a
/// small partition has them in one extent.
///
/// ```
/// offset  bytes  field
///      0      8  image  slot plus one (high 32 bits; zero: there is no image) and CRC32C (low)
///      8      4  mark   0 clean, e dirty since epoch e, -e freed in epoch e
///     12      4  state  bit 0 being written, bit 1 a page of an overflow chain, bit 2 held;
///                       from bit 3 on the newest chunk of its [UndoBytes] plus one
/// ```
final class UnitLayout {
  static final int IMAGE_OFFSET = 0;
  static final int MARK_OFFSET = IMAGE_OFFSET + Long.BYTES;
  static final int STATE_OFFSET = MARK_OFFSET + Integer.BYTES;
  static final int UNIT_BYTES = STATE_OFFSET + Integer.BYTES;
  static final int ENTRY_BYTES = 2 * UNIT_BYTES;

  static final int WRITING = 1;
  static final int OVERFLOW = 2;
  static final int HELD = 4;
  static final int UNDO_SHIFT = 3;

  static final int SLOT_SHIFT = Integer.SIZE;

  private UnitLayout() {}
}
