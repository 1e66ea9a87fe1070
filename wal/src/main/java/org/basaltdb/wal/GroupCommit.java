package org.basaltdb.wal;

import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Group commit by leader and followers, greedy: the first that waits becomes the leader, writes
/// everything that is claimed by then, and syncs once for all. There is no timer and no hand-off: a
/// lone committer does its own write and sync, and while a leader is at it, the records of the
/// others gather for the next.
///
/// ```
///              tryLead: compare-and-set                        resign: volatile store
///   nobody leads ------------------> a leader commits ----------------> nobody leads
///                                                                 then: wake whoever is covered, and one who is not
/// ```
///
/// The follower that is woken uncovered tries to lead; should another thread have begun to lead
/// meanwhile, that one takes its record along. So an uncovered waiter is either about to lead, or
/// has a leader before it that will look at the places when it resigns (LOG-11).
///
/// - LOG-14 A failed write or sync is final: what failed it is set before the leadership is given
///   up, nothing is written or synced after, and every waiter that is not covered, every claim and
///   every flush throws.
///
/// - LOG-18 The flusher's turn comes: while it waits to lead for the sync of an interval, nobody
///   begins to lead for an early write, and whoever leads for a commit takes its records along. An
///   interval counts as over only when that is done.
///
/// Source of the idea: group commit of DeWitt et al. 1984; leader and followers as in RocksDB's
/// write threads.
///
/// Thread rules: any thread; a virtual one never leads, for it would hold its carrier in a system
/// call.
final class GroupCommit {
  private static final long NOBODY = 0;
  private static final long SOMEBODY = 1;

  /// How often a follower looks again before it parks: about as long as a system call takes, not as
  /// long as a sync.
  private static final int FOLLOWER_SPINS = 64;

  /// How long a waiter naps that found no place among [Waiters], and the longest that a claimer
  /// naps that waits for space.
  private static final long NAP_NANOS = 50_000;

  /// How long and how often the flusher naps, at most, until it leads for its interval; a leader
  /// that resigns wakes it earlier. Then it looks after its other work, and tries again.
  private static final long INTERVAL_NAP_NANOS = 1_000_000;

  private static final int INTERVAL_NAPS = 10;

  private final LogWriter writer;
  private final LogRing ring;
  private final FlusherSignal signal;
  private final String where;
  private final Waiters waiters = new Waiters();
  private final PaddedLong leader = new PaddedLong(NOBODY);

  /// The highest position that a virtual thread waits for, or that was requested.
  private final PaddedLong requested = new PaddedLong(Long.MIN_VALUE);

  /// The flusher wants to lead for the sync of the interval. Claimers that look for space write
  /// early again and again, and would let it in by chance only: they stand back. Written by the
  /// flusher.
  private volatile boolean intervalDue;

  private volatile @Nullable Throwable failure;

  GroupCommit(LogWriter writer, LogRing ring, FlusherSignal signal, String where) {
    this.writer = writer;
    this.ring = ring;
    this.signal = signal;
    this.where = where;
  }

  boolean failed() {
    return failure != null;
  }

  /// Throws if a write or sync failed before.
  void checkNotFailed() {
    Throwable cause = failure;
    if (cause != null) {
      throw new LogFailedException("the log failed before", where, cause);
    }
  }

