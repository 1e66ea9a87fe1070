package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.stream.Stream;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Posix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RegionTest {
  private static final long EXTENT = Region.EXTENT_BYTES;

  private final MemoryBudget budget = new MemoryBudget(8 * EXTENT);

  /// Every source of this process: the system's where there is one, and the JDK's.
  static Stream<RangeSource> sources() {
    RangeSource portable = new PortableRanges();
    return Posix.available()
        ? Stream.of(
            new MappedRanges(Posix.calls(), NumaTopology.system(), Region.ANY_NODE), portable)
        : Stream.of(portable);
  }

  @ParameterizedTest
  @MethodSource("sources")
  void region1CommitsWholeExtentsAndAccountsForThem(RangeSource source) {
    try (Region region = Region.reserve("r", 5 * EXTENT - 1, budget, Owner.INDEX, source)) {
      assertThat(region.base() % EXTENT).isZero();
      assertThat(region.capacityBytes()).isEqualTo(5 * EXTENT);
      assertThat(budget.used()).isZero();
      region.commitTo(1);
      assertThat(region.committedBytes()).isEqualTo(EXTENT);
      region.commitTo(EXTENT);
      assertThat(budget.used(Owner.INDEX)).isEqualTo(EXTENT);
      region.commitTo(EXTENT + 1);
      assertThat(region.committedBytes()).isEqualTo(2 * EXTENT);
      assertThat(budget.used(Owner.INDEX)).isEqualTo(2 * EXTENT);
      for (long at = 0; at < 2 * EXTENT; at += 4096) {
        assertThat(Memory.getLong(region.base() + at)).isZero();
        Memory.putLong(region.base() + at, at);
      }
    }
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void overTheBudgetNothingChanges(RangeSource source) {
    try (Region region = Region.reserve("r", 100 * EXTENT, budget, Owner.FRAMES, source)) {
      region.commitTo(6 * EXTENT);
      assertThatExceptionOfType(BudgetExhaustedException.class)
          .isThrownBy(() -> region.commitTo(9 * EXTENT))
          .satisfies(exhausted -> assertThat(exhausted.requestedBytes()).isEqualTo(3 * EXTENT));
      assertThat(region.committedBytes()).isEqualTo(6 * EXTENT);
      assertThat(budget.used()).isEqualTo(6 * EXTENT);
      region.commitTo(8 * EXTENT);
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void overTheCapacityNothingChanges(RangeSource source) {
    try (Region region = Region.reserve("small one", 2 * EXTENT, budget, Owner.FRAMES, source)) {
      assertThatExceptionOfType(BudgetExhaustedException.class)
          .isThrownBy(() -> region.commitTo(2 * EXTENT + 1))
          .withMessageContaining("small one")
          .satisfies(exhausted -> assertThat(exhausted.limitBytes()).isEqualTo(2 * EXTENT));
      assertThat(budget.used()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void region2WhatIsGivenBackReadsAsZero(RangeSource source) {
    try (Region region = Region.reserve("r", 4 * EXTENT, budget, Owner.FRAMES, source)) {
      region.commitTo(4 * EXTENT);
      for (int extent = 0; extent < 4; extent++) {
        Memory.fill(region.base() + extent * EXTENT, EXTENT, (byte) 0x77);
      }
      region.giveBack(EXTENT, 2 * EXTENT);
      region.giveBack(2 * EXTENT, EXTENT); // again does nothing
      for (long at = EXTENT; at < 3 * EXTENT; at += 512) {
        assertThat(Memory.getLong(region.base() + at)).isZero();
      }
      assertThat(Memory.getByte(region.base() + EXTENT - 1)).isEqualTo((byte) 0x77);
      assertThat(Memory.getByte(region.base() + 3 * EXTENT)).isEqualTo((byte) 0x77);
      assertThat(region.givenBackBytes()).isEqualTo(2 * EXTENT);
      assertThat(region.committedBytes()).isEqualTo(4 * EXTENT);
      assertThat(budget.used()).isEqualTo(source.releasesMemory() ? 2 * EXTENT : 4 * EXTENT);
    }
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void whatIsTakenBackIsAccountedAndUsable(RangeSource source) {
    MemoryBudget tight = new MemoryBudget(2 * EXTENT);
    try (Region region = Region.reserve("r", 2 * EXTENT, tight, Owner.FRAMES, source)) {
      region.commitTo(2 * EXTENT);
      region.giveBack(0, EXTENT);
      if (source.releasesMemory()) {
        tight.reserve(Owner.LOG, 1);
        assertThatExceptionOfType(BudgetExhaustedException.class)
            .isThrownBy(() -> region.takeBack(0, EXTENT));
        assertThat(region.givenBackBytes()).isEqualTo(EXTENT);
        tight.release(Owner.LOG, 1);
      }
      region.takeBack(0, 2 * EXTENT);
      assertThat(region.givenBackBytes()).isZero();
      assertThat(tight.used(Owner.FRAMES)).isEqualTo(2 * EXTENT);
      Memory.putLong(region.base(), 1);
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void onlyWholeCommittedExtentsGoBack(RangeSource source) {
    try (Region region = Region.reserve("r", 4 * EXTENT, budget, Owner.FRAMES, source)) {
      region.commitTo(2 * EXTENT);
      assertThatIllegalArgumentException().isThrownBy(() -> region.giveBack(4096, EXTENT));
      assertThatIllegalArgumentException().isThrownBy(() -> region.giveBack(0, 4096));
      assertThatIllegalArgumentException().isThrownBy(() -> region.giveBack(EXTENT, 2 * EXTENT));
      assertThatIllegalArgumentException().isThrownBy(() -> region.giveBack(-EXTENT, EXTENT));
      assertThatIllegalArgumentException().isThrownBy(() -> region.takeBack(2 * EXTENT, EXTENT));
    }
  }

  @ParameterizedTest
  @MethodSource("sources")
  void closedItIsGone(RangeSource source) {
    Region region = Region.reserve("gone", EXTENT, budget, Owner.FRAMES, source);
    region.commitTo(EXTENT);
    region.close();
    region.close();
    assertThat(budget.used()).isZero();
    assertThatIllegalStateException()
        .isThrownBy(() -> region.commitTo(1))
        .withMessageContaining("gone");
    assertThatIllegalStateException().isThrownBy(() -> region.giveBack(0, EXTENT));
  }

  @Test
  void portableRangesAreUsedAgainAndZero() {
    PortableRanges source = new PortableRanges();
    Region first = Region.reserve("first", 3 * EXTENT, budget, Owner.FRAMES, source);
    first.commitTo(2 * EXTENT);
    Memory.fill(first.base(), 2 * EXTENT, (byte) 1);
    long base = first.base();
    first.close();
    Region second = Region.reserve("second", 3 * EXTENT, budget, Owner.FRAMES, source);
    second.commitTo(3 * EXTENT);
    assertThat(second.base()).as("the smallest free range that fits").isEqualTo(base);
    for (long at = 0; at < 3 * EXTENT; at += 512) {
      assertThat(Memory.getLong(base + at)).isZero();
    }
    second.close();
  }

  @ParameterizedTest
  @MethodSource("sources")
  void noMoreIsReservedThanTheBudgetCanGive(RangeSource source) {
    try (Region region = Region.reserve("r", 1L << 40, budget, Owner.FRAMES, source)) {
      assertThat(region.capacityBytes()).isEqualTo(budget.limitBytes());
      region.commitTo(budget.limitBytes());
    }
  }

  @Test
  void capacityOutOfRangeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Region.reserve("none", 0, Region.ANY_NODE, budget, Owner.OTHER))
        .withMessageContaining("found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Region.reserve("all", Long.MAX_VALUE, Region.ANY_NODE, budget, Owner.OTHER));
  }

  @Test
  void theDefaultSourceIsThatOfTheMode() {
    try (Region region = Region.reserve("default", EXTENT, 0, budget, Owner.OTHER)) {
      region.commitTo(EXTENT);
      Memory.putLong(region.base() + EXTENT - 8, 5);
      assertThat(region)
          .hasToString(
              "default [2097152 of 2097152 bytes at 0x" + Long.toHexString(region.base()) + "]");
      assertThat(region.name()).isEqualTo("default");
    }
  }
}
