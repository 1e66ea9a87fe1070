package org.basaltdb.core.store;

/// The only place that knows where the fields of the chunks of [UndoBytes] lie.
///
/// ```
/// offset  bytes  field
///      0      4  older     the chunk before it of the same unit, or of the free ones; -1: none
///      4      4  depth     how many chunks the unit has up to this one
///      8      4  low       offset of the newest entry in the chunk
///     12      4  checksum  of the unit as it was, where assertions are on
///     16      .  not used yet
///    low      .  entries, the newest first, to the end of the chunk
/// ```
///
/// An entry is the offset in the unit (4 bytes), a length (4 bytes), and so many bytes as they
/// were.
final class UndoBytesLayout {
  static final int OLDER_OFFSET = 0;
  static final int DEPTH_OFFSET = OLDER_OFFSET + Integer.BYTES;
  static final int LOW_OFFSET = DEPTH_OFFSET + Integer.BYTES;
  static final int CHECKSUM_OFFSET = LOW_OFFSET + Integer.BYTES;
  static final int ENTRIES_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;

  static final int CHUNK_SHIFT = 9;
  static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;

  static final int ENTRY_OFFSET_OFFSET = 0;
  static final int ENTRY_LENGTH_OFFSET = ENTRY_OFFSET_OFFSET + Integer.BYTES;
  static final int ENTRY_DATA_OFFSET = ENTRY_LENGTH_OFFSET + Integer.BYTES;

  private UndoBytesLayout() {}
}
