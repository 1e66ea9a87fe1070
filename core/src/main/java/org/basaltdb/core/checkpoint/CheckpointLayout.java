package org.basaltdb.core.checkpoint;

/// The only place that knows where the fields of a checkpoint file lie. Its name is `checkpoint-`
/// and the number.
///
/// ```
/// offset  bytes  field
///      0      8  magic           the bytes BASALTCK
///      8      4  formatVersion   1; a larger one is refused
///     12      4  number          of the checkpoint, as in the name
///     16      8  databaseIdHigh  identity of the database, most significant bits
///     24      8  databaseIdLow   least significant bits
///     32      8  bodyBytes       bytes of the body
///     40      4  bodyChecksum    CRC32C of the body
///     44      4  partitionCount
///     48      4  checksum        CRC32C of the rest of the header
///     52   4044  reserved        zero
///   4096      .  body
/// ```
///
/// The body, field after field: catalog (`bytes`, see `Catalog.save`), then for each partition: cut
/// (8), state (`bytes`: its extents, then its tables in the order of the catalog), number of images
/// of pages (4), each page number (4) and image (8), and the same for blocks of indexes. `bytes`
/// are a length (4) and as many bytes. An image is the slot in the partition's page file plus one
/// (high 32 bits) and the CRC32C of the 8 KiB (low).
final class CheckpointLayout {
  static final int MAGIC_OFFSET = 0;
  static final int FORMAT_VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final int NUMBER_OFFSET = FORMAT_VERSION_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_HIGH_OFFSET = NUMBER_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_LOW_OFFSET = DATABASE_ID_HIGH_OFFSET + Long.BYTES;
  static final int BODY_BYTES_OFFSET = DATABASE_ID_LOW_OFFSET + Long.BYTES;
  static final int BODY_CHECKSUM_OFFSET = BODY_BYTES_OFFSET + Long.BYTES;
  static final int PARTITION_COUNT_OFFSET = BODY_CHECKSUM_OFFSET + Integer.BYTES;
  static final int CHECKSUM_OFFSET = PARTITION_COUNT_OFFSET + Integer.BYTES;
  static final int RESERVED_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  static final int BODY_OFFSET = 4096;

  /// The bytes of "BASALTCK", little endian.
  static final long MAGIC = 0x4B43_544C_4153_4142L;

  static final int FORMAT = 1;

  static final String NAME_PREFIX = "checkpoint-";
  static final String TEMPORARY_NAME = "checkpoint.tmp";

  private CheckpointLayout() {}

  static String fileName(int number) {
    return NAME_PREFIX + number;
  }

  /// The number in a file's name; 0 if it is no checkpoint's.
  static int numberOf(String name) {
    if (!name.startsWith(NAME_PREFIX)) {
      return 0;
    }
    try {
      int number = Integer.parseInt(name, NAME_PREFIX.length(), name.length(), 10);
      return name.equals(fileName(number)) ? Math.max(0, number) : 0;
    } catch (NumberFormatException other) {
      return 0;
    }
  }
}
