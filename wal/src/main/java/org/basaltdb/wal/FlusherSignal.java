package org.basaltdb.wal;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Wakes the flusher. A signal raised while it is awake makes it look once more before it sleeps;
/// none is lost.
final class FlusherSignal {
  private volatile @Nullable Thread flusher;

  /// Who is woken from now on; null when there is nobody.
  void wakes(@Nullable Thread thread) {
    flusher = thread;
  }

  void raise() {
    LockSupport.unpark(flusher);
  }
}
