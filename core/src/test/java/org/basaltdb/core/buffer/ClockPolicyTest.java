package org.basaltdb.core.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ClockPolicyTest {
  /// Ten pages in memory, some of which may not leave.
  private static final class Pages implements EvictionPolicy.Residents {
    private final BitSet resident = new BitSet();
    private final BitSet pinned = new BitSet();
    private final BitSet marked = new BitSet();
    private int lastEvicted = -1;

    Pages() {
      resident.set(0, 10);
    }

    @Override
    public int pageCount() {
      return 10;
    }

    @Override
    public boolean mayLeave(int page) {
      return resident.get(page) && !pinned.get(page);
    }

    @Override
    public boolean isMarked(int page) {
      return marked.get(page);
    }

    @Override
    public void mark(int page) {
      marked.set(page);
    }

    @Override
    public boolean evict(int page) {
      assertThat(marked.get(page) && mayLeave(page)).isTrue();
      resident.clear(page);
      marked.clear(page);
      lastEvicted = page;
      return true;
    }
  }

  @Test
  void whatIsReadBetweenTwoRoundsStays() {
    ClockPolicy clock = new ClockPolicy();
    Pages pages = new Pages();
    assertThat(clock.evictOne(pages)).isTrue();
    assertThat(pages.lastEvicted).isZero();
    pages.marked.clear(1); // read since
    assertThat(clock.evictOne(pages)).isTrue();
    assertThat(pages.lastEvicted).isEqualTo(2);
    assertThat(pages.resident.get(1)).isTrue();
  }

  @Test
  void whatMayNotLeaveStaysAndTheSearchEnds() {
    ClockPolicy clock = new ClockPolicy();
    Pages pages = new Pages();
    pages.pinned.set(0, 10);
    assertThat(clock.evictOne(pages)).isFalse();
    pages.pinned.clear(7);
    assertThat(clock.evictOne(pages)).isTrue();
    assertThat(pages.lastEvicted).isEqualTo(7);
    assertThat(clock.evictOne(pages)).isFalse();
  }

  @Test
  void everyPageLeavesInTurn() {
    ClockPolicy clock = new ClockPolicy();
    Pages pages = new Pages();
    for (int i = 0; i < 10; i++) {
      assertThat(clock.evictOne(pages)).isTrue();
    }
    assertThat(pages.resident.isEmpty()).isTrue();
    assertThat(clock.evictOne(pages)).isFalse();
  }
}
