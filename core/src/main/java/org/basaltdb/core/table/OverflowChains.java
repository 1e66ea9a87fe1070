package org.basaltdb.core.table;

import static org.basaltdb.offheap.page.OverflowLayout.*;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageWord;

/**
 * Values too large for a row page, each a chain of pages of its own, written once and never changed
 * (CHAIN-1).
 *
 * <p>{@link #copy} is any thread's, inside an epoch; all else is the writer's.
 */
final class OverflowChains {
  /** Chains that a table can begin: {@code 2^40}, more than pages can be written to. */
  private static final int CHAIN_TABLE_SHIFT = 40;

  /** Pages that gather before the epoch is advanced for them. */
  private static final int RECLAIM_BATCH = 32;

  private final PageAccess pages;
  private final long wordBase;
  private final long frameBase;
  private final int tableId;
  private final RetiredBlocks retiredPages;
  private final IntPredicate reusePage = this::reusePage;
  private int[] freePages = new int[16];
  private int freePageCount;
  private int[] extents = new int[4];
  private int extentCount;
  private long nextChainId = 1;

  OverflowChains(PageAccess pages, Epochs epochs, int tableId) {
    this.pages = pages;
    this.wordBase = pages.wordBase();
    this.frameBase = pages.frameBase();
    this.tableId = tableId;
    this.retiredPages = new RetiredBlocks(epochs);
  }

  /** A name that no chain of any table of this partition has had. */
  long newChainId() {
    return ((long) tableId << CHAIN_TABLE_SHIFT) | nextChainId++;
  }

  /**
   * Writes a value into pages of its own; nobody can reach them yet.
   *
   * @return number of the first page
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short, nothing taken
   */
  int write(long chainId, long source, long length) {
    int count = pageCount(length);
    reserve(count);
    int next = 0;
    for (int i = count - 1; i >= 0; i--) {
      int page = freePages[--freePageCount];
      long frame = pages.allocate(page, Owner.OVERFLOW);
      long from = (long) i * DATA_CAPACITY;
      int bytes = (int) Math.min(DATA_CAPACITY, length - from);
      Memory.putLongOpaque(frame + CHAIN_ID_OFFSET, chainId);
      VarHandle.storeStoreFence();
      Memory.putLong(frame + PAGE_ID_OFFSET, PageLayout.pageId(tableId, page));
      Memory.putInt(frame + CHECKSUM_OFFSET, 0);
      Memory.putInt(frame + DATA_BYTES_OFFSET, bytes);
      Memory.putInt(frame + NEXT_OFFSET, next);
      Memory.putInt(frame + RESERVED_OFFSET, 0);
      Memory.copy(source + from, frame + DATA_OFFSET, bytes);
      next = page + 1;
    }
    return next - 1;
  }

  private void reserve(int count) {
    reclaim();
    pages.reserve(count);
    while (freePageCount < count) {
      int first = pages.allocateExtent();
      if (extentCount == extents.length) {
        extents = Arrays.copyOf(extents, extentCount * 2 + 1);
      }
      extents[extentCount++] = first;
      for (int i = PageAccess.EXTENT_PAGES - 1; i >= 0; i--) {
        addFree(first + i);
      }
    }
  }

  private void addFree(int page) {
    if (freePageCount == freePages.length) {
      freePages = Arrays.copyOf(freePages, freePageCount * 2);
    }
    freePages[freePageCount++] = page;
  }

