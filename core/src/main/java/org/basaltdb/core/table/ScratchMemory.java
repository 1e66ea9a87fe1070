package org.basaltdb.core.table;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/**
 * Native memory that grows to the largest size asked for, and is then reused. What a few large
 * values made it grow to is given back ({@link #trim}). One thread at a time.
 */
final class ScratchMemory {
  /** More than this is not kept from one use to the next. */
  static final long KEPT_BYTES = 1L << 20;

  private final MemoryBudget budget;
  private long address;
  private long capacity;

  /** Nothing yet; all that it will have is in the budget. */
  ScratchMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  /**
   * Room for {@code bytes}; what was there before is gone if it had to grow.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  long ensure(long bytes) {
    if (bytes > capacity) {
      free();
      long grown = Math.max(256, Long.highestOneBit(bytes - 1) << 1);
      budget.reserve(Owner.OTHER, grown);
      address = Memory.allocate(grown, Long.BYTES);
      capacity = grown;
    }
    return address;
  }

  long address() {
    return address;
  }

  /** After a use: gives back what is more than {@link #KEPT_BYTES}. */
  void trim() {
    if (capacity > KEPT_BYTES) {
      free();
    }
  }

  void free() {
    if (address != 0) {
      Memory.free(address);
      budget.release(Owner.OTHER, capacity);
      address = 0;
      capacity = 0;
    }
  }
}
