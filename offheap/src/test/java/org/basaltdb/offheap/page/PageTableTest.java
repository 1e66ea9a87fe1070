package org.basaltdb.offheap.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state machine of the page word: every transition it has, and those it must not have. */
class PageTableTest {
  private Region region;
  private PageTable table;

  @BeforeEach
  void open() {
    region =
        Region.reserve(
            "words", 4L << 20, Region.ANY_NODE, new MemoryBudget(8L << 20), Owner.PAGE_TABLE);
    table = new PageTable(region);
    table.commit(64);
  }

  @AfterEach
  void close() {
    region.close();
  }

  @Test
  void everyTransitionRaisesTheVersionAndNoneResetsIt() {
    long last = PageWord.version(table.word(5));
    table.allocate(5, 77);
    for (int round = 0; round < 3; round++) {
      assertThat(PageWord.version(table.word(5))).isGreaterThan(last);
      last = PageWord.version(table.word(5));
      assertThat(table.lock(5)).isEqualTo(77L * PageLayout.PAGE_BYTES);
      assertThat(PageWord.isLocked(table.word(5))).isTrue();
      assertThat(PageWord.isReadable(table.word(5))).isFalse();
      assertThat(PageWord.version(table.word(5))).isGreaterThan(last);
      last = PageWord.version(table.word(5));
      table.unlock(5);
      assertThat(PageWord.isReadable(table.word(5))).isTrue();
      assertThat(PageWord.version(table.word(5))).isGreaterThan(last);
      last = PageWord.version(table.word(5));
      assertThat(table.free(5)).isEqualTo(77);
      assertThat(PageWord.version(table.word(5))).isGreaterThan(last);
      assertThat(PageWord.isReadable(table.word(5))).isFalse();
      last = PageWord.version(table.word(5));
      table.allocate(5, 77);
    }
  }

  @Test
  void transitionsOutOfTurnAreRefused() {
    assertThatThrownBy(() -> table.lock(1)).hasMessageContaining("WORD-2: page 1");
    assertThatThrownBy(() -> table.free(1)).hasMessageContaining("expected in memory");
    table.allocate(1, 0);
    assertThatThrownBy(() -> table.allocate(1, 2)).hasMessageContaining("expected FREE");
    table.lock(1);
    assertThatThrownBy(() -> table.lock(1)).hasMessageContaining("unlocked");
    assertThatThrownBy(() -> table.free(1)).hasMessageContaining("unlocked");
  }

  @Test
  void aPageLeavesMemoryAndComesBackUnderAnotherVersion() {
    table.allocate(3, 7);
    assertThat(table.evict(3)).as("not marked").isEqualTo(-1);
    table.mark(3);
    long marked = table.word(3);
    assertThat(PageWord.state(marked)).isEqualTo(PageWord.MARKED);
    assertThat(PageWord.isInMemory(marked)).isTrue();
    assertThat(PageWord.isReadable(marked)).as("by the short read").isFalse();
    table.touch(3);
    assertThat(PageWord.isReadable(table.word(3))).isTrue();
    assertThat(table.evict(3)).as("touched").isEqualTo(-1);
    PageTable.touch(table.wordAddress(3), marked); // of one who slept
    assertThat(PageWord.isReadable(table.word(3))).isTrue();
    table.mark(3);
    assertThat(table.evict(3)).isEqualTo(7);
    long cold = table.word(3);
    assertThat(PageWord.state(cold)).isEqualTo(PageWord.COLD);
    assertThat(PageWord.isInMemory(cold)).isFalse();
    assertThatThrownBy(() -> table.lock(3)).hasMessageContaining("expected in memory");
    assertThat(table.admit(3, marked, 9)).as("another word").isFalse();
    assertThat(table.admit(3, cold, 9)).isTrue();
    assertThat(table.admit(3, cold, 8)).as("admitted before").isFalse();
    assertThat(PageWord.frame(table.word(3))).isEqualTo(9);
    assertThat(PageWord.version(table.word(3))).isGreaterThan(PageWord.version(cold));
  }

  @Test
  void aMarkedPageIsLockedAndAColdOneFreed() {
    table.allocate(3, 7);
    table.mark(3);
    assertThat(table.lock(3)).isEqualTo(7L * PageLayout.PAGE_BYTES);
    table.unlock(3);
    assertThat(PageWord.isReadable(table.word(3))).isTrue();
    table.mark(3);
    table.evict(3);
    assertThat(table.free(3)).isEqualTo(-1);
    table.restore(3);
    assertThat(PageWord.state(table.word(3))).isEqualTo(PageWord.COLD);
    assertThatThrownBy(() -> table.restore(3)).hasMessageContaining("expected FREE");
  }

  /**
   * Whatever the state and however many bits the page number has: what is believed is the frame.
   */
  @Test
  void aPageIsReadAtHomeOnlyIfItsFrameIsThere() {
    int[] frames = {0, 5, 4096, PageWord.MAX_FRAMES - 1};
    int[] above = {0, 1, 2, 3, 5, 15};
    for (int state = 0; state < 16; state++) {
      for (int frame : frames) {
        for (int bits : above) {
          for (int home : frames) {
            int page = home | bits << PageWord.FRAME_BITS;
            long word = PageWord.of(state, frame, 6);
            boolean there = PageWord.homeOffset(page) == PageWord.frameOffset(word);
            assertThat(PageWord.isReadableAtHome(word, page))
                .as("state %s, frame %s, page %s", state, frame, page)
                .isEqualTo(PageWord.isReadable(word) && there);
            assertThat(PageWord.isReadableAtHome(word + 1, page)).isFalse();
          }
        }
      }
    }
  }

  @Test
  void theVersionWrapsWithoutTouchingItsNeighbours() {
    long word = PageWord.of(PageWord.RESIDENT, PageWord.MAX_FRAMES - 1, PageWord.VERSION_MASK);
    long next = PageWord.next(word);
    assertThat(PageWord.version(next)).isZero();
    assertThat(PageWord.frame(next)).isEqualTo(PageWord.MAX_FRAMES - 1);
    assertThat(PageWord.state(next)).isEqualTo(PageWord.RESIDENT);
  }
}