  /**
   * Copies a value out.
   *
   * @return false if a page is not of this chain: the row that pointed here is stale, read it anew
   */
  boolean copy(int firstPage, long chainId, long length, long dest) {
    long left = length;
    long to = dest;
    int page = firstPage;
    while (left > 0) {
      if (page < 0) {
        return false;
      }
      long wordAddress = wordBase + ((long) page << 3);
      long word = Memory.getLongAcquire(wordAddress);
      if (!PageWord.isReadable(word)) {
        return false;
      }
      long frame = frameBase + PageWord.frameOffset(word);
      int bytes = Memory.getInt(frame + DATA_BYTES_OFFSET);
      if (Memory.getLong(frame + CHAIN_ID_OFFSET) != chainId
          || bytes <= 0
          || bytes > Math.min(left, DATA_CAPACITY)) {
        return false;
      }
      Memory.copy(frame + DATA_OFFSET, to, bytes);
      page = Memory.getInt(frame + NEXT_OFFSET) - 1;
      // A page that was given to another chain meanwhile has that one's name or a new word: the
      // name
      // is written before any byte behind it.
      VarHandle.loadLoadFence();
      if (Memory.getLongOpaque(frame + CHAIN_ID_OFFSET) != chainId
          || Memory.getLongOpaque(wordAddress) != word) {
        return false;
      }
      to += bytes;
      left -= bytes;
    }
    return true;
  }

  /** Lets a chain go that no row points at any more; its pages come back past the epoch. */
  void retire(int firstPage) {
    int page = firstPage;
    while (page >= 0) {
      int next = Memory.getInt(pages.frame(page) + NEXT_OFFSET) - 1;
      retiredPages.retire(page);
      page = next;
    }
  }

  /** Frees a chain at once that no row has ever pointed at. */
  void discard(int firstPage) {
    int page = firstPage;
    while (page >= 0) {
      int next = Memory.getInt(pages.frame(page) + NEXT_OFFSET) - 1;
      freePage(page);
      page = next;
    }
  }

  /** Takes back pages of retired chains that no reader can see any more. */
  void reclaim() {
    retiredPages.reclaim(reusePage);
  }

  /** CUT-6: not before a checkpoint has a copy, if it needs one. */
  private boolean reusePage(int page) {
    boolean mayBeFreed = pages.prepareChange(page);
    if (mayBeFreed) {
      freePage(page);
    }
    return mayBeFreed;
  }

  void save(StateWriter state) {
    state.putLong(nextChainId);
    state.putInts(extents, extentCount);
    int[] waiting = new int[retiredPages.size()];
    int[] count = new int[1];
    retiredPages.forEach(page -> waiting[count[0]++] = page);
    state.putInts(waiting, count[0]);
  }

  /**
   * Takes up what {@link #save} wrote, at open.
   *
   * @param inUse whether a checkpoint holds an image of a page, and what to do with one that does
   */
  void restore(StateReader state, RestoredPages inUse) {
    nextChainId = state.getLong();
    extents = state.getInts();
    extentCount = extents.length;
    BitSet retired = new BitSet();
    for (int page : state.getInts()) {
      retired.set(page);
    }
    for (int e = 0; e < extentCount; e++) {
      for (int i = PageAccess.EXTENT_PAGES - 1; i >= 0; i--) {
        int page = extents[e] + i;
        if (retired.get(page)) {
          inUse.drop(page);
          addFree(page);
        } else if (!inUse.load(page, Owner.OVERFLOW)) {
          addFree(page);
        }
      }
    }
  }

  /** As {@link #reclaim}, once enough has gathered to be worth the advance of an epoch. */
  void reclaimBatch() {
    if (retiredPages.size() >= RECLAIM_BATCH) {
      reclaim();
    }
  }

  private void freePage(int page) {
    pages.free(page, Owner.OVERFLOW);
    addFree(page);
  }

  /** Frees every page and extent; no reader is inside. */
  void destroy() {
    for (int e = 0; e < extentCount; e++) {
      for (int i = 0; i < PageAccess.EXTENT_PAGES; i++) {
        int page = extents[e] + i;
        if (PageWord.state(Memory.getLong(wordBase + ((long) page << 3))) != PageWord.FREE) {
          pages.free(page, Owner.OVERFLOW);
        }
      }
      pages.freeExtent(extents[e]);
    }
    extentCount = 0;
    freePageCount = 0;
  }
}
