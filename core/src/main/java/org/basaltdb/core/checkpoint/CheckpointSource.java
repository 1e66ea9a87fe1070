package org.basaltdb.core.checkpoint;

import static org.basaltdb.core.checkpoint.CheckpointLayout.*;

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
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Reads the file of a checkpoint from front to back, after it was found whole. One thread.
///
/// Bytes that are not what was written are found by [#verify], before anything is believed.
final class CheckpointSource implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final String where;
  private final DataFile file;
  private final long address;
  private final ByteBuffer buffer;
  private long bodyBytes;
  private int bodyChecksum;
  private long position;

  /// Opens the file and checks its header.
  ///
  /// @throws CorruptManifestException if it is damaged, or of another database
  /// @throws NewerFormatException if a later release wrote it
  CheckpointSource(FileLayer files, Path path, int number, UUID databaseId, int partitionCount)
      throws IOException {
    this.where = path.toString();
    this.file = files.open(path, OpenMode.OPEN_EXISTING, false);
    this.address = Memory.allocate(BUFFER_BYTES, Long.BYTES);
    this.buffer = Memory.byteBuffer(address, BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    try {
      readHeader(number, databaseId, partitionCount);
      buffer.limit(0);
    } catch (Throwable unopened) {
      close();
      throw unopened;
    }
  }

  private void readHeader(int number, UUID databaseId, int partitionCount) throws IOException {
    byte[] header = new byte[BODY_OFFSET];
    read(0, BODY_OFFSET);
    Memory.copyToArray(address, header, 0, BODY_OFFSET);
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    check(MAGIC_OFFSET, fields.getLong(MAGIC_OFFSET), MAGIC);
    int version = fields.getInt(FORMAT_VERSION_OFFSET);
    if (version > FORMAT) {
      throw new NewerFormatException(where, version, FORMAT);
    }
    check(CHECKSUM_OFFSET, fields.getInt(CHECKSUM_OFFSET), CheckpointSink.checksum(header));
    check(FORMAT_VERSION_OFFSET, version, FORMAT);
    check(NUMBER_OFFSET, fields.getInt(NUMBER_OFFSET), number);
    check(
        DATABASE_ID_HIGH_OFFSET,
        fields.getLong(DATABASE_ID_HIGH_OFFSET),
        databaseId.getMostSignificantBits());
    check(
        DATABASE_ID_LOW_OFFSET,
        fields.getLong(DATABASE_ID_LOW_OFFSET),
        databaseId.getLeastSignificantBits());
    check(PARTITION_COUNT_OFFSET, fields.getInt(PARTITION_COUNT_OFFSET), partitionCount);
    bodyBytes = fields.getLong(BODY_BYTES_OFFSET);
    bodyChecksum = fields.getInt(BODY_CHECKSUM_OFFSET);
    check(BODY_BYTES_OFFSET, file.size() - BODY_OFFSET, bodyBytes);
  }

  private void check(long offset, long found, long expected) {
    if (found != expected) {
      throw damaged(
          offset, "0x" + Long.toHexString(found), "0x" + Long.toHexString(expected), null);
    }
  }

  private void read(long offset, int count) throws IOException {
    try {
      file.read(address, count, offset);
    } catch (EOFException e) {
      throw damaged(
          file.size(), "the end of the file", "at least " + (offset + count) + " bytes", e);
    }
  }

  /// Something that was read makes no sense.
  CorruptManifestException damaged(
      long offset, String found, String expected, @Nullable Throwable cause) {
    return new CorruptManifestException(where, offset, found, expected, cause);
  }

  /// The same, of what was read last.
  CorruptManifestException damaged(String found, String expected) {
    return damaged(BODY_OFFSET + position - buffer.remaining(), found, expected, null);
  }

  /// Reads all of the body once, to see whether it is whole; then begins again.
  ///
  /// @throws CorruptManifestException if it is not
  void verify() throws IOException {
    CRC32C crc = new CRC32C();
    while (fill()) {
      crc.update(buffer);
    }
    int found = (int) crc.getValue();
    check(BODY_CHECKSUM_OFFSET, found, bodyChecksum);
    position = 0;
    buffer.limit(0);
  }

  /// The next bytes of the body into the empty buffer.
  private boolean fill() throws IOException {
    int kept = buffer.remaining();
    assert kept == 0 : kept;
    int count = (int) Math.min(BUFFER_BYTES, bodyBytes - position);
    if (count == 0) {
      return false;
    }
    read(BODY_OFFSET + position, count);
    position += count;
    buffer.clear().limit(count);
    return true;
  }

  private byte getByte() throws IOException {
    if (!buffer.hasRemaining() && !fill()) {
      throw damaged("the end of the body", "another field");
    }
    return buffer.get();
  }

  int getInt() throws IOException {
    if (buffer.remaining() >= Integer.BYTES) {
      return buffer.getInt();
    }
    int value = 0;
    for (int i = 0; i < Integer.BYTES; i++) {
      value |= (getByte() & 0xFF) << (i * Byte.SIZE);
    }
    return value;
  }

  long getLong() throws IOException {
    long low = Integer.toUnsignedLong(getInt());
    return low | (long) getInt() << Integer.SIZE;
  }

  /// A number of things, each of which takes some bytes of the body.
  int getCount(int bytesEach) throws IOException {
    int count = getInt();
    long left = bodyBytes - position + buffer.remaining();
    if (count < 0 || (long) count * bytesEach > left) {
      throw damaged(count + " fields", "at most as many as fit into " + left + " bytes");
    }
    return count;
  }

  byte[] getBytes() throws IOException {
    byte[] bytes = new byte[getCount(1)];
    for (int from = 0; from < bytes.length; ) {
      if (!buffer.hasRemaining() && !fill()) {
        throw damaged("the end of the body", "another field");
      }
      int count = Math.min(buffer.remaining(), bytes.length - from);
      buffer.get(bytes, from, count);
      from += count;
    }
    return bytes;
  }

  /// Whether the body is through.
  boolean atEnd() {
    return position == bodyBytes && !buffer.hasRemaining();
  }

  @Override
  public void close() throws IOException {
    Memory.free(address);
    file.close();
  }
}
