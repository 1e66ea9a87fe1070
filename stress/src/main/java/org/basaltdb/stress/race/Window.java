package org.basaltdb.stress.race;

/// Makes a race window wide: a variant's patch calls it between two steps of a protocol, so that
/// the other thread gets the time to do something in between. Never in the engine itself.
///
/// Mostly nothing, sometimes a short spin, seldom a yield: windows of many widths are tried.
public final class Window {
  private static final ThreadLocal<Window> OF_THREAD = ThreadLocal.withInitial(Window::new);

  private static final int SPIN_MASK = 0x7F;

  private long random = Thread.currentThread().threadId() * 0x9E37_79B9_7F4A_7C15L | 1;

  private Window() {}

  /// Passes some time.
  @SuppressWarnings("ThreadPriorityCheck") // more interleavings, that is all
  public static void open() {
    int draw = OF_THREAD.get().next();
    if ((draw & 3) != 0) {
      return;
    }
    if ((draw & 0xFC) == 0) {
      Thread.yield();
      return;
    }
    for (int spins = draw >>> 8 & SPIN_MASK; spins > 0; spins--) {
      Thread.onSpinWait();
    }
  }

  /// Xorshift (Marsaglia 2003).
  private int next() {
    random ^= random << 13;
    random ^= random >>> 7;
    random ^= random << 17;
    return (int) (random >>> 32) & Integer.MAX_VALUE;
  }
}
