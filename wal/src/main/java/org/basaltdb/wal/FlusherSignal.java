package org.basaltdb.wal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Wakes the flusher. A signal raised while it works makes it work once more before it sleeps.
///
/// A flag says so, not the permit of `unpark` alone: any lock inside the flusher's work may park,
/// and so use up a permit that was meant for its sleep.
///
/// - LOG-15 No signal is lost. Whoever wants something stores what he wants (volatile), then raises
///   the signal; the flusher takes the signal and only then looks at what is wanted.
///
/// Thread rules: [#raise] by any thread; the rest by the flusher, or whoever does its work.
final class FlusherSignal {
  private volatile @Nullable Thread flusher;
  private volatile boolean raised;

  /// Who is woken from now on; null when there is nobody.
  void wakes(@Nullable Thread thread) {
    flusher = thread;
  }

  /// Has the flusher look at what there is to do. One volatile read when it is about to anyway.
  void raise() {
    if (!raised) {
      raised = true;
      LockSupport.unpark(flusher);
    }
  }

  /// Takes the signal, before looking at what there is to do.
  void take() {
    raised = false;
  }

  /// Sleeps until the signal is raised, or for a time.
  void await(long nanos) {
    if (!raised) {
      LockSupport.parkNanos(this, nanos);
    }
  }
}
