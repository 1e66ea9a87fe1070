package org.basaltdb.core.pages;

import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageWord;

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

  /** Gives the frame of a page back. Readers may still copy from it; the word tells them. */
  void free(int page, Owner owner);

  /**
   * Says that a page is about to be changed, or given back; comes before a command's log record is
   * claimed (CUT-2).
   *
   * @return false if it must not be changed yet: the command has to step aside
   */
  boolean prepareChange(int page);

  /** Whether a change may be refused now: then whatever follows from it has to be prepared too. */
  boolean mayRefuseChange();

  /**
   * Whether something could not be prepared for lack of room, so that memory may come back that is
   * missing now.
   */
  boolean lacksCopyRoom();

  /** Address of a page's frame, for the writer to read. */
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

  /** Writes down which extents there are, for a checkpoint. */
  void save(StateWriter state);

  /**
   * Takes up what {@link #save} wrote, at open.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  void restore(StateReader state);

  /**
   * Gives a page that a checkpoint holds a frame, at open. The caller puts its image there before
   * anybody looks for it.
   *
   * @return address of the frame
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  long restorePage(int page, Owner owner);
}
