package org.basaltdb.core.recovery;

import static org.basaltdb.core.recovery.ManifestLayout.*;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// What a directory holds: the identity of the database and what was fixed when it was created.
/// Written once.
///
/// - **MANIFEST-1.** It is written under another name and synced; then the log gets its first
///   segment; then it is renamed and the directory synced. So where there is a manifest, it is
///   whole and a log was there. A directory without one is empty, or half made (the whole manifest
///   stands under the other name), or not ours.
///
/// @param databaseId identity of the database
/// @param hashSeed seeds the hashes of the primary indexes
/// @param createdAtMicros microseconds since 1970
/// @param partitionCount 1 to [#MAX_PARTITION_COUNT]
public record Manifest(UUID databaseId, long hashSeed, long createdAtMicros, int partitionCount) {
  /// The name of its file.
  public static final String FILE_NAME = "MANIFEST";

  /// The name under which it is written.
  static final String TEMPORARY_NAME = "MANIFEST.tmp";

  /// The most partitions of a database.
  public static final int MAX_PARTITION_COUNT = 1024;

  /// Writes the manifest of a database that is being made, durably and under its other name.
  ///
  /// @throws IOException if that failed
  void begin(FileLayer files, Path directory) throws IOException {
    Path temporary = directory.resolve(TEMPORARY_NAME);
    if (files.exists(temporary)) {
      files.delete(temporary); // of a creation that was cut short
    }
    byte[] bytes = encode();
    long address = Memory.allocate(bytes.length, Long.BYTES);
    try (DataFile file = files.open(temporary, OpenMode.CREATE_NEW, false)) {
      Memory.copyFromArray(bytes, 0, address, bytes.length);
      file.write(address, bytes.length, 0);
      file.sync();
    } finally {
      Memory.free(address);
    }
    files.syncDirectory(directory);
  }

  /// The database is made: gives the manifest its name.
  ///
  /// @throws IOException if that failed; the name may have been given all the same
  static void publish(FileLayer files, Path directory) throws IOException {
    files.rename(directory.resolve(TEMPORARY_NAME), directory.resolve(FILE_NAME));
    files.syncDirectory(directory);
  }

  /// Reads the manifest of a database.
  ///
  /// @throws CorruptManifestException if it is damaged
  /// @throws NewerFormatException if a later release wrote it
  /// @throws IOException if it could not be read
  static Manifest read(FileLayer files, Path directory) throws IOException {
    return readFile(files, directory.resolve(FILE_NAME));
  }

  /// Reads the manifest of a database that was begun and not finished.
  ///
  /// @return null if there is none that is whole
  static @Nullable Manifest readBegun(FileLayer files, Path directory) throws IOException {
    Path path = directory.resolve(TEMPORARY_NAME);
    try {
      return files.exists(path) ? readFile(files, path) : null;
    } catch (CorruptManifestException torn) {
      return null;
    }
  }

  private static Manifest readFile(FileLayer files, Path path) throws IOException {
    byte[] bytes = new byte[FILE_BYTES];
    long address = Memory.allocate(FILE_BYTES, Long.BYTES);
    try (DataFile file = files.open(path, OpenMode.OPEN_EXISTING, false)) {
      long size = file.size();
      file.read(address, FILE_BYTES, 0);
      Memory.copyToArray(address, bytes, 0, FILE_BYTES);
      return decode(bytes, size, path.toString());
    } catch (EOFException e) {
      throw new CorruptManifestException(
          path.toString(),
          files.size(path),
          "a file of " + files.size(path) + " bytes",
          FILE_BYTES + " bytes",
          e);
    } finally {
      Memory.free(address);
    }
  }

  private byte[] encode() {
    ByteBuffer buffer = ByteBuffer.allocate(FILE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(MAGIC_OFFSET, MAGIC);
    buffer.putInt(FORMAT_VERSION_OFFSET, FORMAT);
    buffer.putInt(FILE_BYTES_OFFSET, FILE_BYTES);
    buffer.putLong(DATABASE_ID_HIGH_OFFSET, databaseId.getMostSignificantBits());
    buffer.putLong(DATABASE_ID_LOW_OFFSET, databaseId.getLeastSignificantBits());
    buffer.putLong(HASH_SEED_OFFSET, hashSeed);
    buffer.putLong(CREATED_AT_MICROS_OFFSET, createdAtMicros);
    buffer.putInt(PARTITION_COUNT_OFFSET, partitionCount);
    buffer.putInt(SLOT_COUNT_OFFSET, KeyHash.SLOTS);
    buffer.putInt(PAGE_BYTES_OFFSET, PageLayout.PAGE_BYTES);
    buffer.putInt(CHECKSUM_OFFSET, checksum(buffer.array()));
    return buffer.array();
  }

  private static Manifest decode(byte[] bytes, long fileBytes, String where) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    check(where, MAGIC_OFFSET, buffer.getLong(MAGIC_OFFSET), MAGIC);
    // The version comes before the checksum: a newer format may have it elsewhere.
    int version = buffer.getInt(FORMAT_VERSION_OFFSET);
    if (version > FORMAT) {
      throw new NewerFormatException(where, version, FORMAT);
    }
    check(where, CHECKSUM_OFFSET, buffer.getInt(CHECKSUM_OFFSET), checksum(bytes));
    check(where, FORMAT_VERSION_OFFSET, version, FORMAT);
    check(where, FILE_BYTES_OFFSET, fileBytes, buffer.getInt(FILE_BYTES_OFFSET));
    check(where, SLOT_COUNT_OFFSET, buffer.getInt(SLOT_COUNT_OFFSET), KeyHash.SLOTS);
    check(where, PAGE_BYTES_OFFSET, buffer.getInt(PAGE_BYTES_OFFSET), PageLayout.PAGE_BYTES);
    int partitionCount = buffer.getInt(PARTITION_COUNT_OFFSET);
    if (partitionCount < 1 || partitionCount > MAX_PARTITION_COUNT) {
      throw new CorruptManifestException(
          where,
          PARTITION_COUNT_OFFSET,
          partitionCount + " partitions",
          "1 to " + MAX_PARTITION_COUNT,
          null);
    }
    return new Manifest(
        new UUID(buffer.getLong(DATABASE_ID_HIGH_OFFSET), buffer.getLong(DATABASE_ID_LOW_OFFSET)),
        buffer.getLong(HASH_SEED_OFFSET),
        buffer.getLong(CREATED_AT_MICROS_OFFSET),
        partitionCount);
  }

  private static void check(String where, int offset, long found, long expected) {
    if (found != expected) {
      throw new CorruptManifestException(
          where, offset, "0x" + Long.toHexString(found), "0x" + Long.toHexString(expected), null);
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CHECKSUM_OFFSET);
    return (int) crc.getValue();
  }
}
