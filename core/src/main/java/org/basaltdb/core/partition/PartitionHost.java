package org.basaltdb.core.partition;

import java.lang.System.Logger.Level;
import org.basaltdb.core.error.PartitionFailedException;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.LogException;
import org.jspecify.annotations.Nullable;

/// What the commands of a partition wait for: the log, and what is on disk.
final class PartitionHost implements CommandHost {
  private final int number;
  private final Clock clock;
  private final CommitLog log;
  private final @Nullable Tier tier;

  PartitionHost(int number, Partition.Shared shared, @Nullable Tier tier) {
    this.number = number;
    this.clock = shared.clock();
    this.log = shared.log();
    this.tier = tier;
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  @Override
  public void awaitRoom(int payloadBytes) {
    if (tier != null) {
      tier.awaitRoom();
    }
    try {
      log.awaitSpace(payloadBytes);
    } catch (LogException failed) {
      // The command meets the same when it claims again, and knows whom to tell.
    }
  }

  @Override
  public void requestRoom(int payloadBytes) {
    log.requestSpace(payloadBytes);
  }

  private Tier tierOf(int page) {
    if (tier == null) {
      throw new IllegalStateException(
          "page " + page + " is not in memory, of a database in memory");
    }
    return tier;
  }

  @Override
  public void fetch(int page, int aside) {
    tierOf(page).fetch(page, aside);
  }

  @Override
  public void requestFetch(int page, int aside) {
    tierOf(page).requestFetch(page, aside);
  }

  @Override
  public @Nullable RuntimeException fetchFailure(int page, int aside) {
    return tierOf(page).fetchFailure(page, aside);
  }

  @Override
  public void resumedDone() {
    if (tier != null) {
      tier.resumedDone();
    }
  }

  @Override
  public RuntimeException partitionFailed(Throwable cause) {
    return new PartitionFailedException(number, cause);
  }

  @Override
  public void loanOverdue(String borrower, long heldNanos) {
    System.getLogger("org.basaltdb")
        .log(
            Level.WARNING,
            "partition {0} is lent to thread ''{1}'' for {2} ms already; writes to it wait",
            number,
            borrower,
            heldNanos / 1_000_000);
  }
}
