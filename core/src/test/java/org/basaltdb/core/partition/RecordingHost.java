package org.basaltdb.core.partition;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The surroundings of a queue under test.
final class RecordingHost implements CommandHost {
  final AtomicInteger spaceWaits = new AtomicInteger();
  volatile Runnable onSpaceWait = () -> {};
  final AtomicInteger overdueLoans = new AtomicInteger();

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void awaitRoom(int payloadBytes) {
    spaceWaits.incrementAndGet();
    onSpaceWait.run();
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
    overdueLoans.incrementAndGet();
  }
}
