package org.basaltdb.bench.control;

import java.lang.foreign.MemorySegment;

/** Memory for controls, taken from the system in huge pages where it has them. */
public final class HugeMemory {

  private HugeMemory() {}

  /**
   * Zeroed memory that lives as long as the process.
   *
   * @param bytes at least 1
   */
  public static MemorySegment map(long bytes) {
    return SystemCalls.mapHuge(bytes);
  }
}
