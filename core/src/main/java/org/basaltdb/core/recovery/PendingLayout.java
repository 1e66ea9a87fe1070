package org.basaltdb.core.recovery;

/// The only place that knows where the fields of a change lie that waits in a [PartitionReplay].
///
/// ```
/// offset  bytes  field
///      0      8  lsn
///      8      8  hashWord
///     16      4  tableId
///     20      4  imageBytes
///     24      4  kind         of Mutation
///     28      4  durability   its code
///     32      .  image        row image, or key image of a removal; padded to a multiple of 8
/// ```
final class PendingLayout {
  static final int LSN_OFFSET = 0;
  static final int HASH_WORD_OFFSET = LSN_OFFSET + Long.BYTES;
  static final int TABLE_ID_OFFSET = HASH_WORD_OFFSET + Long.BYTES;
  static final int IMAGE_BYTES_OFFSET = TABLE_ID_OFFSET + Integer.BYTES;
  static final int KIND_OFFSET = IMAGE_BYTES_OFFSET + Integer.BYTES;
  static final int DURABILITY_OFFSET = KIND_OFFSET + Integer.BYTES;
  static final int IMAGE_OFFSET = DURABILITY_OFFSET + Integer.BYTES;

  private PendingLayout() {}

  /// Bytes of a change with such an image.
  static long bytes(int imageBytes) {
    return IMAGE_OFFSET + (imageBytes + 7L & -8L);
  }
}
