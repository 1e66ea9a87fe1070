package org.basaltdb.core.table;

import java.util.Arrays;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;

/**
 * Pages of a table that deletes and moves have left room in, newest first: a ring, so that what
 * cannot be used now goes to the other end. The writer's alone. Grows with the table, so that in a
 * steady state nothing is allocated.
 */
final class RoomList {
  private int[] pages = new int[512];

  /** Where the oldest is; the newest is {@code size - 1} behind it, around the end. */
  private int oldest;

  private int size;
  private long[] listed = new long[8];

  /**
   * Makes room for all pages below {@code pageCount}, so that {@link #add}, which is called while a
   * page is odd, never allocates (READ-6).
   */
  void ensureCapacity(int pageCount) {
    while (pageCount > pages.length) {
      int[] grown = new int[pages.length * 2];
      for (int i = 0; i < size; i++) {
        grown[i] = pages[at(i)];
      }
      pages = grown;
      oldest = 0;
      listed = Arrays.copyOf(listed, pages.length >>> 6);
    }
  }

  private int at(int place) {
    return (oldest + place) & (pages.length - 1);
  }

  /** Adds the table's page {@code localPage} unless it is in the list. */
  void add(int localPage) {
    int word = localPage >>> 6;
    if ((listed[word] & (1L << localPage)) == 0) {
      listed[word] |= 1L << localPage;
      pages[at(size++)] = localPage;
    }
  }

  /** Adds a page that was taken out as the oldest: it is tried again after all others. */
  void addLast(int localPage) {
    int word = localPage >>> 6;
    if ((listed[word] & (1L << localPage)) == 0) {
      listed[word] |= 1L << localPage;
      oldest = at(-1);
      pages[oldest] = localPage;
      size++;
    }
  }

  void save(StateWriter state) {
    int[] ordered = new int[size];
    for (int i = 0; i < size; i++) {
      ordered[i] = pages[at(i)];
    }
    state.putInts(ordered, size);
  }

  /** Takes up what {@link #save} wrote; room for all pages of the table was made before. */
  void restore(StateReader state) {
    for (int localPage : state.getInts()) {
      add(localPage);
    }
  }

  /** Takes the newest page out, or -1 if there is none. */
  int poll() {
    if (size == 0) {
      return -1;
    }
    int localPage = pages[at(--size)];
    listed[localPage >>> 6] &= ~(1L << localPage);
    return localPage;
  }
}
