package org.basaltdb.offheap.epoch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetiredBlocksTest {
  private final Epochs epochs = new Epochs();
  private final RetiredBlocks retired = new RetiredBlocks(epochs);
  private final List<Integer> reused = new ArrayList<>();

  @Test
  void comeOutInTheOrderInWhichTheyWereRetired() {
    for (int block = 0; block < 1_000; block++) {
      retired.retire(block);
    }
    assertThat(retired.size()).isEqualTo(1_000);
    assertThat(retired.reclaim(reused::add)).isEqualTo(1_000);
    assertThat(reused).hasSize(1_000).isSorted();
    assertThat(retired.size()).isZero();
    assertThat(retired.reclaim(reused::add)).isZero();
  }

  @Test
  void retire1NothingComesOutWhileAReaderThatCouldSeeItIsInside() {
    long slot = epochs.acquireSlot();
    retired.retire(1);
    epochs.enter(slot);
    retired.retire(2);
    assertThat(retired.reclaim(reused::add)).as("both were retired before an advance").isZero();
    epochs.exit(slot);
    epochs.enter(slot);
    retired.retire(3);
    assertThat(retired.reclaim(reused::add)).isEqualTo(2);
    assertThat(reused).containsExactly(1, 2);
    epochs.exit(slot);
    assertThat(retired.reclaim(reused::add)).isEqualTo(1);
    assertThat(reused).containsExactly(1, 2, 3);
  }

  @Test
  void growingInTheMiddleKeepsOrderAndStamps() {
    long slot = epochs.acquireSlot();
    int next = 0;
    for (; next < 40; next++) {
      retired.retire(next);
    }
    retired.reclaim(reused::add);
    epochs.enter(slot);
    for (; next < 70; next++) {
      retired.retire(next);
    }
    assertThat(retired.reclaim(reused::add)).isZero();
    for (; next < 500; next++) {
      retired.retire(next);
    }
    assertThat(retired.reclaim(reused::add)).isZero();
    epochs.exit(slot);
    retired.reclaim(reused::add);
    assertThat(reused).hasSize(500).isSorted().doesNotHaveDuplicates();
  }
}
