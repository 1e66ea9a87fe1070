package org.basaltdb.bench.workload;

/**
 * A seeded bijection of 0 .. size - 1 that needs no table.
 *
 * <p>Source: a four-round Feistel network over the next even number of bits, walked along its cycle
 * until the result is in range (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
 * Fewer than four steps are taken on average. Immutable.
 */
public final class Permutation {

  private static final int ROUNDS = 4;

  private final int size;
  private final int halfBits;
  private final int halfMask;
  private final long seed;

  /**
   * Chooses the permutation.
   *
   * @param size number of elements, at least 1
   */
  public Permutation(int size, long seed) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "size of a permutation; found " + size + "; expected at least 1");
    }
    this.size = size;
    int bits = Math.max(2, Integer.SIZE - Integer.numberOfLeadingZeros(size - 1));
    this.halfBits = (bits + 1) / 2;
    this.halfMask = (1 << halfBits) - 1;
    this.seed = seed;
  }

  /**
   * The element at a position.
   *
   * @param position 0 to size - 1
   */
  public int at(int position) {
    long value = position;
    do {
      value = encrypt(value);
    } while (value >= size);
    return (int) value;
  }

  private long encrypt(long value) {
    int left = (int) (value >>> halfBits);
    int right = (int) value & halfMask;
    for (int round = 0; round < ROUNDS; round++) {
      int mixed = (int) Mixing.mix(seed + right * Mixing.GOLDEN + round) & halfMask;
      int next = left ^ mixed;
      left = right;
      right = next;
    }
    return ((long) left << halfBits) | right;
  }
}
