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
 *
 * <p>A copy that meets a guest whose page is not in memory stops there, and goes on with the next
 * call for the same page if its home has not changed. So it comes to an end also where no page gets
 * a frame: what has been read is not read again, and a session needs to hold one image only.
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

  /** The rows were copied. */
  static final int COPIED = 0;

  /** The page stayed locked for long. */
  static final int LOCKED = -1;

  /** A page is not in memory: {@link ReadContext#coldPage}. */
  static final int COLD = -2;

  private static final int AGAIN = -3;

  /** Copies the rows at home in {@code localPage}. */
  int copy(int localPage, PageRows rows, ReadContext context) {
    int page = heap.pageOf(localPage);
    long wordAddress = wordBase + ((long) page << 3);
    int resumed = resume(rows, context, wordAddress);
    if (resumed != AGAIN) {
      return resumed;
    }
    for (int restarts = 0; restarts < PointReader.MAX_RESTARTS; restarts++) {
      long word = Memory.getLongAcquire(wordAddress);
      if (PageWord.state(word) == PageWord.FREE) {
        rows.clear();
        return COPIED;
      }
      if (!PageWord.isLocked(word)) {
        // A page that is MARKED is left so: a scan is no reason to stay.
        long frame =
            PageWord.state(word) == PageWord.COLD
                ? context.imageOf(page, word, false)
                : frameBase + PageWord.frameOffset(word);
        if (frame == 0) {
          return COLD;
        }
        int found = copy(rows, context, frame, wordAddress, word);
        if (found != AGAIN) {
          return found;
        }
      }
      PointReader.pause(restarts);
    }
    return LOCKED;
  }

  /** Goes on with a copy that met a cold guest, if there is one and its home is as it was. */
  private int resume(PageRows rows, ReadContext context, long wordAddress) {
    int slot = context.scanSlot;
    context.scanSlot = -1;
    return slot >= 0 && Memory.getLongAcquire(wordAddress) == context.scanWord
        ? collect(rows, context, wordAddress, context.scanWord, slot)
        : AGAIN;
  }

  private int copy(PageRows rows, ReadContext context, long frame, long wordAddress, long word) {
    rows.clear();
    Memory.copy(frame, rows.page(), PageLayout.PAGE_BYTES);
    VarHandle.loadLoadFence();
    return Memory.getLongOpaque(wordAddress) == word
        ? collect(rows, context, wordAddress, word, 0)
        : AGAIN;
  }

  /** Lists the rows of a copy that is known to be whole, from a slot on. */
  private int collect(
      PageRows rows, ReadContext context, long wordAddress, long word, int fromSlot) {
    boolean guests = fromSlot > 0;
    for (int slot = fromSlot; slot < heap.slotCount(); slot++) {
      int value = PageLayout.slot(rows.page(), slot);
      if (value == 0) {
        continue;
      }
      int offset = PageLayout.offsetOfSlot(value);
      if ((value & PageLayout.SLOT_MOVED) != 0) {
        guests = true;
        int fetched = fetchGuest(rows, context, slot, Memory.getLong(rows.page() + offset));
        if (fetched != COPIED) {
          if (fetched == COLD) {
            context.scanSlot = slot;
            context.scanWord = word;
          }
          return fetched;
        }
      } else if ((RowCodec.flags(rows.page() + offset) & RowLayout.FLAG_GUEST) == 0) {
        rows.add(slot, offset);
      }
    }
    // A guest moves only with its home page odd, so an unchanged home means that the stubs led to
    // the right places while they were followed.
    VarHandle.loadLoadFence();
    return !guests || Memory.getLongOpaque(wordAddress) == word ? COPIED : AGAIN;
  }

  private int fetchGuest(PageRows rows, ReadContext context, int homeSlot, long location) {
    int page = PageLayout.pageOfLocation(location);
    long wordAddress = wordBase + ((long) page << 3);
    long word = Memory.getLongAcquire(wordAddress);
    if (PageWord.isLocked(word) || PageWord.state(word) == PageWord.FREE) {
      return AGAIN;
    }
    long frame =
        PageWord.state(word) == PageWord.COLD
            ? context.imageOf(page, word, true)
            : frameBase + PageWord.frameOffset(word);
    if (frame == 0) {
      return COLD;
    }
    int offset =
        PageLayout.offsetOfSlot(PageLayout.slot(frame, PageLayout.slotOfLocation(location)));
    // READ-5: neither offset nor length may lead out of the page, torn as they can be.
    int bytes = Math.min(RowCodec.rowBytes(frame + offset) & -8, PageLayout.PAGE_BYTES - offset);
    int at = rows.guestOffset();
    Memory.copy(frame + offset, rows.page() + at, bytes);
    long syncLsn = PageLayout.syncLsn(frame);
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(wordAddress) != word) {
      return AGAIN;
    }
    rows.addGuest(homeSlot, at, bytes, syncLsn);
    return COPIED;
  }
}
