package org.basaltdb.offheap.file;

/// The time, as the engine sees it. A test that replays a run supplies its own.
///
/// Thread rules: callable from any thread.
public interface Clock {
  /// Nanoseconds since an arbitrary origin, for measuring how long something took; never goes
  /// backwards.
  long nanoTime();

  /// Microseconds since 1970-01-01T00:00Z; may jump when the system's clock is set.
  long currentTimeMicros();

  /// The clock of the machine.
  static Clock system() {
    return SystemClock.INSTANCE;
  }
}
