package org.basaltdb.core.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ResidentPagesTest {
  private static final int BLOCKS_PER_EXTENT = (int) (Region.EXTENT_BYTES / BlockPool.BLOCK_BYTES);

  private final MemoryBudget budget = new MemoryBudget(64L << 20);
  private final Region words =
      Region.reserve("words", 8L << 20, Region.ANY_NODE, budget, Owner.PAGE_TABLE);
  private final Region frames =
      Region.reserve("frames", 64L << 20, Region.ANY_NODE, budget, Owner.FRAMES);
  private final BlockPool pool = new BlockPool(frames, budget);
  private final ResidentPages pages = new ResidentPages(new PageTable(words), pool);

  @AfterEach
  void close() {
    pool.close();
    words.close();
  }

  private boolean isAtHome(int page) {
    return PageWord.isReadableAtHome(Memory.getLong(pages.wordBase() + 8L * page), page);
  }

  /** Pages of one extent of numbers, as a table takes them. */
  private int[] fillExtent(int pageCount) {
    int first = pages.allocateExtent();
    int[] numbers = new int[pageCount];
    for (int i = 0; i < pageCount; i++) {
      numbers[i] = first + i;
      long address = pages.allocate(first + i, Owner.FRAMES);
      assertThat(address).isEqualTo(pages.frame(first + i));
    }
    return numbers;
  }

  @Test
  void pagesAreAtHomeWhateverTheIndexTakesBetween() {
    int away = 0;
    int count = 0;
    for (int extent = 0; extent < 50; extent++) {
      for (int page : fillExtent(PageAccess.EXTENT_PAGES)) {
        count++;
        away += isAtHome(page) ? 0 : 1;
        if (page % 8 == 0) {
          pool.allocate(Owner.INDEX);
        }
      }
    }
    assertThat(away).as("of %s", count).isZero();
  }

  @Test
  void pagesThatComeBackAreAtHomeAgain() {
    for (int round = 0; round < 3; round++) {
      int[][] extents = new int[12][];
      for (int i = 0; i < extents.length; i++) {
        extents[i] = fillExtent(PageAccess.EXTENT_PAGES);
        pool.free(pool.allocate(Owner.INDEX), Owner.INDEX);
        for (int page : extents[i]) {
          assertThat(isAtHome(page)).as("page %s in round %s", page, round).isTrue();
        }
      }
      for (int[] extent : extents) {
        for (int page : extent) {
          pages.free(page, Owner.FRAMES);
        }
        pages.freeExtent(extent[0]);
      }
      assertThat(frames.givenBackBytes()).isPositive();
    }
  }

  @Test
  void manySmallTablesDoNotTakeAnExtentOfMemoryEach() {
    for (int table = 0; table < 400; table++) {
      fillExtent(1);
    }
    assertThat(frames.committedBytes() - frames.givenBackBytes())
        .isLessThanOrEqualTo(400L * BlockPool.BLOCK_BYTES + 2 * Region.EXTENT_BYTES);
  }

  @Test
  void whenMemoryIsShortPagesLiveAnywhereAndEachInItsOwnFrame() {
    pool.allocate(Owner.INDEX);
    budget.reserve(Owner.LOG, budget.limitBytes() - budget.used() - (2L << 20));
    int[] first = fillExtent(PageAccess.EXTENT_PAGES); // commits what is left
    Set<Long> addresses = new HashSet<>();
    for (int page : first) {
      addresses.add(pages.frame(page));
    }
    int more = pool.freeCount();
    assertThat(more).isEqualTo(2 * BLOCKS_PER_EXTENT - 1 - PageAccess.EXTENT_PAGES);
    for (int done = 0; done < more; ) {
      int count = Math.min(PageAccess.EXTENT_PAGES, more - done);
      for (int page : fillExtent(count)) {
        addresses.add(pages.frame(page));
      }
      done += count;
    }
    assertThat(addresses).hasSize(more + PageAccess.EXTENT_PAGES);
    assertThat(pool.freeCount()).isZero();
  }
}