  /// Ends the log: nothing is written from now on.
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
    waiters.wakeAll();
  }

  /// Waits until the record at `lsn` is on disk, leading if nobody does.
  void awaitDurable(long lsn) {
    if (isDurable(lsn)) {
      return;
    }
    boolean mayLead = !Thread.currentThread().isVirtual();
    if (mayLead && tryLead()) {
      commitAndResign(lsn);
      if (isDurable(lsn)) {
        return;
      }
    }
    follow(lsn, mayLead);
  }

  /// Whether the record at `lsn` is on disk, or everything is.
  private boolean isDurable(long lsn) {
    long durable = writer.durable();
    return durable > lsn || durable == ring.tail();
  }

  private void follow(long lsn, boolean mayLead) {
    int spins = FOLLOWER_SPINS;
    int place = Waiters.NO_PLACE;
    boolean entered = false;
    boolean interrupted = false;
    if (!mayLead) {
      requestDurable(lsn);
    }
    try {
      while (!isDurable(lsn)) {
        checkNotFailed();
        if (mayLead && tryLead()) {
          commitAndResign(lsn);
        } else if (spins > 0) {
          spins--;
          Thread.onSpinWait();
        } else if (!entered) {
          // looks once more before it parks (LOG-11)
          place = waiters.enter(lsn);
          entered = true;
        } else {
          park(place);
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (place != Waiters.NO_PLACE) {
        waiters.leave(place);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void park(int place) {
    if (place == Waiters.NO_PLACE) {
      LockSupport.parkNanos(this, NAP_NANOS);
    } else {
      LockSupport.park(this);
    }
  }

  /// Has the flusher commit up to the record at `lsn`.
  void requestDurable(long lsn) {
    if (!isDurable(lsn)) {
      requested.raise(lsn);
      signal.raise();
    }
  }

  /// Commits what virtual threads wait for, and what was requested. Called by the flusher.
  void commitRequested() {
    long lsn = requested.getVolatile();
    if (lsn >= 0 && !isDurable(lsn)) {
      awaitDurable(lsn);
    }
  }

  /// Commits if a record waits for the sync of its interval. Called by the flusher.
  ///
  /// @return whether that is done, by whomever; false if another led all the time that the flusher
  ///   can wait
  boolean commitInterval() {
    long due = ring.tail();
    intervalDue = writer.durable() < due && failure == null;
    if (!intervalDue) {
      return true;
    }
    boolean leads = awaitLead(due);
    boolean done = leads || writer.durable() >= due;
    intervalDue = !done;
    if (leads) {
      try {
        if (failure == null && writer.hasIntervalRecord()) {
          commitAsLeader();
        }
      } finally {
        resign();
      }
    }
    return done;
  }

  /// Waits until the caller leads, or nothing below `due` is left to do, or for a bounded time.
  ///
  /// @return whether the caller leads
  private boolean awaitLead(long due) {
    if (tryLead()) {
      return true;
    }
    int place = waiters.enter(Waiters.ANY_PROGRESS);
    try {
      for (int naps = 0; naps < INTERVAL_NAPS; naps++) {
        if (tryLead()) {
          return true;
        }
        if (writer.durable() >= due) {
          return false;
        }
        LockSupport.parkNanos(this, INTERVAL_NAP_NANOS);
      }
      return false;
    } finally {
      if (place != Waiters.NO_PLACE) {
        waiters.leave(place);
      }
    }
  }

  /// Writes early, without sync, so that the ring gets free.
  ///
  /// @return whether it got any freer
  boolean writeEarly() {
    // the next to lead is the flusher, whose commit frees all of the ring (LOG-18)
    if (intervalDue || !tryLead()) {
      return false;
    }
    try {
      return failure == null && writer.writeEarly();
    } catch (IOException | RuntimeException | Error cause) {
      fail(cause);
      return false;
    } finally {
      resign();
    }
  }

  /// Commits everything, and marks the log as closed in order. Claims are refused already.
  void commitAndMarkClosed() {
    while (!tryLead()) {
      LockSupport.parkNanos(this, NAP_NANOS);
    }
    try {
      if (failure == null) {
        writer.commitAndMarkClosed();
      }
    } catch (IOException | RuntimeException | Error cause) {
      fail(cause);
    } finally {
      resign();
    }
  }

  /// Sleeps until something was written or prepared, or for a moment.
  void awaitProgress(int payloadBytes) {
    int place = waiters.enter(Waiters.ANY_PROGRESS);
    try {
      if (!ring.hasSpace(payloadBytes) && !failed()) {
        signal.raise();
        LockSupport.parkNanos(this, NAP_NANOS);
      }
    } finally {
      if (place != Waiters.NO_PLACE) {
        waiters.leave(place);
      }
    }
  }

  /// Wakes those that sleep in [#awaitProgress], and whoever else has reason to.
  void wake() {
    waiters.wake(writer.durable());
  }

  private boolean tryLead() {
    return leader.getVolatile() == NOBODY && leader.compareAndSet(NOBODY, SOMEBODY);
  }

  private void commitAndResign(long lsn) {
    try {
      // the leader before may have taken the record along
      if (!isDurable(lsn)) {
        commitAsLeader();
      }
    } finally {
      resign();
    }
  }

  private void commitAsLeader() {
    if (failure != null) {
      return;
    }
    try {
      writer.commit();
    } catch (IOException | RuntimeException | Error cause) {
      fail(cause);
    }
  }

  private void resign() {
    leader.setVolatile(NOBODY);
    waiters.wake(writer.durable());
  }
}
