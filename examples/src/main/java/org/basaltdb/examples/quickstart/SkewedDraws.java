package org.basaltdb.examples.quickstart;

import static org.basaltdb.examples.quickstart.Mixing.mix;

import java.util.Arrays;

/// Draws of ids of which few are asked for most of the time: the one of rank r comes with a
/// probability proportional to 1 / r^0.99, which is Zipf's law with the exponent that benchmarks
/// commonly take. Ranks are scattered over the ids, so that popular rows do not lie side by side.
/// For one thread.
final class SkewedDraws {
  private static final double EXPONENT = 0.99;

  /// Of each rank, from the most popular one on, its weight and those of all before it.
  private final double[] weightUpTo;

  private long draws;

  /// @param count ids are 1 to count
  SkewedDraws(int count) {
    weightUpTo = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += Math.pow(i + 1, -EXPONENT);
      weightUpTo[i] = sum;
    }
  }

  /// The next id. Different ranks may share one, and others have none.
  long next() {
    return 1 + Long.remainderUnsigned(mix(-1L - rank()), weightUpTo.length);
  }

  /// From 0, the most popular one.
  private int rank() {
    double part = (mix(++draws) >>> 11) * 0x1p-53; // 0 to 1, without 1
    int found = Arrays.binarySearch(weightUpTo, part * weightUpTo[weightUpTo.length - 1]);
    return found >= 0 ? found + 1 : -1 - found; // the first one whose sum lies beyond
  }
}
