package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
  private static final long EXTENT = Region.EXTENT_BYTES;
  private static final int BLOCKS = (int) (EXTENT / BlockPool.BLOCK_BYTES);

  private final MemoryBudget budget = new MemoryBudget(16 * EXTENT);
  private final Region region =
      Region.reserve("pool", 8 * EXTENT, Region.ANY_NODE, budget, Owner.FRAMES);
  private final BlockPool pool = new BlockPool(region, budget);

  @AfterEach
  void close() {
    pool.close();
    pool.close();
    assertThat(budget.used(Owner.INDEX) + budget.used(Owner.FRAMES) + budget.used(Owner.OVERFLOW))
        .isZero();
  }

  @Test
  void blocksLieAtTheirNumber() {
    int block = pool.allocate(Owner.FRAMES);
    assertThat(block).isZero();
    assertThat(pool.address(block)).isEqualTo(region.base()).isEqualTo(pool.baseAddress());
    assertThat(pool.address(5) - pool.address(4)).isEqualTo(BlockPool.BLOCK_BYTES);
    assertThat(pool.capacityCount()).isEqualTo(8 * BLOCKS);
    Memory.putLong(pool.address(block) + BlockPool.BLOCK_BYTES - 8, 1);
  }

  @Test
  void bytesAreAccountedToTheOwnerOfTheBlock() {
    int index = pool.allocate(Owner.INDEX);
    int overflow = pool.allocate(Owner.OVERFLOW);
    pool.allocate(Owner.FRAMES);
    assertThat(budget.used(Owner.INDEX)).isEqualTo(8192);
    assertThat(budget.used(Owner.OVERFLOW)).isEqualTo(8192);
    assertThat(budget.used(Owner.FRAMES)).isEqualTo(EXTENT - 2 * 8192);
    assertThat(budget.used()).isEqualTo(EXTENT);
    pool.free(index, Owner.INDEX);
    pool.free(overflow, Owner.OVERFLOW);
    assertThat(budget.used(Owner.FRAMES)).isEqualTo(EXTENT);
    assertThat(pool.usedCount()).isEqualTo(1);
    assertThat(pool.freeCount()).isEqualTo(BLOCKS - 1);
  }

  @Test
  void pool1NoBlockIsOutTwiceHoweverTheyComeAndGo() {
    SplittableRandom random = new SplittableRandom(5);
    Map<Integer, Long> out = new HashMap<>();
    List<Integer> order = new ArrayList<>();
    for (int round = 0; round < 60_000; round++) {
      boolean growing = round / 10_000 % 2 == 0;
      if (order.isEmpty()
          || (random.nextInt(100) < (growing ? 60 : 40) && order.size() < 8 * BLOCKS)) {
        int block = pool.allocate(Owner.INDEX);
        long stamp = random.nextLong();
        assertThat(out.put(block, stamp)).as("block %s", block).isNull();
        Memory.putLong(pool.address(block) + 1024, stamp);
        order.add(block);
      } else {
        int at = random.nextInt(order.size());
        int block = order.set(at, order.getLast());
        order.removeLast();
        assertThat(Memory.getLong(pool.address(block) + 1024)).isEqualTo(out.remove(block));
        pool.free(block, Owner.INDEX);
      }
      assertThat(pool.usedCount()).isEqualTo(order.size());
    }
    assertThat(budget.used(Owner.INDEX)).isEqualTo(order.size() * 8192L);
  }

  @Test
  void pool1FreeingWhatIsNotOutIsNamed() {
    int block = pool.allocate(Owner.FRAMES);
    pool.free(block, Owner.FRAMES);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pool.free(block, Owner.FRAMES))
        .withMessageContaining("block " + block)
        .withMessageContaining("pool");
    assertThatIllegalArgumentException().isThrownBy(() -> pool.free(-1, Owner.FRAMES));
    assertThatIllegalArgumentException().isThrownBy(() -> pool.free(BLOCKS, Owner.FRAMES));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pool.free(Integer.MAX_VALUE, Owner.FRAMES));
  }

  @Test
  void anEmptyExtentIsGivenBackAndReadsAsZero() {
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < 4 * BLOCKS; i++) {
      blocks.add(pool.allocate(Owner.FRAMES));
    }
    int inSecondExtent = BLOCKS + 3;
    Memory.putLong(pool.address(inSecondExtent), 77);
    blocks.forEach(block -> pool.free(block, Owner.FRAMES));
    assertThat(region.givenBackBytes()).as("all but one extent").isEqualTo(3 * EXTENT);
    assertThat(pool.freeCount()).isEqualTo(BLOCKS);
    int givenBack = 0;
    for (int extent = 0; extent < 4; extent++) {
      givenBack += region.isGivenBack(extent * EXTENT) ? 1 : 0;
      Memory.getLong(pool.address(extent * BLOCKS)); // readable all the same
    }
    assertThat(givenBack).isEqualTo(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> pool.free(region.isGivenBack(EXTENT) ? inSecondExtent : 0, Owner.FRAMES));
    for (int i = 0; i < 4 * BLOCKS; i++) {
      pool.allocate(Owner.FRAMES);
    }
    assertThat(region.committedBytes()).as("taken back, not grown").isEqualTo(4 * EXTENT);
    assertThat(region.givenBackBytes()).isZero();
  }

  @Test
  void aWriterAtTheEdgeOfAnExtentDoesNotGiveItBackEachTime() {
    for (int i = 0; i < BLOCKS; i++) {
      pool.allocate(Owner.FRAMES);
    }
    for (int round = 0; round < 100; round++) {
      pool.free(pool.allocate(Owner.FRAMES), Owner.FRAMES);
      assertThat(region.givenBackBytes()).isZero();
    }
  }

  @Test
  void pool2WhatEnsurePromisedIsThere() {
    pool.ensure(3 * BLOCKS + 1);
    assertThat(pool.freeCount()).isEqualTo(4 * BLOCKS);
    budget.reserve(Owner.LOG, budget.limitBytes() - budget.used());
    // an extent that empties meanwhile must not be given back
    int block = pool.allocate(Owner.FRAMES);
    pool.ensure(3 * BLOCKS + 1);
    pool.free(block, Owner.FRAMES);
    for (int i = 0; i < 3 * BLOCKS + 1; i++) {
      pool.allocate(Owner.INDEX);
    }
  }

  @Test
  void exhaustedItSaysSoAndChangesNothing() {
    budget.reserve(Owner.LOG, 14 * EXTENT);
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> pool.ensure(2 * BLOCKS + 1));
    for (int i = 0; i < 2 * BLOCKS; i++) {
      pool.allocate(Owner.FRAMES);
    }
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> pool.allocate(Owner.FRAMES));
    assertThat(pool.usedCount()).isEqualTo(2 * BLOCKS);
    pool.free(7, Owner.FRAMES);
    assertThat(pool.allocate(Owner.FRAMES)).isEqualTo(7);
  }

  @Test
  void theWantedBlockIsHandedOutIfItCanBeHad() {
    assertThat(pool.allocate(Owner.FRAMES, 2 * BLOCKS + 5)).isEqualTo(2 * BLOCKS + 5);
    assertThat(region.givenBackBytes()).as("what lies before is not kept").isEqualTo(2 * EXTENT);
    assertThat(pool.allocate(Owner.FRAMES, 2 * BLOCKS + 5)).isNotEqualTo(2 * BLOCKS + 5);
    assertThat(pool.allocate(Owner.FRAMES, Integer.MAX_VALUE)).isBetween(0, 8 * BLOCKS);
    int other = pool.allocate(Owner.INDEX);
    assertThat(other / BLOCKS).as("nobody's home").isNotEqualTo(2);
    assertThat(pool.canBeHome(other)).isFalse();
    assertThat(pool.canBeHome(2 * BLOCKS)).isTrue();
    assertThat(pool.canBeHome(7 * BLOCKS)).as("not there yet").isTrue();
    assertThat(pool.canBeHome(8 * BLOCKS)).as("beyond the last").isTrue();
  }

  @Test
  void whenMemoryIsShortEachKindTakesFromTheOther() {
    budget.reserve(Owner.LOG, 14 * EXTENT);
    for (int i = 0; i < BLOCKS + 1; i++) {
      pool.allocate(Owner.FRAMES, i);
    }
    for (int i = 0; i < BLOCKS - 1; i++) {
      pool.allocate(Owner.INDEX);
    }
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> pool.allocate(Owner.INDEX));
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> pool.allocate(Owner.FRAMES, 3 * BLOCKS));
    pool.free(3, Owner.FRAMES);
    assertThat(pool.allocate(Owner.INDEX)).isEqualTo(3);
  }

  @Test
  void pool1WantedBlocksAndOthersAreNeverOutTwice() {
    SplittableRandom random = new SplittableRandom(7);
    Map<Integer, Owner> out = new HashMap<>();
    List<Integer> order = new ArrayList<>();
    for (int round = 0; round < 60_000; round++) {
      boolean growing = round / 10_000 % 2 == 0;
      if (order.isEmpty()
          || (random.nextInt(100) < (growing ? 60 : 40) && order.size() < 8 * BLOCKS)) {
        boolean wanted = random.nextInt(4) > 0;
        Owner owner = wanted ? Owner.FRAMES : Owner.INDEX;
        int block =
            wanted ? pool.allocate(owner, random.nextInt(9 * BLOCKS)) : pool.allocate(owner);
        assertThat(out.put(block, owner)).as("block %s", block).isNull();
        order.add(block);
      } else {
        int at = random.nextInt(order.size());
        int block = order.set(at, order.getLast());
        order.removeLast();
        pool.free(block, Objects.requireNonNull(out.remove(block)));
      }
      assertThat(pool.usedCount()).isEqualTo(order.size());
    }
    order.forEach(block -> pool.free(block, Objects.requireNonNull(out.get(block))));
    assertThat(pool.freeCount()).isLessThanOrEqualTo(2 * BLOCKS);
  }

  @Test
  void atTheCapacityOfItsRegionItSaysSo() {
    pool.ensure(8 * BLOCKS);
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> pool.ensure(8 * BLOCKS + 1))
        .withMessageContaining("capacity");
  }

  @Test
  void aUsedRegionIsRefused() {
    region.commitTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> new BlockPool(region, budget));
  }
}
