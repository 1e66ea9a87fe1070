package org.basaltdb.core.store;

import static org.basaltdb.core.store.PageFileLayout.*;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.error.CorruptPageFileException;
import org.basaltdb.core.error.ForeignPageFileException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// The file with the page images of one partition, in slots of 8 KiB, by direct I/O where the file
/// system grants it.
///
/// - SLOTFILE-1 An image is handed out only if its checksum is the one it carries and the one that
///   the caller was told when it was written. So neither a flipped bit nor a stale sector nor a
///   slot of another page passes.
///
/// Thread rules: any thread, each with images of its own; what slots are whose is the caller's to
/// know ([SlotSpace], SLOT-2).
public final class PageFile implements AutoCloseable {
  private final DataFile file;
  private final Path path;

  private PageFile(DataFile file, Path path) {
    this.file = file;
    this.path = path;
  }

  /// Makes an empty file, synced. Its name is certain once the directory was synced.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException if there is one
  /// @throws IOException if the system fails it; the file may be there then, of any content
  public static PageFile create(FileLayer files, Path path, UUID databaseId, int partition)
      throws IOException {
    DataFile file = files.open(path, OpenMode.CREATE_NEW, true);
    try {
      byte[] header = encode(databaseId, partition);
      long address = Memory.allocate(HEADER_BYTES, DataFile.DIRECT_ALIGNMENT_BYTES);
      try {
        Memory.copyFromArray(header, 0, address, header.length);
        file.write(address, HEADER_BYTES, 0);
      } finally {
        Memory.free(address);
      }
      file.sync();
      return new PageFile(file, path);
    } catch (Throwable unmade) {
      closeAfter(file, unmade);
      throw unmade;
    }
  }

  /// Opens a file that was made before.
  ///
  /// @throws CorruptPageFileException if its header is damaged
  /// @throws ForeignPageFileException if it is another database's, or another partition's
  /// @throws NewerFormatException if a later release made it
  /// @throws java.nio.file.NoSuchFileException if there is none
  /// @throws IOException if the system fails it
  public static PageFile open(FileLayer files, Path path, UUID databaseId, int partition)
      throws IOException {
    DataFile file = files.open(path, OpenMode.OPEN_EXISTING, true);
    try {
      decode(readHeader(file, path), path, databaseId, partition);
      return new PageFile(file, path);
    } catch (Throwable unopened) {
      closeAfter(file, unopened);
      throw unopened;
    }
  }

  private static void closeAfter(DataFile file, Throwable cause) {
    try {
      file.close();
    } catch (IOException further) {
      cause.addSuppressed(further);
    }
  }

  private static byte[] readHeader(DataFile file, Path path) throws IOException {
    byte[] bytes = new byte[HEADER_BYTES];
    long address = Memory.allocate(HEADER_BYTES, DataFile.DIRECT_ALIGNMENT_BYTES);
    try {
      file.read(address, HEADER_BYTES, 0);
      Memory.copyToArray(address, bytes, 0, HEADER_BYTES);
    } catch (EOFException e) {
      throw new CorruptPageFileException(
          path.toString(),
          0,
          "a file of " + file.size() + " bytes",
          "a header of " + HEADER_BYTES + " bytes",
          e);
    } finally {
      Memory.free(address);
    }
    return bytes;
  }

  private static byte[] encode(UUID databaseId, int partition) {
    ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(MAGIC_OFFSET, MAGIC);
    header.putInt(FORMAT_VERSION_OFFSET, FORMAT);
    header.putInt(PARTITION_OFFSET, partition);
    header.putLong(DATABASE_ID_HIGH_OFFSET, databaseId.getMostSignificantBits());
    header.putLong(DATABASE_ID_LOW_OFFSET, databaseId.getLeastSignificantBits());
    header.putInt(SLOT_BYTES_OFFSET, SLOT_BYTES);
    header.putInt(CHECKSUM_OFFSET, checksum(header.array()));
    return header.array();
  }

  private static void decode(byte[] bytes, Path path, UUID databaseId, int partition) {
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    check(path, MAGIC_OFFSET, header.getLong(MAGIC_OFFSET), MAGIC);
    // before the checksum, which a newer format may have elsewhere
    int version = header.getInt(FORMAT_VERSION_OFFSET);
    if (version > FORMAT) {
      throw new NewerFormatException(path.toString(), version, FORMAT);
    }
    check(path, CHECKSUM_OFFSET, header.getInt(CHECKSUM_OFFSET), checksum(bytes));
    check(path, FORMAT_VERSION_OFFSET, version, FORMAT);
    check(path, SLOT_BYTES_OFFSET, header.getInt(SLOT_BYTES_OFFSET), SLOT_BYTES);
    UUID foundId =
        new UUID(header.getLong(DATABASE_ID_HIGH_OFFSET), header.getLong(DATABASE_ID_LOW_OFFSET));
    int foundPartition = header.getInt(PARTITION_OFFSET);
    if (!foundId.equals(databaseId) || foundPartition != partition) {
      throw new ForeignPageFileException(
          path.toString(),
          "partition " + foundPartition + " of database " + foundId,
          "partition " + partition + " of database " + databaseId);
    }
  }

