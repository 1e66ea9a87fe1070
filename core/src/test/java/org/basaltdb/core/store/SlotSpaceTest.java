package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotSpaceTest {
  private final SlotSpace space = new SlotSpace(1 << 20);

  private int takeOne() {
    long run = space.take(1);
    assertThat(SlotSpace.length(run)).isEqualTo(1);
    return SlotSpace.first(run);
  }

  private int settleOne() {
    int slot = takeOne();
    space.settle(slot);
    return slot;
  }

  @Test
  void aRunIsOfSlotsThatFollowOneAnother() {
    long run = space.take(100);
    assertThat(SlotSpace.first(run)).isZero();
    assertThat(SlotSpace.length(run)).isEqualTo(100);
    assertThat(space.slotCount()).isEqualTo(100);
    assertThat(space.freeCount()).isZero();
    for (int slot = 0; slot < 100; slot++) {
      if (slot % 10 == 0) {
        space.settle(slot);
      } else {
        space.giveUp(slot);
      }
    }
    assertThat(space.freeCount()).isEqualTo(90);
    run = space.take(100);
    assertThat(SlotSpace.first(run)).isEqualTo(1);
    assertThat(SlotSpace.length(run)).isEqualTo(9);
    run = space.take(4);
    assertThat(SlotSpace.first(run)).isEqualTo(11);
    run = space.take(100);
    assertThat(SlotSpace.first(run)).isEqualTo(15);
    assertThat(SlotSpace.length(run)).isEqualTo(5);
  }

  /// The last free slots and new ones may be one run.
  @Test
  void aRunGoesOnBehindTheEndOfTheFile() {
    space.take(10);
    for (int slot = 0; slot < 10; slot++) {
      if (slot < 7) {
        space.settle(slot);
      } else {
        space.giveUp(slot);
      }
    }
    long run = space.take(8);
    assertThat(SlotSpace.first(run)).isEqualTo(7);
    assertThat(SlotSpace.length(run)).isEqualTo(8);
    assertThat(space.slotCount()).isEqualTo(15);
    assertThat(space.freeCount()).isZero();
  }

  /// What was given up is not the first to be written again: batches lie behind one another.
  @Test
  void whatIsTakenNextLiesBehind() {
    space.take(10);
    for (int slot = 0; slot < 10; slot++) {
      space.giveUp(slot);
    }
    assertThat(SlotSpace.first(space.take(2))).isZero();
    space.giveUp(0);
    space.giveUp(1);
    assertThat(SlotSpace.first(space.take(2))).isEqualTo(2);
  }

  @Test
  void aFileThatMayNotGrowHasNoMoreSlots() {
    SlotSpace small = new SlotSpace(70);
    assertThat(SlotSpace.length(small.take(100))).isEqualTo(70);
    assertThat(small.take(1)).isEqualTo(SlotSpace.NONE);
    small.giveUp(69);
    assertThat(SlotSpace.first(small.take(5))).isEqualTo(69);
    assertThat(small.take(1)).isEqualTo(SlotSpace.NONE);
  }

  /// SLOT-4.
  @Test
  void aSlotThatNoCheckpointNamesIsFreeAtOnce() {
    int slot = settleOne();
    space.retire(slot);
    assertThat(space.isFree(slot)).isTrue();
    space.cut();
    int after = settleOne();
    space.retire(after);
    assertThat(space.isFree(after)).isTrue();
  }

  /// SLOT-1, the shortest history of it.
  @Test
  void aSlotIsHeldUntilBothManifestsAreLater() {
    int slot = settleOne();
    space.cut();
    published(space, 1);
    space.retire(slot);
    assertThat(space.isFree(slot)).isFalse();
    space.cut();
    assertThat(published(space, 2)).isZero();
    assertThat(space.isFree(slot)).isFalse();
    space.cut();
    assertThat(published(space, 3)).isEqualTo(1);
    assertThat(space.isFree(slot)).isTrue();
  }

  @Test
  void anImageForTheCheckpointAloneIsHeldLikeAnyOther() {
    space.cut();
    int slot = takeOne();
    space.settleForCheckpointOnly(slot);
    published(space, 1);
    space.cut();
    published(space, 2);
    assertThat(space.isFree(slot)).isFalse();
    space.cut();
    published(space, 3);
    assertThat(space.isFree(slot)).isTrue();
  }

  /// What was in flight at the cut may be what the page was then, and so be named.
  @Test
  void whatWasInFlightAtTheCutIsNotBornSince() {
    int slot = takeOne();
    space.cut();
    space.settle(slot);
    space.retire(slot);
    assertThat(space.isFree(slot)).isFalse();
  }

  @Test
  void aCheckpointThatFailedFreesNothing() {
    int slot = settleOne();
    space.cut();
    published(space, 1);
    space.cut();
    space.retire(slot);
    space.cut(); // the second was given up
    published(space, 3);
    assertThat(space.isFree(slot)).isFalse(); // the first still counts
    space.cut();
    published(space, 4);
    assertThat(space.isFree(slot)).isTrue();
  }

  @Test
  void whatIsFoundAtOpenIsHeldByItsManifests() {
    space.restore(7, 6, 10);
    assertThat(space.nameCurrent(3)).isTrue();
    assertThat(space.nameCurrent(3)).isFalse();
    assertThat(space.nameCurrent(10)).isFalse();
    assertThat(space.nameCurrent(-1)).isFalse();
    space.nameOlder(3);
    space.nameOlder(4);
    space.nameOlder(10);
    assertThat(space.freeCount()).isEqualTo(8);
    space.retire(3);
    assertThat(space.cut()).isEqualTo(8);
    assertThat(published(space, 8)).isEqualTo(1);
    assertThat(space.isFree(4)).isTrue();
    assertThat(space.isFree(3)).isFalse();
    space.cut();
    published(space, 9);
    assertThat(space.isFree(3)).isTrue();
    assertThat(space.freeCount()).isEqualTo(10);
  }

  @Test
  void stepsThatAreNotInTheDrawingAreRefused() {
    int slot = takeOne();
    assertThatThrownBy(() -> space.retire(slot)).isInstanceOf(IllegalStateException.class);
    space.settle(slot);
    assertThatThrownBy(() -> space.settle(slot)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> space.giveUp(slot)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> space.settleForCheckpoint(slot))
        .isInstanceOf(IllegalStateException.class);
    space.retire(slot);
    assertThatThrownBy(() -> space.retire(slot)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> space.retire(1000)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> space.giveUp(-1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> space.published(1)).isInstanceOf(IllegalStateException.class);
  }

  /// Random histories against a model that knows, of every slot, who names it.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noNamedSlotIsEverHandedOut(long seed) {
    History history = new History(seed);
    for (int step = 0; step < 20_000; step++) {
      history.step();
    }
    history.end();
  }

  /// Pages that are written, freed and checkpointed at random.
  private final class History {
    private static final int PAGES = 40;

    private final SplittableRandom random;
    private final int[] current = new int[PAGES];

    /// Pages that were dirty at the cut, and whose image the checkpoint still waits for.
    private final boolean[] awaited = new boolean[PAGES];

    /// What the two newest manifests name.
    private final Deque<Set<Integer>> durable = new ArrayDeque<>();

    /// What the checkpoint being made names.
    private final Set<Integer> running = new HashSet<>();

    private int runningNumber;

    /// Taken and not settled: the slot, and the page it is for.
    private final Deque<int[]> inFlight = new ArrayDeque<>();

    History(long seed) {
      random = new SplittableRandom(seed);
      Arrays.fill(current, -1);
    }

    void step() {
      switch (random.nextInt(12)) {
        case 0 -> {
          if (runningNumber == 0) {
            cut();
          }
        }
        case 1 -> {
          if (runningNumber != 0) {
            endCheckpoint(random.nextInt(4) > 0);
          }
        }
        case 2 -> freePage(random.nextInt(PAGES));
        case 3, 4, 5, 6 -> write();
        default -> {
          if (!inFlight.isEmpty()) {
            int[] first = inFlight.removeFirst();
            writeTo(first[0], first[1]);
          }
        }
      }
    }

    private void cut() {
      runningNumber = space.cut();
      for (int page = 0; page < PAGES; page++) {
        awaited[page] = random.nextInt(3) == 0;
        if (!awaited[page] && current[page] >= 0) {
          running.add(current[page]);
        }
      }
    }

    private void endCheckpoint(boolean published) {
      if (published) {
        published(space, runningNumber);
        durable.addLast(Set.copyOf(running));
        if (durable.size() > 2) {
          durable.removeFirst();
        }
      }
      running.clear();
      runningNumber = 0;
      Arrays.fill(awaited, false);
    }

    private void freePage(int page) {
      if (current[page] >= 0) {
        space.retire(current[page]);
        current[page] = -1;
      }
    }

    private void write() {
      long run = space.take(1 + random.nextInt(4));
      for (int i = 0; i < SlotSpace.length(run); i++) {
        int slot = SlotSpace.first(run) + i;
        assertThat(durable).noneMatch(named -> named.contains(slot));
        assertThat(running).doesNotContain(slot);
        assertThat(current).doesNotContain(slot);
        assertThat(inFlight).noneMatch(other -> other[0] == slot);
        inFlight.addLast(new int[] {slot, random.nextInt(PAGES)});
      }
    }

    private void writeTo(int slot, int page) {
      if (random.nextInt(4) == 0) {
        space.giveUp(slot);
        return;
      }
      if (awaited[page]) {
        awaited[page] = false;
        running.add(slot);
        if (random.nextBoolean()) { // it has changed since
          space.settleForCheckpointOnly(slot);
          return;
        }
        freePage(page);
        space.settleForCheckpoint(slot);
      } else {
        freePage(page);
        space.settle(slot);
      }
      current[page] = slot;
    }

    /// Nothing is lost: when both manifests are of this state, all but the current is free.
    void end() {
      while (!inFlight.isEmpty()) {
        space.giveUp(inFlight.removeFirst()[0]);
      }
      for (int i = 0; i < 3; i++) {
        published(space, space.cut());
      }
      long held = Arrays.stream(current).filter(slot -> slot >= 0).count();
      assertThat(space.retiredCount()).isZero();
      assertThat(space.freeCount()).isEqualTo(space.slotCount() - (int) held);
      assertThat(space.slotCount()).as("the file stays small").isLessThan(40 * PAGES);
    }
  }

  /// @return how many slots became free
  private static int published(SlotSpace space, int checkpoint) {
    space.published(checkpoint);
    return space.freeRetired(Integer.MAX_VALUE);
  }

  private int publish() {
    int checkpoint = space.cut();
    space.naming();
    published(space, checkpoint);
    space.rest();
    return checkpoint;
  }

  /// SLOT-6: an extent is given back if it was free throughout a checkpoint, once, and again after
  /// it was used.
  @Test
  void extentsThatStayFreeAreGivenBackOnce() {
    int slots = 5 * SlotSpace.EXTENT_SLOTS + 7;
    space.take(slots);
    for (int slot = 0; slot < slots; slot++) {
      // one slot of the third extent stays
      if (slot == 2 * SlotSpace.EXTENT_SLOTS + 127) {
        space.settle(slot);
      } else {
        space.giveUp(slot);
      }
    }
    publish();
    assertThat(space.takeIdle(0)).isEqualTo(SlotSpace.NONE);
    publish();
    long run = space.takeIdle(0);
    assertThat(SlotSpace.first(run)).isZero();
    assertThat(SlotSpace.length(run)).isEqualTo(2 * SlotSpace.EXTENT_SLOTS);
    run = space.takeIdle(SlotSpace.first(run) + SlotSpace.length(run));
    assertThat(SlotSpace.first(run)).isEqualTo(3 * SlotSpace.EXTENT_SLOTS);
    assertThat(SlotSpace.length(run)).isEqualTo(2 * SlotSpace.EXTENT_SLOTS);
    assertThat(space.takeIdle(SlotSpace.first(run) + SlotSpace.length(run)))
        .isEqualTo(SlotSpace.NONE);
    assertThat(space.freeCount()).isEqualTo(slots - 1);
    publish();
    assertThat(space.takeIdle(0)).as("given back already").isEqualTo(SlotSpace.NONE);

    // One slot is used for a while: its extent is idle again two checkpoints later.
    int used = takeOne();
    space.giveUp(used);
    publish();
    assertThat(space.takeIdle(0)).isEqualTo(SlotSpace.NONE);
    publish();
    run = space.takeIdle(0);
    assertThat(SlotSpace.first(run))
        .isEqualTo(used / SlotSpace.EXTENT_SLOTS * SlotSpace.EXTENT_SLOTS);
    assertThat(SlotSpace.length(run)).isEqualTo(SlotSpace.EXTENT_SLOTS);
  }

  /// No slot that is not free is ever given back, whatever happens.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void onlyFreeSlotsAreGivenBack(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Deque<Integer> current = new ArrayDeque<>();
    long givenBack = 0;
    for (int step = 0; step < 20_000; step++) {
      boolean growing = step / 2_000 % 2 == 0;
      if ((random.nextInt(3) == 0) != growing) {
        current.add(settleOne());
      } else if (!current.isEmpty()) {
        space.retire(random.nextBoolean() ? current.removeFirst() : current.removeLast());
      }
      if (step % 100 == 0) {
        publish();
        long run = space.takeIdle(0);
        while (run != SlotSpace.NONE) {
          int end = SlotSpace.first(run) + SlotSpace.length(run);
          for (int slot = SlotSpace.first(run); slot < end; slot++) {
            assertThat(space.isFree(slot)).isTrue();
          }
          givenBack += SlotSpace.length(run);
          run = space.takeIdle(end);
        }
      }
    }
    assertThat(givenBack).isPositive();
  }
}
