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

  /** Where chains that were let go leave memory. */
  private int[] coldHeads = new int[4];

  private int coldHeadCount;

  /** The same, of which the page is damaged: kept for the next open. */
  private int[] damagedHeads = new int[0];

  private volatile boolean hasColdHeads;

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

  /** A chain was copied whole. */
  static final int COPIED = 0;

  /** A page is not of this chain: the row that pointed here is stale, read it anew. */
  static final int GONE = -1;

  /** The page where the copy stands is not in memory: {@link ReadContext#coldPage}. */
  static final int COLD = -2;

  /**
   * Copies a value out, from where {@code at} stands: page, bytes that are left, address. A page is
   * copied whole or not at all, so after {@link #COLD} it can be gone on with.
   */
  int copy(long chainId, ReadContext at) {
    while (at.chainLeft > 0) {
      int page = at.chainPage;
      if (page < 0) {
        return GONE;
      }
      long wordAddress = wordBase + ((long) page << 3);
      long word = Memory.getLongAcquire(wordAddress);
      int state = PageWord.state(word);
      if (PageWord.isLocked(word) || state == PageWord.FREE) {
        return GONE;
      }
      long frame =
          state == PageWord.COLD
              ? at.imageOf(page, word, false)
              : frameBase + PageWord.frameOffset(word);
      if (frame == 0) {
        return COLD;
      }
      int bytes = Memory.getInt(frame + DATA_BYTES_OFFSET);
      int next = Memory.getInt(frame + NEXT_OFFSET) - 1;
      // READ-5: torn as it can be, the length must not lead the copy out of the page.
      boolean ours =
          Memory.getLong(frame + CHAIN_ID_OFFSET) == chainId
              && bytes > 0
              && bytes <= Math.min(at.chainLeft, DATA_CAPACITY);
      if (ours) {
        Memory.copy(frame + DATA_OFFSET, at.chainTo, bytes);
      }
      VarHandle.loadLoadFence();
      if (Memory.getLongOpaque(wordAddress) != word) {
        continue; // it left memory, came back, was marked or touched; or is free, which is seen
      }
      if (!ours) {
        return GONE;
      }
      at.chainPage = next;
      at.chainTo += bytes;
      at.chainLeft -= bytes;
    }
    return COPIED;
  }

  /**
   * Lets a chain go that no row points at any more; its pages come back past the epoch. What of it
   * is not in memory is followed later, see {@link #followInMemory}.
   */
  void retire(int firstPage) {
    int page = firstPage;
    while (page >= 0) {
      if (!pages.isInMemory(page)) {
        if (coldHeadCount == coldHeads.length) {
          coldHeads = Arrays.copyOf(coldHeads, coldHeadCount * 2);
        }
        coldHeads[coldHeadCount] = page;
        coldHeadCount(coldHeadCount + 1);
        pages.noteColdChain();
        return;
      }
      int next = Memory.getInt(pages.frame(page) + NEXT_OFFSET) - 1;
      retiredPages.retire(page);
      page = next;
    }
  }

  /** Whether chains were let go that are not in memory. Any thread. */
  boolean hasColdHeads() {
    return hasColdHeads;
  }

  /**
   * Goes on with chains that were let go, as far as they are in memory.
   *
   * @return a page that has to be read to go on, or -1
   */
  int followInMemory() {
    while (coldHeadCount > 0) {
      int page = coldHeads[coldHeadCount - 1];
      if (!pages.isInMemory(page)) {
        return page;
      }
      follow(page, pages.frame(page));
    }
    return -1;
  }

  /**
   * The image of a page was read: lets it and what follows it go, if that is to be done still.
   *
   * @param image address of the image
   */
  void follow(int page, long image) {
    if (isNextHead(page)) {
      coldHeadCount(coldHeadCount - 1);
      int next = Memory.getInt(image + NEXT_OFFSET) - 1;
      retiredPages.retire(page);
      retire(next);
    }
  }

  /** The page could not be read for now: the others come first, and then it again. */
  void defer(int page) {
    if (isNextHead(page)) {
      System.arraycopy(coldHeads, 0, coldHeads, 1, coldHeadCount - 1);
      coldHeads[0] = page;
    }
  }

  /**
   * The page is damaged: it and what follows it stay as they are, and are looked at again when the
   * database is opened.
   */
  void setAside(int page) {
    if (isNextHead(page)) {
      coldHeadCount(coldHeadCount - 1);
      damagedHeads = Arrays.copyOf(damagedHeads, damagedHeads.length + 1);
      damagedHeads[damagedHeads.length - 1] = page;
    }
  }

  private boolean isNextHead(int page) {
    return coldHeadCount > 0 && coldHeads[coldHeadCount - 1] == page;
  }

  private void coldHeadCount(int count) {
    coldHeadCount = count;
    hasColdHeads = count > 0;
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

  /**
   * CUT-6: not before a checkpoint has a copy, if it needs one. Of a cold page it has the image.
   */
  private boolean reusePage(int page) {
    boolean mayBeFreed = !pages.isInMemory(page) || pages.prepareChange(page);
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
    int[] heads = Arrays.copyOf(coldHeads, coldHeadCount + damagedHeads.length);
    System.arraycopy(damagedHeads, 0, heads, coldHeadCount, damagedHeads.length);
    state.putInts(heads, heads.length);
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
    int[] heads = state.getInts();
    coldHeads = Arrays.copyOf(heads, heads.length + 4);
    coldHeadCount(heads.length);
    if (hasColdHeads) {
      pages.noteColdChain();
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
    coldHeadCount(0);
    damagedHeads = new int[0];
  }
}
