package org.basaltdb.core.store;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// Images of units as they were at a cut, copied by commands that had to change them before the
/// checkpointer came by. Oldest first. Holds memory only while a checkpoint is made.
///
/// Thread rules: the holder of the partition's token; [#open] and [#close] the checkpointer while
/// nothing is imaged; [#hasRoom] by any thread.
final class CopyReserve {
  private @Nullable PageImages images;
  private long[] units = new long[0];
  private int head;
  private int count;

  /// Whether a command that needs room may try again. Written by the holder of the token, read by
  /// whoever waits without it.
  private volatile boolean full;

  /// Takes memory, in place of what it may have.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if there is none
  void open(int capacity, MemoryBudget budget) {
    close();
    images = new PageImages(capacity, budget);
    units = new long[capacity];
  }

  /// Gives the memory back, and what is in it up.
  void close() {
    PageImages open = images;
    if (open != null) {
      images = null;
      open.close();
    }
    empty();
  }

  /// Gives up what is in it.
  void empty() {
    head = 0;
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

  /// Room for one more image; there is some.
  ///
  /// @return where the caller copies it to at once
  long add(int kind, int unit) {
    int at = (head + count) % units.length;
    units[at] = Unit.of(kind, unit);
    count++;
    return images().address(at);
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
