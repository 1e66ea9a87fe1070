package org.basaltdb.stress.race;

/// Keeps a processor's stores waiting: both threads write to the same few cache lines, so that what
/// a thread stores next becomes visible late, behind lines that it has to fetch first. A store and
/// a later load, which no fence keeps apart, then really change places now and then.
final class SlowStores {
  private static final int LINES = 8;
  private static final int LONGS_PER_LINE = 8;
  private static final long[] SHARED = new long[(LINES + 1) * LONGS_PER_LINE];

  private SlowStores() {}

  /// Called right before the store that is to be slow.
  static void delay(long value) {
    for (int line = 1; line <= LINES; line++) {
      SHARED[line * LONGS_PER_LINE] = value;
    }
  }
}
