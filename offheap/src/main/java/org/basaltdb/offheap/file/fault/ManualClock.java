package org.basaltdb.offheap.file.fault;

import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.offheap.file.Clock;

/// A clock that stands still until a test moves it.
///
/// Thread rules: all methods may be called by any thread.
public final class ManualClock implements Clock {
  private final AtomicLong nanos = new AtomicLong();

  /// A clock at zero.
  public ManualClock() {}

  /// Moves the clock on.
  ///
  /// @param nanoseconds zero or more
  public void advance(long nanoseconds) {
    if (nanoseconds < 0) {
      throw new IllegalArgumentException("a clock goes forwards; found " + nanoseconds + " ns");
    }
    nanos.addAndGet(nanoseconds);
  }

  @Override
  public long nanoTime() {
    return nanos.get();
  }

  @Override
  public long currentTimeMicros() {
    return nanos.get() / 1_000;
  }
}
