package org.basaltdb.core;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CountDownLatch;
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
  private static final VarHandle CLOSER;

  static {
    try {
      CLOSER =
          MethodHandles.lookup()
              .findVarHandle(Lifecycle.class, "closer", String.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final String what;
  private final CountDownLatch closed = new CountDownLatch(1);

  /// Who closes: the mark of CLOSE-1, null while open. Every read looks at it; so it is a field of
  /// this object, and set through its handle.
  private volatile @Nullable String closer;

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
    return CLOSER.compareAndSet(
        this, (String) null, "thread '" + Thread.currentThread().getName() + "'");
  }

  /// Lets those go on who wait for the end of the close.
  void end() {
    closed.countDown();
  }

  boolean isOpen() {
    return closer == null;
  }

  /// Throws unless it is open.
  void check() {
    String who = closer;
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
