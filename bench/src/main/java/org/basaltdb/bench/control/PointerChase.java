package org.basaltdb.bench.control;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.basaltdb.bench.workload.Mixing;

/**
 * One random cycle through all cache lines of a large piece of memory in huge pages: each line
 * holds the number of the next. A step cannot begin before the last one ended, so a walk measures
 * the latency of memory and nothing else. Immutable once built; any number of threads may walk.
 */
public final class PointerChase {

  private static final int LINE_BYTES = 64;

  private final MemorySegment memory;
  private final int lines;

  /**
   * Builds the cycle: linear in {@code bytes}, some 100 ns a line.
   *
   * <p>Source: Sattolo's algorithm (1986), which makes a permutation of one cycle.
   *
   * @param bytes memory to walk through, at least two lines
   */
  public PointerChase(long bytes) {
    this.lines = Math.toIntExact(bytes / LINE_BYTES);
    this.memory = SystemCalls.mapHuge((long) lines * LINE_BYTES);
    int[] next = new int[lines];
    for (int line = 0; line < lines; line++) {
      next[line] = line;
    }
    long state = lines;
    for (int line = lines - 1; line > 0; line--) {
      state += Mixing.GOLDEN;
      int other = Mixing.bounded(Mixing.mix(state), line);
      int swapped = next[line];
      next[line] = next[other];
      next[other] = swapped;
    }
    for (int line = 0; line < lines; line++) {
      memory.set(ValueLayout.JAVA_LONG, (long) line * LINE_BYTES, next[line]);
    }
  }

  /**
   * Walks on from a line and returns the line reached.
   *
   * @param from any number: it is reduced to a line
   * @param steps how many lines further
   */
  public long walk(long from, int steps) {
    MemorySegment cycle = memory;
    long line = Long.remainderUnsigned(from, lines);
    for (int step = 0; step < steps; step++) {
      line = cycle.get(ValueLayout.JAVA_LONG, line * LINE_BYTES);
    }
    return line;
  }
}
