package org.basaltdb.core;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Gives the native memory of row buffers, keys and views back once their application has let go of
/// them. An application makes few of them and uses them over and over, so there is no thread for
/// this: what was found unreachable is freed when the next one is made.
final class NativeBuffers {
  private static final ReferenceQueue<Object> UNREACHABLE = new ReferenceQueue<>();

  /// Keeps the references themselves reachable.
  private static final Set<Buffer> ALIVE = ConcurrentHashMap.newKeySet();

  private static final class Buffer extends PhantomReference<Object> {
    private final Runnable release;

    Buffer(Object owner, Runnable release) {
      super(owner, UNREACHABLE);
      this.release = release;
    }
  }

  private NativeBuffers() {}

  /// Has memory given back when its owner is unreachable.
  ///
  /// @param release frees the memory; does not reach the owner
  static <T> T track(T owner, Runnable release) {
    for (Reference<?> found = UNREACHABLE.poll(); found != null; found = UNREACHABLE.poll()) {
      if (found instanceof Buffer buffer && ALIVE.remove(buffer)) {
        buffer.release.run();
      }
    }
    ALIVE.add(new Buffer(owner, release));
    return owner;
  }
}
