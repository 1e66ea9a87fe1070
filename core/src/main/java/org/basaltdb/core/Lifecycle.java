package org.basaltdb.core;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.basaltdb.core.error.ClosedException;
import org.jspecify.annotations.Nullable;

/// Whether something is open, and who closed it.
///
/// ```
///          begin()                     end()
///   OPEN ----------> CLOSING ----------------> CLOSED
///        by one thread       by the same one
/// ```
///
/// CLOSE-1 Who announced himself (in an epoch, or at the gate) before the mark was set is waited
/// for; who did so after it finds it.
final class Lifecycle {
  private final String what;
  private final AtomicReference<@Nullable String> closer = new AtomicReference<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  /// The mark of CLOSE-1: every read looks at it, so it is one load.
  private volatile boolean closing;

  /// Something open.
  ///
  /// @param what for messages, for instance `database /data/shop`
  Lifecycle(String what) {
    this.what = what;
  }

  String what() {
    return what;
  }

  /// Sets the mark.
  ///
  /// @return whether the calling thread is the one that closes
  boolean begin() {
    if (!closer.compareAndSet(null, "thread '" + Thread.currentThread().getName() + "'")) {
      return false;
    }
    closing = true;
    return true;
  }

  /// Lets those go on who wait for the end of the close.
  void end() {
    closed.countDown();
  }

  boolean isOpen() {
    return !closing;
  }

  /// Throws unless it is open.
  void check() {
    String who = closer.get();
    if (who != null) {
      throw new ClosedException(what, who);
    }
  }

  /// Waits for the end of a close that another thread began. An interrupt does not end the wait,
  /// and stays set.
  void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        closed.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
