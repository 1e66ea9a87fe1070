package org.basaltdb.stress.race;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.memory.Memory;

/// A file of a [RaceDisk]: bytes in memory, read and written without any order among them, so that
/// a read during a write of the same bytes is torn.
final class RaceFile implements DataFile {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final int MAX_CHUNKS = 1 << 14;

  private final Path path;
  private final AtomicReferenceArray<byte[]> chunks = new AtomicReferenceArray<>(MAX_CHUNKS);
  private final AtomicLong sizeBytes = new AtomicLong();

  RaceFile(Path path) {
    this.path = path;
  }

  private interface Part {
    void move(byte[] chunk, int from, int length, int done);
  }

  private void each(int length, long offset, Part part) {
    for (int done = 0; done < length; ) {
      long at = offset + done;
      int from = (int) (at % CHUNK_BYTES);
      int bytes = Math.min(length - done, CHUNK_BYTES - from);
      part.move(chunk(Math.toIntExact(at / CHUNK_BYTES)), from, bytes, done);
      done += bytes;
    }
  }

  private byte[] chunk(int index) {
    byte[] found = chunks.get(index);
    if (found != null) {
      return found;
    }
    chunks.compareAndSet(index, null, new byte[CHUNK_BYTES]);
    return chunks.get(index);
  }

  @Override
  public void read(long address, int length, long offset) throws IOException {
    if (offset + length > size()) {
      throw new EOFException("file too short; found its end at " + size() + "; in " + path);
    }
    each(
        length,
        offset,
        (chunk, from, bytes, done) -> Memory.copyFromArray(chunk, from, address + done, bytes));
  }

  @Override
  public void write(long address, int length, long offset) {
    each(
        length,
        offset,
        (chunk, from, bytes, done) -> Memory.copyToArray(address + done, chunk, from, bytes));
    sizeBytes.accumulateAndGet(offset + length, Math::max);
  }

  @Override
  public void zeroFill(long from, long to) {
    each(
        Math.toIntExact(to - from),
        from,
        (chunk, at, bytes, done) -> Arrays.fill(chunk, at, at + bytes, (byte) 0));
    sizeBytes.accumulateAndGet(to, Math::max);
  }

  @Override
  public boolean punchHole(long from, long to) {
    zeroFill(from, to);
    return true;
  }

  @Override
  public void sync() {
    // there is no power to fail
  }

  @Override
  public void truncate(long size) {
    long before = sizeBytes.get();
    if (size < before) {
      zeroFill(size, before);
    }
    sizeBytes.set(size);
  }

  @Override
  public long size() {
    return sizeBytes.get();
  }

  @Override
  public boolean direct() {
    return true;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public void close() {
    // the disk has it still
  }
}
