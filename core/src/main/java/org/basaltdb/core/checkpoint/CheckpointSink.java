package org.basaltdb.core.checkpoint;

import static org.basaltdb.core.checkpoint.CheckpointLayout.*;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;

/// Writes the file of a checkpoint from front to back; the header comes last. One thread.
final class CheckpointSink implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final DataFile file;
  private final CRC32C crc = new CRC32C();
  private final long address;
  private final ByteBuffer buffer;
  private long bodyBytes;

  /// Begins the file, which is not there yet.
  CheckpointSink(FileLayer files, Path path) throws IOException {
    this.file = files.open(path, OpenMode.CREATE_NEW, false);
    this.address = Memory.allocate(BUFFER_BYTES, Long.BYTES);
    this.buffer = Memory.byteBuffer(address, BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  void putInt(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  void putBytes(byte[] bytes) throws IOException {
    putInt(bytes.length);
    for (int from = 0; from < bytes.length; ) {
      ByteBuffer target = room(1);
      int count = Math.min(target.remaining(), bytes.length - from);
      target.put(bytes, from, count);
      from += count;
    }
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  private void flush() throws IOException {
    int count = buffer.position();
    if (count > 0) {
      buffer.flip();
      crc.update(buffer);
      file.write(address, count, BODY_OFFSET + bodyBytes);
      bodyBytes += count;
      buffer.clear();
    }
  }

  /// Writes the header and makes all of it durable, but for the name.
  void finish(int number, UUID databaseId, int partitionCount) throws IOException {
    flush();
    byte[] header = new byte[BODY_OFFSET];
    ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    fields.putLong(MAGIC_OFFSET, MAGIC);
    fields.putInt(FORMAT_VERSION_OFFSET, FORMAT);
    fields.putInt(NUMBER_OFFSET, number);
    fields.putLong(DATABASE_ID_HIGH_OFFSET, databaseId.getMostSignificantBits());
    fields.putLong(DATABASE_ID_LOW_OFFSET, databaseId.getLeastSignificantBits());
    fields.putLong(BODY_BYTES_OFFSET, bodyBytes);
    fields.putInt(BODY_CHECKSUM_OFFSET, (int) crc.getValue());
    fields.putInt(PARTITION_COUNT_OFFSET, partitionCount);
    fields.putInt(CHECKSUM_OFFSET, checksum(header));
    Memory.copyFromArray(header, 0, address, header.length);
    file.write(address, header.length, 0);
    file.sync();
  }

  /// Of all bytes of a header but those of the checksum.
  static int checksum(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CHECKSUM_OFFSET);
    crc.update(header, RESERVED_OFFSET, header.length - RESERVED_OFFSET);
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    Memory.free(address);
    file.close();
  }
}
