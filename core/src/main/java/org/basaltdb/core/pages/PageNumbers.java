package org.basaltdb.core.pages;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;

/// Which page numbers of a partition are handed out, in extents of [PageAccess#EXTENT_PAGES].
///
/// Thread rules: the holder of the partition's writer token.
public final class PageNumbers {
  private final PageTable table;
  private final BlockPool pool;
  private final IntConsumer committed;
  private int nextExtent;
  private int[] freeExtents = new int[16];
  private int freeExtentCount;

  /// None is handed out.
  ///
  /// @param committed told of how many numbers may be in use, before they are; may refuse for lack
  ///   of memory
  public PageNumbers(PageTable table, BlockPool pool, IntConsumer committed) {
    this.table = table;
    this.pool = pool;
    this.committed = committed;
  }

  /// Takes an extent.
  ///
  /// @return its first number
  /// @throws BudgetExhaustedException if memory is short or no number is left; nothing changed
  public int allocateExtent() {
    if (freeExtentCount > 0) {
      return freeExtents[--freeExtentCount];
    }
    // Numbers whose homes serve other things are passed over: there are several for each frame.
    while (!pool.canBeHome(nextExtent << PageAccess.EXTENT_SHIFT)) {
      nextExtent++;
    }
    int first = nextExtent << PageAccess.EXTENT_SHIFT;
    commit(first + PageAccess.EXTENT_PAGES);
    nextExtent++;
    return first;
  }

  private void commit(int pageCount) {
    try {
      commitAll(pageCount);
    } catch (BudgetExhaustedException refused) {
      pool.reclaim(); // POOL-3
      commitAll(pageCount);
    }
  }

  private void commitAll(int pageCount) {
    table.commit(pageCount);
    committed.accept(pageCount);
  }

  /// Gives an extent back, all of whose pages are FREE.
  public void freeExtent(int firstPage) {
    for (int i = 0; i < PageAccess.EXTENT_PAGES; i++) {
      assert PageWord.state(table.word(firstPage + i)) == PageWord.FREE : firstPage + i;
    }
    if (freeExtentCount == freeExtents.length) {
      freeExtents = Arrays.copyOf(freeExtents, freeExtentCount * 2 + 1);
    }
    freeExtents[freeExtentCount++] = firstPage;
  }

  /// Numbers below may be in use.
  public int count() {
    return nextExtent << PageAccess.EXTENT_SHIFT;
  }

  /// Writes down which there are.
  public void save(StateWriter state) {
    state.putInt(nextExtent);
    state.putInts(freeExtents, freeExtentCount);
  }

  /// Takes up what [#save] wrote.
  ///
  /// @throws BudgetExhaustedException if memory is short
  public void restore(StateReader state) {
    nextExtent = state.getInt();
    freeExtents = state.getInts();
    freeExtentCount = freeExtents.length;
    commit(nextExtent << PageAccess.EXTENT_SHIFT);
  }
}
