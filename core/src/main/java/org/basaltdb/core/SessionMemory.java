package org.basaltdb.core;

import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/// The native memory of a session: room for one key in its two forms. It outlives the database if
/// the session does, so that a call that comes too late finds a mark and never a hole; it goes with
/// the session's close, or when the session is unreachable.
final class SessionMemory {
  private static final int CACHE_LINE_BYTES = 64;
  private static final int KEY_IMAGE_BYTES = 4 << 10;
  private static final int CANONICAL_KEY_BYTES = 8 << 10;
  private static final int TOTAL_BYTES = KEY_IMAGE_BYTES + CANONICAL_KEY_BYTES;

  private final MemoryBudget budget;
  private final NativeBlock block;

  /// @throws BudgetExhaustedException if there is no room
  SessionMemory(MemoryBudget budget) {
    this.budget = budget;
    this.block = new NativeBlock(budget);
    block.ensure(TOTAL_BYTES);
  }

  /// A piece of native memory, accounted to sessions. One thread at a time.
  static final class NativeBlock {
    private final MemoryBudget budget;
    private long address;
    private long bytes;

    NativeBlock(MemoryBudget budget) {
      this.budget = budget;
    }

    /// Where the memory is; 0 before the first [#ensure].
    long address() {
      return address;
    }

    /// Makes sure of that much room. What was there is lost if it has to grow.
    ///
    /// @throws BudgetExhaustedException if there is no room; nothing has changed then
    long ensure(long wantedBytes) {
      if (wantedBytes > bytes) {
        long grown = Math.max(256, Long.highestOneBit(wantedBytes - 1) << 1);
        budget.reserve(Owner.SESSIONS, grown);
        long taken;
        try {
          taken = Memory.allocate(grown, CACHE_LINE_BYTES);
        } catch (Throwable refused) {
          budget.release(Owner.SESSIONS, grown);
          throw refused;
        }
        free();
        address = taken;
        bytes = grown;
      }
      return address;
    }

    /// Gives the memory back; again does nothing.
    void free() {
      if (address != 0) {
        Memory.free(address);
        budget.release(Owner.SESSIONS, bytes);
        address = 0;
        bytes = 0;
      }
    }
  }

  /// Room for the key image of any key of a table.
  long keyImage(RowLayout layout) {
    assert layout.maxKeyImageBytes() <= KEY_IMAGE_BYTES : layout.maxKeyImageBytes();
    return block.address();
  }

  /// Room for the canonical form of any key of a table.
  long canonicalKey(RowLayout layout) {
    assert layout.maxCanonicalKeyBytes() <= CANONICAL_KEY_BYTES : layout.maxCanonicalKeyBytes();
    return block.address() + KEY_IMAGE_BYTES;
  }

  /// A further block, for the bytes of a submitted write.
  NativeBlock newBlock() {
    return new NativeBlock(budget);
  }

  /// Gives the memory back; again does nothing. The blocks that were asked for are freed by who
  /// asked.
  void free() {
    block.free();
  }
}
