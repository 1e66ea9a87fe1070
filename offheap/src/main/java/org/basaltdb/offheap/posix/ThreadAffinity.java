package org.basaltdb.offheap.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// On which processors the calling thread may run.
///
/// Masks are words of 64 processors: bit n, counted from the lowest bit of the first word, is
/// processor n.
///
/// Thread rules: a call is about the platform thread that makes it; do not call from virtual
/// threads, which share theirs.
public final class ThreadAffinity {
  private static final int MASK_WORDS = 1024 / Long.SIZE;

  private ThreadAffinity() {}

  /// Restricts the calling thread to the processors of a mask. Where that is refused, or in
  /// portable mode, the thread stays where it is; a refusal is listed as a degradation.
  ///
  /// @return whether it was done
  /// @throws IllegalArgumentException if the mask names no processor
  public static boolean pin(long[] cpuMask) {
    if (Arrays.stream(cpuMask).allMatch(word -> word == 0)) {
      throw new IllegalArgumentException(
          "no processor to run on; found an empty mask; expected at least one bit");
    }
    return Posix.available() && pin(Posix.calls(), cpuMask);
  }

  static boolean pin(SystemCalls calls, long[] cpuMask) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocateFrom(ValueLayout.JAVA_LONG, cpuMask);
      long result = calls.schedSetAffinity(mask.byteSize(), mask.address());
      if (result < 0) {
        Degradations.report(
            Degradation.Kind.THREAD_AFFINITY,
            "thread " + Thread.currentThread().getName(),
            "not bound to processors: sched_setaffinity is refused with "
                + Errno.describe((int) -result));
      }
      return result >= 0;
    }
  }

  /// The processors the calling thread may run on.
  ///
  /// @return the mask, without trailing zero words; empty where it cannot be known
  public static long[] current() {
    if (!Posix.available()) {
      return new long[0];
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mask = arena.allocate(ValueLayout.JAVA_LONG, MASK_WORDS);
      long filledBytes = Posix.calls().schedGetAffinity(mask.byteSize(), mask.address());
      long[] words = mask.toArray(ValueLayout.JAVA_LONG);
      int last = filledBytes < 0 ? 0 : words.length;
      while (last > 0 && words[last - 1] == 0) {
        last--;
      }
      return Arrays.copyOf(words, last);
    }
  }
}
