package org.basaltdb.bench.workload;

/**
 * The mixing functions behind keys and draws. Stateless; every method is a few nanoseconds and
 * allocates nothing.
 */
public final class Mixing {

  /**
   * 2^64 divided by the golden ratio, odd: the increment of a Weyl sequence that visits every long
   * once.
   */
  public static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Mixing() {}

  /**
   * A bijection of the 64-bit numbers whose results look random.
   *
   * <p>Source: the finalizer of SplitMix64 (Steele, Lea, Flood 2014), variant 13 of Stafford.
   */
  public static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /**
   * Maps 64 random bits to 0 (inclusive) .. bound (exclusive) with a multiplication instead of a
   * division.
   */
  public static int bounded(long bits, int bound) {
    return (int) Math.unsignedMultiplyHigh(bits, bound);
  }
}
