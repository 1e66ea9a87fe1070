package org.basaltdb.core.codec;

import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/// A piece of native memory that a session owns, accounted to its database. Confined to one thread
/// at a time.
final class NativeBuffer {
  private final MemoryBudget budget;
  private long address;
  private int capacityBytes;

  /// A buffer without memory.
  NativeBuffer(MemoryBudget budget) {
    this.budget = budget;
  }

  /// Where the memory is, or 0 while there is none.
  long address() {
    return address;
  }

  int capacityBytes() {
    return capacityBytes;
  }

  /// Takes zeroed memory and leaves what it had before to the caller, who copies from it and passes
  /// it to [#release]. Memory is accounted before it is taken.
  ///
  /// @throws MemoryBudgetExceededException if there is no room; nothing has changed then
  void replace(int bytes) {
    try {
      budget.reserve(Owner.SESSIONS, bytes);
    } catch (BudgetExhaustedException exhausted) {
      throw exceeded(exhausted);
    }
    try {
      address = Memory.allocate(bytes, RowLayout.ALIGNMENT);
    } catch (BudgetExhaustedException exhausted) {
      budget.release(Owner.SESSIONS, bytes);
      throw exceeded(exhausted);
    }
    capacityBytes = bytes;
  }

  private static MemoryBudgetExceededException exceeded(BudgetExhaustedException exhausted) {
    return new MemoryBudgetExceededException(
        exhausted.owner().toString(),
        exhausted.requestedBytes(),
        exhausted.usedBytes(),
        exhausted.limitBytes(),
        exhausted);
  }

  /// Gives memory back that [#replace] superseded.
  void release(long oldAddress, int oldBytes) {
    if (oldAddress != 0) {
      Memory.free(oldAddress);
      budget.release(Owner.SESSIONS, oldBytes);
    }
  }

  /// Makes sure of room for that many bytes; what was in the buffer is lost if it has to grow.
  ///
  /// @throws MemoryBudgetExceededException if there is no room; the buffer is as it was then
  void ensure(int bytes) {
    if (bytes > capacityBytes) {
      long oldAddress = address;
      int oldBytes = capacityBytes;
      replace(bytes);
      release(oldAddress, oldBytes);
    }
  }

  /// Gives all memory back. May be called again.
  void free() {
    release(address, capacityBytes);
    address = 0;
    capacityBytes = 0;
  }
}
