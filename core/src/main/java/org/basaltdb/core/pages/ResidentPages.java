package org.basaltdb.core.pages;

import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageTable;
import org.jspecify.annotations.Nullable;

/** Page access when every page has a frame of its own: a database that lives in memory only. */
public final class ResidentPages extends NumberedPages {
  public ResidentPages(PageTable table, BlockPool pool) {
    super(table, pool, count -> {});
  }

  @Override
  public void reserve(int frameCount) {
    pool.ensure(frameCount);
  }

  @Override
  public long allocate(int page, Owner owner) {
    int frame = pool.allocate(owner, page);
    table.allocate(page, frame);
    return pool.address(frame);
  }

  @Override
  public boolean isInMemory(int page) {
    return true;
  }

  @Override
  public boolean prepareChange(int page) {
    return true;
  }

  @Override
  public boolean prepareChange(int page, int headBytes, int offset, int length) {
    return true;
  }

  @Override
  public boolean mayRefuseChange() {
    return false;
  }

  @Override
  public boolean lacksRoom() {
    return false;
  }

  @Override
  public @Nullable Throwable roomFailure() {
    return null;
  }

  @Override
  public void free(int page, Owner owner) {
    pool.free(table.free(page), owner);
  }

  @Override
  public void noteColdChain() {
    throw new IllegalStateException("a page is not in memory, of a database in memory");
  }

  @Override
  public void restorePage(int page, Owner owner) {
    throw new IllegalStateException("page " + page + " on disk, of a database in memory");
  }
}
