package org.basaltdb.stress.crash;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/// The keys of tables whose rows the engine does not number. Each belongs to one writer, which is
/// the only one to change its row; so the writer knows what it must find. In the shared table any
/// writer changes any row.
final class Keys {
  /// The most writers.
  static final int MAX_WRITERS = 4;

  private static final int KEYS_OF_A_WRITER = 600;
  private static final int SHARED_KEYS = 24;

  private Keys() {}

  /// All of them.
  static LongStream all() {
    return LongStream.range(0, (long) KEYS_OF_A_WRITER * MAX_WRITERS);
  }

  /// One of a writer's.
  static long drawOwned(RandomGenerator random, int writer) {
    return (long) random.nextInt(KEYS_OF_A_WRITER) * MAX_WRITERS + writer;
  }

  /// One of all.
  static long drawAny(RandomGenerator random) {
    return random.nextInt(KEYS_OF_A_WRITER * MAX_WRITERS);
  }

  /// One of the shared table's.
  static long drawShared(RandomGenerator random) {
    return random.nextInt(SHARED_KEYS);
  }

  /// The writer that a key belongs to.
  static int ownerOf(long key) {
    return (int) (key % MAX_WRITERS);
  }
}
