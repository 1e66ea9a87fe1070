package org.basaltdb.core.pages;

import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageWord;
import org.jspecify.annotations.Nullable;

/**
 * Pages of one partition, by page number.
 *
 * <p>Readers use {@link #wordBase()} and {@link #frameBase()} directly, with the optimistic
 * protocol of READ-1: word, copy, fence, word again. Everything else here is for the holder of the
 * partition's writer token.
 *
 * <p>Page numbers are handed out in extents of {@value #EXTENT_PAGES}, each owned by one table, so
 * that a table's own page numbers stay dense while pages of many tables share a partition.
 */
public interface PageAccess {
  /** Pages of an extent. */
  int EXTENT_PAGES = 64;

  /** {@code log2(EXTENT_PAGES)}. */
  int EXTENT_SHIFT = 6;

  /** Address of the state word of page zero. */
  long wordBase();

  /** Address of frame zero. */
  long frameBase();

  /**
   * Takes an extent of page numbers; its pages are FREE.
   *
   * @return number of the extent's first page
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if no page number is left
   */
  int allocateExtent();

  /** Gives an extent back; every page of it must be FREE. */
  void freeExtent(int firstPage);

  /**
   * Makes sure that {@code frameCount} allocations will succeed.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException before anything changed
   */
  void reserve(int frameCount);

  /**
   * Gives a FREE page a frame: its {@linkplain PageWord#homeOffset home} if that can be had. Its
   * bytes are whatever was there: the caller formats it before the number becomes reachable.
   *
   * @return address of the frame
   */
  long allocate(int page, Owner owner);

  /**
   * Gives a page back, and its frame if it has one. Readers may still copy from it; the word tells
   * them.
   */
  void free(int page, Owner owner);

  /**
   * Whether a page has a frame. One that has keeps it until something is allocated; one that is
   * prepared for a change, until the change.
   */
  boolean isInMemory(int page);

  /**
   * Says that a page is about to be changed, or given back; comes before a command's log record is
   * claimed (CUT-2).
   *
   * @return false if it must not be changed yet: the command has to step aside
   */
  boolean prepareChange(int page);

  /**
   * The same, of a change of no more than {@code length} bytes from {@code offset} on, besides its
   * first bytes.
   *
   * @param headBytes how many of the first: the same number for a page always
   * @param offset a multiple of eight
   */
  boolean prepareChange(int page, int headBytes, int offset, int length);

  /** Whether a change may be refused now: then whatever follows from it has to be prepared too. */
  boolean mayRefuseChange();

  /**
   * Whether commands had better step aside until something was written: copies that a checkpoint
   * wants, or pages that would leave memory.
   */
  boolean lacksRoom();

  /** Why what commands step aside for cannot be written, or null. */
  @Nullable Throwable roomFailure();

  /** Address of the frame of a page that is in memory, for the writer to read. */
  long frame(int page);

  /**
   * Locks a page for change: readers hold off until {@link #endChange}. Between the two nothing may
   * allocate, wait, do I/O or call out (READ-6).
   *
   * @return address of the frame
   */
  long beginChange(int page);

  /** Ends a change; readers see it whole. */
  void endChange(int page);

  /** Notes that a chain that was let go has left memory: it is followed later. */
  void noteColdChain();

  /** Writes down which extents there are, for a checkpoint. */
  void save(StateWriter state);

  /**
   * Takes up what {@link #save} wrote, at open.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  void restore(StateReader state);

  /** Takes up a page that a checkpoint holds, at open; it stays on disk. */
  void restorePage(int page, Owner owner);
}
