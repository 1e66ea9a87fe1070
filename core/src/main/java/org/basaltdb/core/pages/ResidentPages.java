package org.basaltdb.core.pages;

import java.util.Arrays;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.jspecify.annotations.Nullable;

/** Page access when every page has a frame of its own: data that fits in memory. */
public final class ResidentPages implements PageAccess {
  private final PageTable table;
  private final BlockPool pool;
  private final long frameBase;
  private final @Nullable PartitionImages images;
  private int nextExtent;
  private int[] freeExtents = new int[16];
  private int freeExtentCount;

  /// Pages of which no images are kept.
  public ResidentPages(PageTable table, BlockPool pool) {
    this(table, pool, null);
  }

  /// @param images told of what becomes of pages, so that checkpoints can be made; or null
  public ResidentPages(PageTable table, BlockPool pool, @Nullable PartitionImages images) {
    this.images = images;
    this.table = table;
    this.pool = pool;
    this.frameBase = pool.baseAddress();
  }

  @Override
  public long wordBase() {
    return table.base();
  }

  @Override
  public long frameBase() {
    return frameBase;
  }

  @Override
  public int allocateExtent() {
    if (freeExtentCount > 0) {
      return freeExtents[--freeExtentCount];
    }
    // Numbers whose homes serve other things are passed over: there are several for each frame.
    while (!pool.canBeHome(nextExtent << EXTENT_SHIFT)) {
      nextExtent++;
    }
    int first = nextExtent << EXTENT_SHIFT;
    commit(first + EXTENT_PAGES);
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
    if (images != null) {
      images.commitPages(pageCount);
    }
  }

  @Override
  public void freeExtent(int firstPage) {
    for (int i = 0; i < EXTENT_PAGES; i++) {
      assert PageWord.state(table.word(firstPage + i)) == PageWord.FREE : firstPage + i;
    }
    if (freeExtentCount == freeExtents.length) {
      freeExtents = Arrays.copyOf(freeExtents, freeExtentCount * 2 + 1);
    }
    freeExtents[freeExtentCount++] = firstPage;
  }

  @Override
  public void reserve(int frameCount) {
    pool.ensure(frameCount);
  }

  @Override
  public long allocate(int page, Owner owner) {
    int frame = pool.allocate(owner, page);
    table.allocate(page, frame);
    if (images != null) {
      images.pageAllocated(page);
    }
    return pool.address(frame);
  }

  @Override
  public boolean prepareChange(int page) {
    return images == null || images.beforePageChange(page);
  }

  @Override
  public boolean mayRefuseChange() {
    return images != null && images.isImaging();
  }

  @Override
  public boolean lacksCopyRoom() {
    return images != null && images.isImaging() && !images.hasRoom();
  }

  @Override
  public void free(int page, Owner owner) {
    pool.free(table.free(page), owner);
    if (images != null) {
      images.pageFreed(page);
    }
  }

  @Override
  public long frame(int page) {
    return frameBase + PageWord.frameOffset(table.word(page));
  }

  @Override
  public long beginChange(int page) {
    return frameBase + table.lock(page);
  }

  @Override
  public void endChange(int page) {
    table.unlock(page);
  }

  @Override
  public void save(StateWriter state) {
    state.putInt(nextExtent);
    state.putInts(freeExtents, freeExtentCount);
  }

  @Override
  public void restore(StateReader state) {
    nextExtent = state.getInt();
    freeExtents = state.getInts();
    freeExtentCount = freeExtents.length;
    commit(nextExtent << EXTENT_SHIFT);
  }

  @Override
  public long restorePage(int page, Owner owner) {
    int frame = pool.allocate(owner, page);
    table.allocate(page, frame);
    return pool.address(frame);
  }
}
