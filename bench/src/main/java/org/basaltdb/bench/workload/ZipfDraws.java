package org.basaltdb.bench.workload;

/**
 * Draws of row indexes where few rows are asked for most of the time: rank r is drawn with a
 * probability proportional to 1 / r^theta, and ranks are scattered over all indexes, so that
 * popular rows do not lie side by side.
 *
 * <p>Source: Gray et al., "Quickly generating billion-record synthetic databases" (SIGMOD 1994), as
 * used by YCSB's scrambled Zipfian generator. Draws are made ahead into an array that the measured
 * loop walks in order; a power function in the loop would cost as much as a read.
 */
public final class ZipfDraws {

  private final int[] indexes;

  /**
   * Makes the draws: linear in {@code rows} and {@code count}.
   *
   * @param rows number of rows, at least 1
   * @param theta skew, more than 0 and less than 1; YCSB uses 0.99
   * @param count number of draws, a power of two
   */
  public ZipfDraws(int rows, double theta, int count, long seed) {
    if (Integer.bitCount(count) != 1) {
      throw new IllegalArgumentException(
          "number of draws; found " + count + "; expected a power of two");
    }
    double zeta = 0;
    for (int rank = 1; rank <= rows; rank++) {
      zeta += Math.pow(rank, -theta);
    }
    double zetaOfTwo = 1 + Math.pow(2, -theta);
    double alpha = 1 / (1 - theta);
    double eta = (1 - Math.pow(2.0 / rows, 1 - theta)) / (1 - zetaOfTwo / zeta);
    this.indexes = new int[count];
    long state = seed;
    for (int draw = 0; draw < count; draw++) {
      state += Mixing.GOLDEN;
      double uniform = (Mixing.mix(state) >>> 11) * 0x1.0p-53;
      indexes[draw] = scatter(rank(uniform, rows, zeta, theta, alpha, eta), rows);
    }
  }

  private static long rank(
      double uniform, int rows, double zeta, double theta, double alpha, double eta) {
    double scaled = uniform * zeta;
    if (scaled < 1) {
      return 0;
    }
    if (scaled < 1 + Math.pow(0.5, theta)) {
      return 1;
    }
    return Math.min(rows - 1L, (long) (rows * Math.pow(eta * uniform - eta + 1, alpha)));
  }

  private static int scatter(long rank, int rows) {
    return Mixing.bounded(Mixing.mix((rank + 1) * Mixing.GOLDEN), rows);
  }

  /** Number of draws: a power of two. */
  public int count() {
    return indexes.length;
  }

  /** The index drawn at a position; positions wrap around. */
  public int at(int position) {
    return indexes[position & (indexes.length - 1)];
  }
}
