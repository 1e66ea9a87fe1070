package org.basaltdb.offheap.hash;

import java.util.Arrays;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/**
 * The memory of an index's directories: four bytes an entry, outside the block pool, since a
 * directory is contiguous and can be rebuilt from the segments. A directory that was replaced is
 * freed past the epoch of its readers (HASH-5). The writer's alone.
 */
final class DirectoryMemory {
  private static final int ENTRY_BYTES = Integer.BYTES;
  private static final int CACHE_LINE_BYTES = 64;

  private final Epochs epochs;
  private final MemoryBudget budget;
  private long[] retiredAddress = new long[4];
  private long[] retiredBytes = new long[4];
  private long[] stamp = new long[4];
  private int retiredCount;

  DirectoryMemory(Epochs epochs, MemoryBudget budget) {
    this.epochs = epochs;
    this.budget = budget;
  }

  /**
   * A directory of zeroes.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  long allocate(long entryCount) {
    long bytes = entryCount * ENTRY_BYTES;
    budget.reserve(Owner.INDEX, bytes);
    return Memory.allocate(bytes, CACHE_LINE_BYTES);
  }

  /** Gives back a directory that no reader has seen. */
  void discard(long address, long entryCount) {
    Memory.free(address);
    budget.release(Owner.INDEX, entryCount * ENTRY_BYTES);
  }

  /** Gives back a directory that readers may still walk. */
  void retire(long address, long entryCount) {
    if (retiredCount == stamp.length) {
      retiredAddress = Arrays.copyOf(retiredAddress, retiredCount * 2);
      retiredBytes = Arrays.copyOf(retiredBytes, retiredCount * 2);
      stamp = Arrays.copyOf(stamp, retiredCount * 2);
    }
    retiredAddress[retiredCount] = address;
    retiredBytes[retiredCount] = entryCount * ENTRY_BYTES;
    stamp[retiredCount++] = epochs.advance();
  }

  /** Frees what no reader can see any more. */
  void reclaim() {
    if (retiredCount > 0) {
      freeBefore(epochs.oldestActive());
    }
  }

  /** Frees all that was retired; no reader is inside. */
  void freeAll() {
    freeBefore(Long.MAX_VALUE);
  }

  private void freeBefore(long oldestActive) {
    int kept = 0;
    for (int i = 0; i < retiredCount; i++) {
      if (stamp[i] < oldestActive) {
        Memory.free(retiredAddress[i]);
        budget.release(Owner.INDEX, retiredBytes[i]);
      } else {
        retiredAddress[kept] = retiredAddress[i];
        retiredBytes[kept] = retiredBytes[i];
        stamp[kept++] = stamp[i];
      }
    }
    retiredCount = kept;
  }
}
