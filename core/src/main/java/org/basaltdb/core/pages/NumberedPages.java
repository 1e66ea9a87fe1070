package org.basaltdb.core.pages;

import java.util.function.IntConsumer;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;

/// What page access is whichever pages are in memory: numbers handed out in extents, a word for
/// each, and frames from the partition's pool of blocks, which the words name.
///
/// Thread rules: as of [PageAccess].
public abstract class NumberedPages implements PageAccess {
  /// The state words.
  protected final PageTable table;

  /// Where frames come from.
  protected final BlockPool pool;

  /// Which numbers are handed out.
  protected final PageNumbers numbers;

  private final long frameBase;

  /// No number is handed out.
  ///
  /// @param committed told of how many numbers may be in use, before they are; may refuse for lack
  ///   of memory
  protected NumberedPages(PageTable table, BlockPool pool, IntConsumer committed) {
    this.table = table;
    this.pool = pool;
    this.numbers = new PageNumbers(table, pool, committed);
    this.frameBase = pool.baseAddress();
  }

  @Override
  public final long wordBase() {
    return table.base();
  }

  @Override
  public final long frameBase() {
    return frameBase;
  }

  @Override
  public final int allocateExtent() {
    return numbers.allocateExtent();
  }

  @Override
  public final void freeExtent(int firstPage) {
    numbers.freeExtent(firstPage);
  }

  @Override
  public final long frame(int page) {
    long word = table.word(page);
    assert PageWord.state(word) != PageWord.COLD : "page " + page + " is not in memory";
    return frameBase + PageWord.frameOffset(word);
  }

  @Override
  public final long beginChange(int page) {
    return frameBase + table.lock(page);
  }

  @Override
  public final void endChange(int page) {
    table.unlock(page);
  }

  @Override
  public final void save(StateWriter state) {
    numbers.save(state);
  }

  @Override
  public final void restore(StateReader state) {
    numbers.restore(state);
  }
}
