package org.basaltdb.core.table;

import java.lang.invoke.VarHandle;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageWord;

/**
 * Copies whole pages for scans. A row is reported with its home page and slot, wherever it lives,
 * so a row that is there throughout a scan is seen exactly once: guests are passed over where they
 * live, and fetched where their stub is (TABLE-3). Any thread, inside an epoch.
 */
final class PageScanner {
  private final RowHeap heap;
  private final long wordBase;
  private final long frameBase;

  PageScanner(PageAccess pages, RowHeap heap) {
    this.heap = heap;
    this.wordBase = pages.wordBase();
    this.frameBase = pages.frameBase();
  }

  /** Copies the rows at home in {@code localPage}; false if the page stayed locked for long. */
  boolean copy(int localPage, PageRows rows) {
    long wordAddress = wordBase + ((long) heap.pageOf(localPage) << 3);
    for (int restarts = 0; restarts < PointReader.MAX_RESTARTS; restarts++) {
      long word = Memory.getLongAcquire(wordAddress);
      if (PageWord.isReadable(word)) {
        rows.clear();
        Memory.copy(frameBase + PageWord.frameOffset(word), rows.page(), PageLayout.PAGE_BYTES);
        VarHandle.loadLoadFence();
        if (Memory.getLongOpaque(wordAddress) == word && collect(rows, wordAddress, word)) {
          return true;
        }
      } else if (PageWord.state(word) == PageWord.FREE) {
        rows.clear();
        return true;
      }
      PointReader.pause(restarts);
    }
    return false;
  }

  /** Lists the rows of a copy that is known to be whole; false if a guest moved meanwhile. */
  private boolean collect(PageRows rows, long wordAddress, long word) {
    boolean guests = false;
    for (int slot = 0; slot < heap.slotCount(); slot++) {
      int value = PageLayout.slot(rows.page(), slot);
      if (value == 0) {
        continue;
      }
      int offset = PageLayout.offsetOfSlot(value);
      if ((value & PageLayout.SLOT_MOVED) != 0) {
        guests = true;
        if (!fetchGuest(rows, slot, Memory.getLong(rows.page() + offset))) {
          return false;
        }
      } else if ((RowCodec.flags(rows.page() + offset) & RowLayout.FLAG_GUEST) == 0) {
        rows.add(slot, offset);
      }
    }
    // A guest moves only with its home page odd, so an unchanged home means that the stubs led to
    // the right places while they were followed.
    VarHandle.loadLoadFence();
    return !guests || Memory.getLongOpaque(wordAddress) == word;
  }

  private boolean fetchGuest(PageRows rows, int homeSlot, long location) {
    long wordAddress = wordBase + ((long) PageLayout.pageOfLocation(location) << 3);
    long word = Memory.getLongAcquire(wordAddress);
    if (!PageWord.isReadable(word)) {
      return false;
    }
    long frame = frameBase + PageWord.frameOffset(word);
    int offset =
        PageLayout.offsetOfSlot(PageLayout.slot(frame, PageLayout.slotOfLocation(location)));
    // READ-5: neither offset nor length may lead out of the page, torn as they can be.
    int bytes = Math.min(RowCodec.rowBytes(frame + offset) & -8, PageLayout.PAGE_BYTES - offset);
    int at = rows.guestOffset();
    Memory.copy(frame + offset, rows.page() + at, bytes);
    long syncLsn = PageLayout.syncLsn(frame);
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(wordAddress) != word) {
      return false;
    }
    rows.addGuest(homeSlot, at, bytes, syncLsn);
    return true;
  }
}
