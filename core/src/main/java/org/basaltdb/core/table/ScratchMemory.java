package org.basaltdb.core.table;

import org.basaltdb.offheap.memory.Memory;

/**
 * Native memory that grows to the largest size asked for, and is then reused. One thread at a time.
 */
final class ScratchMemory {
  private long address;
  private long capacity;

  /** Room for {@code bytes}; what was there before is gone if it had to grow. */
  long ensure(long bytes) {
    if (bytes > capacity) {
      free();
      long grown = Math.max(256, Long.highestOneBit(bytes - 1) << 1);
      address = Memory.allocate(grown, Long.BYTES);
      capacity = grown;
    }
    return address;
  }

  long address() {
    return address;
  }

  void free() {
    if (address != 0) {
      Memory.free(address);
      address = 0;
      capacity = 0;
    }
  }
}
