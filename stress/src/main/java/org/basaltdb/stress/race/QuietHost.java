package org.basaltdb.stress.race;

import org.basaltdb.core.partition.CommandHost;
import org.basaltdb.core.partition.CommandQueue;
import org.jspecify.annotations.Nullable;

/// The surroundings of a [CommandQueue] in a race test: a clock, and nothing else that happens.
public class QuietHost implements CommandHost {
  /// A host whose clock is the machine's.
  public static final QuietHost REAL_CLOCK = new QuietHost();

  /// A host whose clock runs through a whole turn's quota with every look, so that a writer leaves
  /// after two commands.
  public static final class Hasty extends QuietHost {
    private long addedNanos;

    @Override
    public long nanoTime() {
      addedNanos += CommandQueue.QUOTA_NANOS;
      return super.nanoTime() + addedNanos;
    }
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void awaitRoom(int payloadBytes) {
    throw new IllegalStateException("no command of this test asks for log space");
  }

  @Override
  public void requestRoom(int payloadBytes) {
    awaitRoom(payloadBytes);
  }

  @Override
  public void fetch(int page, int aside) {
    throw new IllegalStateException("a page was asked for: " + page);
  }

  @Override
  public void requestFetch(int page, int aside) {
    fetch(page, aside);
  }

  @Override
  public @Nullable RuntimeException fetchFailure(int page, int aside) {
    return null;
  }

  @Override
  public void resumedDone() {}

  @Override
  public RuntimeException partitionFailed(Throwable cause) {
    return new IllegalStateException("partition failed", cause);
  }

  @Override
  public void loanOverdue(String borrower, long heldNanos) {
    // the threads of a race test are preempted now and then
  }
}
