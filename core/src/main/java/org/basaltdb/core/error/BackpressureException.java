package org.basaltdb.core.error;

import java.io.Serial;

/// The queue of a partition stayed full for as long as a writer waits. The write was not done.
public final class BackpressureException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String what;
  private final long waitedNanos;
  private final int capacity;

  /// States the failure.
  ///
  /// @param what the queue
  /// @param waitedNanos how long the writer waited, in nanoseconds
  /// @param capacity the commands that the queue holds
  public BackpressureException(String what, long waitedNanos, int capacity) {
    super(
        describe(
            "too many writes in flight",
            what + " still full after " + waitedNanos / 1_000 + " us",
            "room for one of " + capacity + " commands",
            what,
            "slow down, await submitted writes, or open with a larger ringCapacity"),
        null);
    this.what = what;
    this.waitedNanos = waitedNanos;
    this.capacity = capacity;
  }

  /// Returns the queue.
  public String what() {
    return what;
  }

  /// Returns how long the writer waited, in nanoseconds.
  public long waitedNanos() {
    return waitedNanos;
  }

  /// Returns the commands that the queue holds.
  public int capacity() {
    return capacity;
  }
}
