package org.basaltdb.offheap.hash;

import java.lang.ref.Cleaner;
import java.util.SplittableRandom;
import org.basaltdb.offheap.memory.Memory;

/**
 * Hash words of keys that are one eight-byte column, by tabulation: one table a byte of the key,
 * each cell a whole hash word, the words of the eight bytes joined by exclusive or (Zobrist 1970;
 * Pătraşcu and Thorup, "The power of simple tabulation hashing", JACM 2012).
 *
 * <p>CRC-16 is linear over exclusive or, so the slot comes out of the same eight loads as the
 * seeded bits, and it is the slot of {@link KeyHash#slotOfLong}. CRC and a multiplicative hash one
 * after the other take three times the instructions, and instructions are what a get is made of:
 * they fill the window in which the processor overlaps the cache misses of one get with those of
 * the next. Immutable; any thread.
 */
public final class LongKeyHash {
  private static final int TABLE_BYTES = 256 * Long.BYTES;
  private static final int TABLES_BYTES = Long.BYTES * TABLE_BYTES;

  /** A byte of the key as the offset of its cell, where {@code cellShift} has brought it there. */
  private static final int CELL_MASK = 0xFF * Long.BYTES;

  private static final Cleaner CLEANER = Cleaner.create();

  /** Eight tables of 256 words; table i is for byte i, 0 the least significant. */
  private final long tables;

  /**
   * @param seed of the database: chooses the bits that are not the slot's
   */
  public LongKeyHash(long seed) {
    long memory = Memory.allocate(TABLES_BYTES, Long.BYTES);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < Long.BYTES; i++) {
      for (int b = 0; b < 256; b++) {
        // Each cell has the tag's leading one or not; of the eight that meet, only one has it.
        long cell = KeyHash.hashWord(slotOf(i, b), random.nextLong());
        Memory.putLong(
            memory + (long) i * TABLE_BYTES + (long) b * Long.BYTES,
            i == 0 ? cell : cell ^ KeyHash.TAG_ONE);
      }
    }
    tables = memory;
    CLEANER.register(this, () -> Memory.free(memory));
  }

  /** What the byte adds to the slot; the sign of the key is flipped before it is hashed. */
  private static int slotOf(int i, int b) {
    int flipped = i == Long.BYTES - 1 ? b ^ 0x80 : b;
    return KeyHash.slotOfBigEndian((long) flipped << (i << 3));
  }

  /** The hash word of a key. */
  public long hashWord(long key) {
    long t = Memory.bounded(tables);
    return Memory.getLong(t + ((key << 3) & CELL_MASK))
        ^ Memory.getLong(t + TABLE_BYTES + ((key >>> 5) & CELL_MASK))
        ^ Memory.getLong(t + 2 * TABLE_BYTES + ((key >>> 13) & CELL_MASK))
        ^ Memory.getLong(t + 3 * TABLE_BYTES + ((key >>> 21) & CELL_MASK))
        ^ Memory.getLong(t + 4 * TABLE_BYTES + ((key >>> 29) & CELL_MASK))
        ^ Memory.getLong(t + 5 * TABLE_BYTES + ((key >>> 37) & CELL_MASK))
        ^ Memory.getLong(t + 6 * TABLE_BYTES + ((key >>> 45) & CELL_MASK))
        ^ Memory.getLong(t + 7 * TABLE_BYTES + ((key >>> 53) & CELL_MASK));
  }
}
