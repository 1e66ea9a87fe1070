package org.basaltdb.stress.race;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;

/// Many small pages, for tests of the page word alone: a frame is one cache line.
final class PageArena {
  private static final int PAGES = 1 << 16;
  private static final int FRAME_WORDS = 8;
  private static final int FRAME_BYTES = FRAME_WORDS * Long.BYTES;

  static final PageTable TABLE = table();

  private static final long FRAMES = Memory.allocate((long) PAGES * FRAME_BYTES, FRAME_BYTES);
  private static final AtomicInteger NEXT = new AtomicInteger();

  /// What a reader gets instead of a copy.
  static final long TURNED_AWAY = -1;

  /// What a reader gets for a copy that is of two versions.
  static final long TORN = -2;

  private PageArena() {}

  private static PageTable table() {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    PageTable table =
        new PageTable(
            Region.reserve(
                "race words", (long) PAGES << 3, Region.ANY_NODE, budget, Owner.PAGE_TABLE));
    table.commit(PAGES);
    for (int page = 0; page < PAGES; page++) {
      table.allocate(page, page);
    }
    return table;
  }

  /// A page that nobody has used for a long time, filled with zeroes.
  static int take() {
    int page = NEXT.getAndIncrement() & PAGES - 1;
    fill(page, 0);
    return page;
  }

  /// As [#take], and the page is MARKED, whatever a test before has left of it.
  static int takeMarked() {
    int page = take();
    long version = PageWord.version(TABLE.word(page)) | 1;
    Memory.putLong(TABLE.wordAddress(page), PageWord.of(PageWord.MARKED, page, version + 1));
    return page;
  }

  /// Writes the frame that has the page's number.
  static void fill(int frame, long value) {
    long address = FRAMES + (long) frame * FRAME_BYTES;
    for (int i = 0; i < FRAME_WORDS; i++) {
      Memory.putLong(address + (long) i * Long.BYTES, value);
    }
  }

  /// Changes a page in the frame of its number, as a writer does.
  static void change(int page, long value) {
    TABLE.lock(page);
    fill(page, value);
    TABLE.unlock(page);
  }

  /// Reads a page as READ-1 has it.
  ///
  /// @return what it is filled with, [#TORN] or [#TURNED_AWAY]
  static long read(int page) {
    return read(page, 0);
  }

  /// As [#read], by a thread that loses some time before its copy and after it.
  static long read(int page, int pauseSpins) {
    long wordAddress = TABLE.wordAddress(page);
    long word = Memory.getLongAcquire(wordAddress);
    if (!PageWord.isReadable(word)) {
      return TURNED_AWAY;
    }
    long address = FRAMES + (long) PageWord.frame(word) * FRAME_BYTES;
    pause(pauseSpins);
    long first = Memory.getLong(address);
    boolean same = true;
    for (int i = 1; i < FRAME_WORDS; i++) {
      same &= Memory.getLong(address + (long) i * Long.BYTES) == first;
    }
    pause(pauseSpins);
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(wordAddress) != word) {
      return TURNED_AWAY;
    }
    return same ? first : TORN;
  }

  /// Lets others do something.
  static void pause(int spins) {
    for (int left = spins; left > 0; left--) {
      Thread.onSpinWait();
    }
  }
}
