package org.basaltdb.core.table;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;

/**
 * A copy of the rows of one page, owned by a scan: the page itself, and behind it the rows that
 * live elsewhere as guests. Confined to one thread at a time.
 */
public final class PageRows implements AutoCloseable {
  private static final int INITIAL_GUEST_BYTES = PageLayout.PAGE_BYTES;

  private long address = Memory.allocate(PageLayout.PAGE_BYTES + INITIAL_GUEST_BYTES, Long.BYTES);
  private int guestCapacity = INITIAL_GUEST_BYTES;
  private int guestBytes;
  private long guestSyncLsn;
  private final int[] rowOffset = new int[PageLayout.MAX_SLOTS];
  private final int[] slot = new int[PageLayout.MAX_SLOTS];
  private int count;

  /** Rows in the copy. */
  public int count() {
    return count;
  }

  /** Address of row {@code i}'s image. */
  public long row(int i) {
    return address + rowOffset[i];
  }

  /** Slot, in its home page, of row {@code i}. */
  public int slot(int i) {
    return slot[i];
  }

  /**
   * End of the newest SYNC record that changed the page, or one that guests were copied from
   * (LOG-5: a guest that is changed where it lives leaves its home as it was).
   */
  long syncLsn() {
    return Math.max(PageLayout.syncLsn(address), guestSyncLsn);
  }

  long page() {
    return address;
  }

  /** Forgets all rows. */
  public void clear() {
    count = 0;
    guestBytes = 0;
    guestSyncLsn = 0;
  }

  void add(int homeSlot, int offset) {
    slot[count] = homeSlot;
    rowOffset[count++] = offset;
  }

  /** Room for one more guest, which may be as large as a page. Returns its offset. */
  int guestOffset() {
    if (guestCapacity - guestBytes < PageLayout.PAGE_BYTES) {
      int capacity = guestCapacity * 2;
      long grown = Memory.allocate(PageLayout.PAGE_BYTES + (long) capacity, Long.BYTES);
      Memory.copy(address, grown, PageLayout.PAGE_BYTES + (long) guestBytes);
      Memory.free(address);
      address = grown;
      guestCapacity = capacity;
    }
    return PageLayout.PAGE_BYTES + guestBytes;
  }

  void addGuest(int homeSlot, int offset, int bytes, long pageSyncLsn) {
    add(homeSlot, offset);
    guestBytes += bytes;
    guestSyncLsn = Math.max(guestSyncLsn, pageSyncLsn);
  }

  @Override
  public void close() {
    if (address != 0) {
      Memory.free(address);
      address = 0;
    }
  }
}
