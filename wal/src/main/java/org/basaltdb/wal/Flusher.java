package org.basaltdb.wal;

import org.basaltdb.offheap.file.Clock;

/// The one thread of a log. It does what nobody waits for, and what those wait for who must not do
/// it themselves:
///
/// - syncs what was published with [Durability#INTERVAL];
/// - commits for virtual threads;
/// - writes, without sync, when a quarter of the ring is in use, so that claims find room;
/// - prepares the next segment.
///
/// Thread rules: [#work] by one thread at a time; [#requestSpace], [#start] and [#stop] by any.
final class Flusher implements Runnable {
  private final GroupCommit group;
  private final LogRing ring;
  private final SegmentSupply supply;
  private final FlusherSignal signal;
  private final Clock clock;
  private final long periodNanos;
  private final Thread thread;

  private long lastIntervalNanos;

  /// Somebody waits for room in the ring. Set by claimers, cleared by this thread before it looks.
  private volatile boolean spaceRequested;

  private volatile boolean stopping;

  /// Records wait half the interval for their write at most: the other half is for the write
  /// itself.
  Flusher(
      GroupCommit group,
      LogRing ring,
      SegmentSupply supply,
      FlusherSignal signal,
      Clock clock,
      long intervalNanos) {
    this.group = group;
    this.ring = ring;
    this.supply = supply;
    this.signal = signal;
    this.clock = clock;
    periodNanos = intervalNanos / 2;
    lastIntervalNanos = clock.nanoTime();
    thread = Thread.ofPlatform().daemon().name("basalt-log-flusher").unstarted(this);
  }

  void start() {
    signal.wakes(thread);
    thread.start();
  }

  /// Ends the thread and waits until it has ended. An interrupt does not end the wait.
  void stop() {
    stopping = true;
    signal.raise();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException early) {
        interrupted = true;
      }
    }
    signal.wakes(null);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks for room in the ring, however much of it is in use.
  void requestSpace() {
    spaceRequested = true;
    signal.raise();
  }

  /// There may be room for the next segment.
  void segmentsRecycled() {
    signal.raise();
  }

  @Override
  public void run() {
    while (!stopping) {
      long napNanos;
      try {
        napNanos = work();
      } catch (LogFailedException known) {
        napNanos = periodNanos;
      } catch (RuntimeException | Error unexpected) {
        group.fail(unexpected);
        napNanos = periodNanos;
      }
      if (napNanos > 0 && !stopping) {
        signal.await(napNanos);
      }
    }
  }

  /// Does what there is to do, each in a short piece.
  ///
  /// @return for how long there is nothing more to do unless there is a signal, in nanoseconds; 0
  ///   for going on at once
  long work() {
    signal.take();
    group.commitRequested();
    long now = clock.nanoTime();
    boolean more = false;
    if (now - lastIntervalNanos >= periodNanos) {
      if (group.commitInterval()) {
        lastIntervalNanos = now;
      } else {
        more = true;
      }
    }
    boolean requested = spaceRequested;
    spaceRequested = false;
    if (requested || ring.tail() - ring.released() >= ring.capacityBytes() / 4) {
      more |= group.writeEarly();
    }
    long preparedBefore = ring.prepared();
    more |= supply.step(now);
    if (ring.prepared() != preparedBefore) {
      group.wake();
    }
    return more ? 0 : Math.max(1, lastIntervalNanos + periodNanos - now);
  }
}
