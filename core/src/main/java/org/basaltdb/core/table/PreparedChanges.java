package org.basaltdb.core.table;

import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.offheap.hash.PrimaryIndex;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;

/**
 * What a write will change, prepared before it claims its log record (CUT-2): the pages of the row,
 * of its stub and of its new place, and the segments of the index that name the rows in them.
 *
 * <p>Who prepares keeps a page in memory and dirty, and what a checkpoint still wants of it.
 * Nothing that a reader can see is changed. Each method says false if the write has to step aside;
 * its {@link Mutation#outcome} says why. What was prepared by then may stay so.
 *
 * <p>The writer's alone, reused for every write.
 */
final class PreparedChanges implements RowHeap.RowMoved {
  private final PageAccess pages;
  private final PrimaryIndex index;
  private final RowHeap heap;
  private final RowLayout layout;
  private final boolean longKey;
  private final int keyOffset;
  private final KeyHasher hasher;
  private final long keyScratch;
  private final long hashScratch;

  PreparedChanges(
      PageAccess pages, PrimaryIndex index, RowHeap heap, RowLayout layout, KeyHasher hasher) {
    this.pages = pages;
    this.index = index;
    this.heap = heap;
    this.layout = layout;
    this.longKey = layout.isLongKey();
    this.keyOffset = layout.keyOffset();
    this.hasher = hasher;
    this.keyScratch = Memory.allocate(layout.maxKeyImageBytes() + 8L, Long.BYTES);
    this.hashScratch = Memory.allocate(hasher.scratchBytes() + 8L, Long.BYTES);
  }

  /**
   * Whether a write may begin: asked before it writes chains, which would have to go again.
   *
   * @return false if something has to be written first
   */
  boolean mayBegin(Mutation m) {
    return noted(!pages.lacksRoom(), m);
  }

  /** Whether a page is in memory: chains of the new row may have taken its place meanwhile. */
  boolean isThere(int page, Mutation m) {
    boolean there = pages.isInMemory(page);
    if (!there) {
      m.stepAsideFor(page);
    }
    return there;
  }

  /** The index entry of the row itself is put, changed or taken away. */
  boolean prepareEntry(Mutation m) {
    return noted(index.prepareChange(m.hashWord), m);
  }

  /** A row is changed where it lies, or goes, by no more than so many bytes of it. */
  boolean prepareRow(Mutation m, int page, int offset, int length) {
    return noted(pages.prepareChange(page, heap.heapStart(), offset, length), m);
  }

  /** The stub of a guest is changed, or goes. */
  boolean prepareStub(Mutation m, long location) {
    int page = PageLayout.pageOfLocation(location);
    if (!isThere(page, m)) {
      return false;
    }
    int stub = PageLayout.slot(pages.frame(page), PageLayout.slotOfLocation(location));
    return prepareRow(m, page, PageLayout.offsetOfSlot(stub), PageLayout.STUB_BYTES);
  }

  /**
   * Bytes are taken of a page's heap: if it may have to be compacted for them, the index entries of
   * all its rows change ({@link #moved}).
   */
  boolean prepareRoom(Mutation m, int page, int newBytes) {
    int top = PageLayout.heapTop(pages.frame(page));
    if (PageLayout.PAGE_BYTES - top >= newBytes) {
      return prepareRow(m, page, top, newBytes);
    }
    return noted(pages.prepareChange(page), m)
        && (!pages.mayRefuseChange() || noted(prepareEntriesOf(page), m));
  }

  private boolean prepareEntriesOf(int page) {
    long frame = pages.frame(page);
    for (int slot = 0; slot < heap.slotCount(); slot++) {
      int value = PageLayout.slot(frame, slot);
      if (value != 0
          && (value & PageLayout.SLOT_MOVED) == 0
          && !index.prepareChange(hashWordOf(frame + PageLayout.offsetOfSlot(value)))) {
        return false;
      }
    }
    return true;
  }

  private static boolean noted(boolean mayChange, Mutation m) {
    if (!mayChange) {
      m.outcome = Mutation.NO_ROOM;
    }
    return mayChange;
  }

  /** A row moved within its page, which is odd: its entry follows, as {@link #prepareRoom} said. */
  @Override
  public void moved(int page, long row, int oldOffset, int newOffset) {
    long hashWord = hashWordOf(row);
    if (!index.prepareChange(hashWord)) {
      throw new IllegalStateException(
          "CUT-2: the entry of a row in page " + page + " was not prepared for a move");
    }
    PrimaryIndex.replace(index.findExact(hashWord, page, oldOffset), page, newOffset);
  }

  private long hashWordOf(long row) {
    if (longKey) {
      return hasher.hashWordOfLong(Memory.getLong(row + keyOffset));
    }
    KeyCodec.encodeKeyImage(layout, row, keyScratch);
    return hasher.hashWordOfKeyImage(keyScratch, hashScratch);
  }

  /** Frees the scratch memory of the hashes. */
  void free() {
    Memory.free(keyScratch);
    Memory.free(hashScratch);
  }
}
