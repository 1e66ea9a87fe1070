package org.basaltdb.core.pages;

import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.jspecify.annotations.Nullable;

/** Page access when every page has a frame of its own: a database that lives in memory only. */
public final class ResidentPages implements PageAccess {
  private final PageTable table;
  private final BlockPool pool;
  private final long frameBase;
  private final PageNumbers numbers;

  public ResidentPages(PageTable table, BlockPool pool) {
    this.table = table;
    this.pool = pool;
    this.frameBase = pool.baseAddress();
    this.numbers = new PageNumbers(table, pool, count -> {});
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
    return numbers.allocateExtent();
  }

  @Override
  public void freeExtent(int firstPage) {
    numbers.freeExtent(firstPage);
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
  public void noteColdChain() {
    throw new IllegalStateException("a page is not in memory, of a database in memory");
  }

  @Override
  public void save(StateWriter state) {
    numbers.save(state);
  }

  @Override
  public void restore(StateReader state) {
    numbers.restore(state);
  }

  @Override
  public void restorePage(int page, Owner owner) {
    throw new IllegalStateException("page " + page + " on disk, of a database in memory");
  }
}
