package org.basaltdb.core.error;

import java.io.Serial;

/// The queue of a partition stayed full for as long as a writer waits, or all places for submitted
/// writes are taken. The write was not done.
public final class BackpressureException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String what;
  private final long waitedNanos;
  private final int capacity;
  private final String remedy;

  /// States the failure.
  ///
  /// @param what the queue
  /// @param waitedNanos how long the writer waited, in nanoseconds
  /// @param capacity the commands that the queue holds
  /// @param remedy what to do
  public BackpressureException(String what, long waitedNanos, int capacity, String remedy) {
    super(
        describe(
            "too many writes in flight",
            what
                + (waitedNanos == 0 ? " full" : " still full after " + waitedNanos / 1_000 + " us"),
            "room for one of " + capacity + " commands",
            what,
            remedy),
        null);
    this.what = what;
    this.waitedNanos = waitedNanos;
    this.capacity = capacity;
    this.remedy = remedy;
  }

  /// Returns what to do.
  public String remedy() {
    return remedy;
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
