package org.basaltdb.bench.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The least that a durable write can cost: 4 KiB written with {@code O_DIRECT} over bytes that were
 * written before, then {@code fdatasync}. Blocks follow each other and wrap around, as those of a
 * log do. One thread at a time.
 */
public final class DirectWrites implements AutoCloseable {

  private static final int BLOCKS = 16_384;

  private final Path file;
  private final int descriptor;
  private final MemorySegment block;
  private final Arena arena = Arena.ofAuto();
  private long written;

  /** Creates and fills the file (64 MiB). */
  public DirectWrites(Path file) {
    this.file = file;
    this.block = arena.allocate(SystemCalls.DIRECT_BYTES, SystemCalls.DIRECT_BYTES);
    block.fill((byte) 0x5A);
    try {
      fillWithZeroes(file);
      this.descriptor = SystemCalls.openDirect(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + file + " for direct writes", e);
    }
  }

  private static void fillWithZeroes(Path file) throws IOException {
    ByteBuffer zeroes = ByteBuffer.allocateDirect(1 << 20);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long left = (long) BLOCKS * SystemCalls.DIRECT_BYTES;
          left > 0;
          left -= zeroes.capacity()) {
        zeroes.clear();
        while (zeroes.hasRemaining()) {
          channel.write(zeroes);
        }
      }
      channel.force(true);
    }
  }

  /** Writes the next block and waits until it is durable. */
  public void writeDurably() {
    SystemCalls.write(descriptor, block, written++ % BLOCKS * SystemCalls.DIRECT_BYTES);
    SystemCalls.sync(descriptor);
  }

  @Override
  public void close() throws IOException {
    SystemCalls.close(descriptor);
    Files.delete(file);
  }
}
