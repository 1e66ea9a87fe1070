package org.basaltdb.core.partition;

import java.util.concurrent.locks.LockSupport;

/// How a thread passes the time between two looks at something that another thread will change: it
/// spins while the change may be a few instructions away, yields so that a preempted thread can
/// run, and then sleeps.
final class Backoff {
  private static final int SPIN_ATTEMPTS = 128;
  private static final int BRIEF_ATTEMPTS = SPIN_ATTEMPTS + 16;
  private static final long PAUSE_NANOS = 50_000;

  private Backoff() {}

  /// The part without sleep.
  ///
  /// @param attempt how often the caller looked in vain, >= 0
  /// @return false if it is time to sleep; then nothing was done
  @SuppressWarnings("ThreadPriorityCheck") // the yield is a courtesy, nothing depends on it
  static boolean briefly(int attempt) {
    if (attempt < SPIN_ATTEMPTS) {
      Thread.onSpinWait();
      return true;
    }
    if (attempt < BRIEF_ATTEMPTS) {
      Thread.yield();
      return true;
    }
    return false;
  }

  /// The whole of it. An interrupt ends the sleep: the caller clears the flag, or it would not
  /// sleep again.
  static void pause(int attempt) {
    if (!briefly(attempt)) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
