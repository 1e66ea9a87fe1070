package org.basaltdb.core.store;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// Images of units as they were at a cut, copied by commands that had to change them before the
/// checkpointer came by. Oldest first. Holds memory only while a checkpoint is made.
///
/// Thread rules: the holder of the partition's token; [#hasRoom] by any thread.
final class CopyReserve {
  private @Nullable PageImages images;
  private long[] units = new long[0];
  private int head;
  private int count;

  /// Whether a command that needs room may try again. Written by the holder of the token, read by
  /// whoever waits without it.
  private volatile boolean full;

  /// Takes memory.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if there is none
  void open(int capacity, MemoryBudget budget) {
    images = new PageImages(capacity, budget);
    units = new long[capacity];
    head = 0;
    count = 0;
    full = false;
  }

  /// Gives the memory back, and what is in it up.
  void close() {
    PageImages open = images;
    if (open != null) {
      images = null;
      open.close();
    }
    count = 0;
    full = false;
  }

  boolean isFull() {
    boolean found = count == units.length;
    if (found && !full) {
      full = true;
    }
    return found;
  }

  boolean hasRoom() {
    return !full;
  }

  int count() {
    return count;
  }

  private PageImages images() {
    PageImages open = images;
    if (open == null) {
      throw new IllegalStateException("CUT-2: the copy reserve was used outside of a checkpoint");
    }
    return open;
  }

  void add(int kind, int unit, long address) {
    int at = (head + count) % units.length;
    Memory.copy(address, images().address(at), PageLayout.PAGE_BYTES);
    units[at] = Unit.of(kind, unit);
    count++;
  }

  /// Moves the oldest image to `address`.
  ///
  /// @return whose it is
  long poll(long address) {
    Memory.copy(images().address(head), address, PageLayout.PAGE_BYTES);
    long unit = units[head];
    head = (head + 1) % units.length;
    count--;
    if (full) {
      full = false;
    }
    return unit;
  }
}
