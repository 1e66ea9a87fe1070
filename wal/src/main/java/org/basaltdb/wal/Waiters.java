package org.basaltdb.wal;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The threads that sleep until the log got somewhere: a fixed number of places, so that waiting
/// allocates nothing.
///
/// A place is taken by setting its bit in the occupied set. A thread that finds no place sleeps in
/// short naps instead.
///
/// - LOG-11 Nobody sleeps through his wake-up. A waiter takes its place (volatile) and only then
///   looks once more at what it waits for, and tries to become leader, before it parks; a leader
///   makes its progress and its resignation visible (volatile) and only then looks at the places.
///   One of the two sees the other.
///
/// Thread rules: any thread.
final class Waiters {
  /// In place of a position: wakes at any progress.
  static final long ANY_PROGRESS = Long.MIN_VALUE;

  /// In place of a place: none was free.
  static final int NO_PLACE = -1;

  static final int CAPACITY = 1024;

  private final AtomicLongArray occupied = new AtomicLongArray(CAPACITY / Long.SIZE);
  private final AtomicLongArray positions = new AtomicLongArray(CAPACITY);
  private final AtomicReferenceArray<@Nullable Thread> threads =
      new AtomicReferenceArray<>(CAPACITY);

  /// Takes a place for the calling thread.
  ///
  /// @param position what is waited for: that it is durable, or [#ANY_PROGRESS]
  /// @return the place, to be given back with [#leave]; or [#NO_PLACE]
  int enter(long position) {
    for (int word = 0; word < occupied.length(); word++) {
      long taken = occupied.getAcquire(word);
      while (taken != -1L) {
        int bit = Long.numberOfTrailingZeros(~taken);
        if (occupied.compareAndSet(word, taken, taken | 1L << bit)) {
          int place = word * Long.SIZE + bit;
          positions.setOpaque(place, position);
          threads.set(place, Thread.currentThread());
          return place;
        }
        taken = occupied.getAcquire(word);
      }
    }
    return NO_PLACE;
  }

  /// Gives a place back.
  void leave(int place) {
    threads.setRelease(place, null);
    int word = place / Long.SIZE;
    long taken = occupied.getAcquire(word);
    while (!occupied.compareAndSet(word, taken, taken & ~(1L << place))) {
      taken = occupied.getAcquire(word);
    }
  }

  /// Wakes everybody whose position may be durable, and of the others one that may lead.
  ///
  /// Somebody who waits at `durable` itself waits for the end of a record that is on disk, or for
  /// one that begins there. Only he knows; so he is woken, and does not count as the one that may
  /// lead.
  ///
  /// @param durable everything below it is on disk
  void wake(long durable) {
    boolean leaderFound = false;
    for (int word = 0; word < occupied.length(); word++) {
      long taken = occupied.get(word);
      while (taken != 0) {
        int place = word * Long.SIZE + Long.numberOfTrailingZeros(taken);
        taken &= taken - 1;
        Thread thread = threads.get(place);
        if (thread == null) {
          continue;
        }
        if (positions.getOpaque(place) <= durable) {
          LockSupport.unpark(thread);
        } else if (!leaderFound && !thread.isVirtual()) {
          leaderFound = true;
          LockSupport.unpark(thread);
        }
      }
    }
  }

  /// Wakes everybody.
  void wakeAll() {
    wake(Long.MAX_VALUE);
  }
}