  private static void check(Path path, int offset, long found, long expected) {
    if (found != expected) {
      throw new CorruptPageFileException(
          path.toString(),
          offset,
          "0x" + Long.toHexString(found),
          "0x" + Long.toHexString(expected),
          null);
    }
  }

  private static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CHECKSUM_OFFSET);
    return (int) crc.getValue();
  }

  /// Reads an image and checks it.
  ///
  /// @param page whose image it is, for errors
  /// @param checksum what [PageImages#seal] returned when it was written
  /// @param into image 0 of these
  /// @throws CorruptPageException if it is not the image that was written
  /// @throws IOException if the system fails the read
  public void read(int slot, int page, int checksum, PageImages into) throws IOException {
    try {
      file.read(into.address(0), SLOT_BYTES, fileOffset(slot));
    } catch (EOFException e) {
      throw corrupt(slot, page, "the end of the file at " + file.size(), "an image", e);
    }
    check(slot, page, checksum, into, 0);
  }

  /// Reads images in slots that follow one another, unchecked.
  ///
  /// @param count 1 to the capacity of `into`
  /// @throws CorruptPageFileException if the file ends before
  /// @throws IOException if the system fails the read
  public void readRun(int firstSlot, int count, PageImages into) throws IOException {
    try {
      file.read(into.address(0), count * SLOT_BYTES, fileOffset(firstSlot));
    } catch (EOFException e) {
      throw new CorruptPageFileException(
          path.toString(),
          fileOffset(firstSlot),
          "the end of the file at " + file.size(),
          count + " images",
          e);
    }
  }

  /// Checks an image that was read, see SLOTFILE-1.
  ///
  /// @param page whose image it is, for errors
  /// @param checksum what it was sealed with
  /// @param i which of the images
  /// @throws CorruptPageException if it is not the image that was written
  public void check(int slot, int page, int checksum, PageImages images, int i) {
    int carried = images.carriedChecksum(i);
    if (carried != checksum) {
      throw corrupt(slot, page, "an image sealed with " + hex(carried), hex(checksum), null);
    }
    int found = images.checksum(i);
    if (found != checksum) {
      throw corrupt(slot, page, "bytes whose checksum is " + hex(found), hex(checksum), null);
    }
  }

  private CorruptPageException corrupt(
      int slot, int page, String found, String expected, @Nullable EOFException cause) {
    return new CorruptPageException(
        path.toString(), fileOffset(slot), page, found, expected, cause);
  }

  private static String hex(int checksum) {
    return "0x" + Integer.toHexString(checksum);
  }

  /// Writes images into slots that follow one another. Durable after [#sync].
  ///
  /// @param from the first of the images
  /// @param count how many
  /// @throws IOException if the system fails the write; any part of it may have been written
  public void write(int firstSlot, PageImages images, int from, int count) throws IOException {
    assert from >= 0 && count > 0 && from + count <= images.capacity() : from + " + " + count;
    file.write(images.address(from), count * SLOT_BYTES, fileOffset(firstSlot));
  }

  /// Gives slots back to the file system, until they are written again. What is read of them
  /// meanwhile is no image: zeroes have another checksum than they carry.
  ///
  /// @return false if the file system has no such call
  /// @throws IOException if the system fails it; some of them may have been given back
  public boolean giveBack(int firstSlot, int count) throws IOException {
    return file.punchHole(fileOffset(firstSlot), fileOffset(firstSlot + count));
  }

  /// Makes what was written durable.
  ///
  /// @throws IOException if the system fails it: final, see [DataFile#sync]
  public void sync() throws IOException {
    file.sync();
  }

  /// How many whole slots the file has now.
  public int slotCount() throws IOException {
    return PageFileLayout.slotCount(file.size());
  }

  /// Whether reads and writes bypass the page cache.
  public boolean direct() {
    return file.direct();
  }

  /// Its path.
  public Path path() {
    return path;
  }

  /// Closes the file. Makes nothing durable.
  @Override
  public void close() throws IOException {
    file.close();
  }
}
