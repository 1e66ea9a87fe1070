package org.basaltdb.core.table;

import java.util.Arrays;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;

/**
 * Pages of a table that deletes and moves have left room in, newest first. The writer's alone.
 * Grows with the table, so that in a steady state nothing is allocated.
 */
final class RoomList {
  private int[] pages = new int[512];
  private int size;
  private long[] listed = new long[8];

  /**
   * Makes room for all pages below {@code pageCount}, so that {@link #add}, which is called while a
   * page is odd, never allocates (READ-6).
   */
  void ensureCapacity(int pageCount) {
    while (pageCount > pages.length) {
      pages = Arrays.copyOf(pages, pages.length * 2);
      listed = Arrays.copyOf(listed, pages.length >>> 6);
    }
  }

  /** Adds the table's page {@code localPage} unless it is in the list. */
  void add(int localPage) {
    int word = localPage >>> 6;
    if ((listed[word] & (1L << localPage)) == 0) {
      listed[word] |= 1L << localPage;
      pages[size++] = localPage;
    }
  }

  void save(StateWriter state) {
    state.putInts(pages, size);
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
    int localPage = pages[--size];
    listed[localPage >>> 6] &= ~(1L << localPage);
    return localPage;
  }
}
