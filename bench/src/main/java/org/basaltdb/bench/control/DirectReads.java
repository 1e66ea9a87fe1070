package org.basaltdb.bench.control;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.basaltdb.bench.workload.Mixing;

/**
 * The least that a row on disk can cost: 4 KiB of a file read with {@code O_DIRECT}, so that no
 * cache of the kernel's has it. Any number of threads, each with a buffer of its own.
 */
public final class DirectReads implements AutoCloseable {

  private static final int FILLED_AT_ONCE = 1 << 20;

  private static final ValueLayout.OfLong FIRST =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.BIG_ENDIAN);

  private final Path file;
  private final int descriptor;
  private final int blocks;

  /**
   * Creates and fills the file.
   *
   * @param bytes its length, at least 4 KiB; what goes beyond whole blocks is left out
   */
  public DirectReads(Path file, long bytes) {
    this.file = file;
    this.blocks = Math.toIntExact(bytes / SystemCalls.DIRECT_BYTES);
    try {
      fill(file, (long) blocks * SystemCalls.DIRECT_BYTES);
      this.descriptor = SystemCalls.openDirect(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + file + " for direct reads", e);
    }
  }

  /** With numbers that look random: a disk may know zeroes without looking. */
  private static void fill(Path file, long bytes) throws IOException {
    ByteBuffer numbers = ByteBuffer.allocateDirect(FILLED_AT_ONCE);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (channel.position() < bytes) {
        numbers.clear();
        long first = channel.position();
        while (numbers.hasRemaining()) {
          numbers.putLong(Mixing.mix(first + numbers.position()));
        }
        numbers.flip().limit((int) Math.min(FILLED_AT_ONCE, bytes - first));
        while (numbers.hasRemaining()) {
          channel.write(numbers);
        }
      }
      channel.force(true);
    }
  }

  /** Number of blocks of 4 KiB. */
  public int blocks() {
    return blocks;
  }

  /** A buffer for {@link #read}, which lives as long as the arena. */
  public static MemorySegment newBuffer(Arena arena) {
    return arena.allocate(SystemCalls.DIRECT_BYTES, SystemCalls.DIRECT_BYTES);
  }

  /**
   * Reads a block.
   *
   * @param block 0 to {@link #blocks} - 1
   */
  public void read(MemorySegment buffer, int block) {
    SystemCalls.read(descriptor, buffer, (long) block * SystemCalls.DIRECT_BYTES);
  }

  /** Whether a buffer begins with what was written to a block. */
  public static boolean isOf(MemorySegment buffer, int block) {
    return buffer.get(FIRST, 0) == Mixing.mix((long) block * SystemCalls.DIRECT_BYTES);
  }

  @Override
  public void close() throws IOException {
    SystemCalls.close(descriptor);
    Files.delete(file);
  }
}
