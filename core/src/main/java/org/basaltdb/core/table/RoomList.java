package org.basaltdb.core.table;

import java.util.Arrays;

/**
 * Pages of a table that deletes and moves have left room in, newest first. The writer's alone.
 * Grows with the table, so that in a steady state nothing is allocated.
 */
final class RoomList {
  private int[] pages = new int[64];
  private int size;
  private long[] listed = new long[8];

  /** Adds the table's page {@code localPage} unless it is in the list. */
  void add(int localPage) {
    int word = localPage >>> 6;
    if (word >= listed.length) {
      listed = Arrays.copyOf(listed, Math.max(word + 1, listed.length * 2));
    }
    if ((listed[word] & (1L << localPage)) != 0) {
      return;
    }
    if (size == pages.length) {
      pages = Arrays.copyOf(pages, size * 2);
    }
    listed[word] |= 1L << localPage;
    pages[size++] = localPage;
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
