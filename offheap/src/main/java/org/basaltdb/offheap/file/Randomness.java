package org.basaltdb.offheap.file;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/// Where the engine's random numbers come from: database ids, hash seeds, log generations. A test
/// that replays a run supplies a seeded one.
///
/// Thread rules: callable from any thread.
@FunctionalInterface
public interface Randomness {
  /// 64 random bits.
  long nextLong();

  /// Numbers nobody outside can foresee, so that nobody can choose keys whose hashes collide. Slow:
  /// for opening and creating.
  static Randomness system() {
    SecureRandom random = new SecureRandom();
    return random::nextLong;
  }

  /// The same numbers for the same `seed`, for replaying a run.
  static Randomness seeded(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return () -> {
      synchronized (random) {
        return random.nextLong();
      }
    };
  }
}
