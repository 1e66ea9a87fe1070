package org.basaltdb.core;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.basaltdb.core.error.InterruptedWaitException;
import org.jspecify.annotations.Nullable;

/// Lends sessions to threads that have none, as many as the options allow at a time, and makes them
/// as they are first needed. Who finds none parks until one comes back; so ten thousand virtual
/// threads can share a few dozen sessions.
///
/// A thread that borrows while it has one already gets the same one again: it would otherwise wait
/// for itself when all sessions are with threads that want a second one.
///
/// The one that came back last is lent first: its memory is warm.
final class SessionPool {
  private final Engine engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition available = lock.newCondition();

  /// Guarded by the lock.
  private final ArrayDeque<Session> idle;

  /// All sessions that were made, for a thread to find the one it has. Grows only.
  private final AtomicReferenceArray<@Nullable Session> sessions;

  private final AtomicInteger numbers = new AtomicInteger(1);

  /// Written under the lock, after the session it counts was stored.
  private volatile int madeCount;

  /// Guarded by the lock: how many there are or are being made.
  private int count;

  SessionPool(Engine engine, int capacity) {
    this.engine = engine;
    this.idle = new ArrayDeque<>(capacity);
    this.sessions = new AtomicReferenceArray<>(capacity);
  }

  /// The session that the calling thread has borrowed already, or null.
  @Nullable Session current() {
    int made = madeCount;
    for (int i = 0; i < made; i++) {
      Session session = sessions.get(i);
      if (session != null && session.isOwner()) {
        return session;
      }
    }
    return null;
  }

  /// Borrows a session for the calling thread, and waits for one if need be.
  ///
  /// @throws InterruptedWaitException if the thread is interrupted while it waits
  /// @throws org.basaltdb.core.error.ClosedException if the database is closed
  Session borrow() {
    lock.lock();
    try {
      while (true) {
        engine.lifecycle().check();
        Session session = idle.pollLast();
        if (session != null) {
          session.lend();
          return session;
        }
        if (count < sessions.length()) {
          count++;
          break;
        }
        available.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedWaitException(
          "a session of the pool", "nothing was done; call again once the flag is cleared");
    } finally {
      lock.unlock();
    }
    return make();
  }

  private Session make() {
    try {
      int number = numbers.getAndIncrement();
      Session session = new Session(engine, "session " + number + " of the pool", true);
      register(session);
      return session;
    } catch (Throwable failure) {
      // Whatever it was: the next one may make it.
      lock.lock();
      try {
        count--;
        available.signal();
      } finally {
        lock.unlock();
      }
      if (failure instanceof RuntimeException e) {
        throw Failures.named(e);
      }
      throw failure;
    }
  }

  private void register(Session session) {
    lock.lock();
    try {
      int place = madeCount;
      sessions.set(place, session);
      madeCount = place + 1;
    } finally {
      lock.unlock();
    }
  }

  /// Takes a session back from the calling thread.
  void giveBack(Session session) {
    session.takeBack();
    boolean kept;
    lock.lock();
    try {
      kept = engine.lifecycle().isOpen();
      if (kept) {
        idle.addLast(session);
        available.signal();
      }
    } finally {
      lock.unlock();
    }
    if (!kept) {
      session.discard();
    }
  }

  /// After the mark of the close was set: wakes those who wait, and ends the sessions that nobody
  /// has. The others end when they come back.
  void close() {
    ArrayDeque<Session> unused;
    lock.lock();
    try {
      unused = new ArrayDeque<>(idle);
      idle.clear();
      available.signalAll();
    } finally {
      lock.unlock();
    }
    unused.forEach(Session::discard);
  }
}
