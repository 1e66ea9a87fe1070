package org.basaltdb.core.recovery;

/// The only place that knows where the fields of the manifest lie. Little-endian.
///
/// ```
/// offset  bytes  field
///      0      8  magic            the bytes BASALTDB
///      8      4  formatVersion    1; a larger one is refused
///     12      4  fileBytes        of the manifest, checksum included
///     16      8  databaseIdHigh   identity of the database, most significant bits
///     24      8  databaseIdLow    least significant bits
///     32      8  hashSeed         seeds the hashes of the primary indexes
///     40      8  createdAtMicros  microseconds since 1970
///     48      4  partitionCount   1 to 1024
///     52      4  slotCount        hash slots, 16384
///     56      4  pageBytes        bytes of a page, 8192
///     60      4  reserved         zero
///     64      4  checksum         CRC32C of all bytes before it
/// ```
final class ManifestLayout {
  static final int MAGIC_OFFSET = 0;
  static final int FORMAT_VERSION_OFFSET = MAGIC_OFFSET + Long.BYTES;
  static final int FILE_BYTES_OFFSET = FORMAT_VERSION_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_HIGH_OFFSET = FILE_BYTES_OFFSET + Integer.BYTES;
  static final int DATABASE_ID_LOW_OFFSET = DATABASE_ID_HIGH_OFFSET + Long.BYTES;
  static final int HASH_SEED_OFFSET = DATABASE_ID_LOW_OFFSET + Long.BYTES;
  static final int CREATED_AT_MICROS_OFFSET = HASH_SEED_OFFSET + Long.BYTES;
  static final int PARTITION_COUNT_OFFSET = CREATED_AT_MICROS_OFFSET + Long.BYTES;
  static final int SLOT_COUNT_OFFSET = PARTITION_COUNT_OFFSET + Integer.BYTES;
  static final int PAGE_BYTES_OFFSET = SLOT_COUNT_OFFSET + Integer.BYTES;
  static final int RESERVED_OFFSET = PAGE_BYTES_OFFSET + Integer.BYTES;
  static final int CHECKSUM_OFFSET = RESERVED_OFFSET + Integer.BYTES;
  static final int FILE_BYTES = CHECKSUM_OFFSET + Integer.BYTES;

  static final int FORMAT = 1;

  /// The bytes `BASALTDB` as a little-endian long.
  static final long MAGIC = 0x4244_544C_4153_4142L;

  private ManifestLayout() {}
}
