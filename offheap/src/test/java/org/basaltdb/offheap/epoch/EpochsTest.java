package org.basaltdb.offheap.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.offheap.file.fault.ManualClock;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

class EpochsTest {
  private static final long SECOND = 1_000_000_000L;

  private final Epochs epochs = new Epochs();

  @Test
  void whatWasUnlinkedWithNobodyInsideIsFreeAtOnce() {
    long stamp = epochs.advance();
    assertThat(epochs.oldestActive()).isGreaterThan(stamp);
  }

  @Test
  void epoch1AReaderInsideHoldsBackWhatIsUnlinkedMeanwhile() {
    long slot = epochs.acquireSlot();
    long before = epochs.advance();
    epochs.enter(slot);
    long first = epochs.advance();
    long second = epochs.advance();
    assertThat(epochs.oldestActive())
        .isGreaterThan(before)
        .isLessThanOrEqualTo(first)
        .isLessThan(second);
    epochs.exit(slot);
    assertThat(epochs.oldestActive()).isGreaterThan(second);
    epochs.enter(slot);
    assertThat(epochs.oldestActive()).as("entered after both").isGreaterThan(second);
    epochs.exit(slot);
  }

  @Test
  void theOldestOfSeveralReadersDecides() {
    long first = epochs.acquireSlot();
    long second = epochs.acquireSlot();
    epochs.enter(first);
    long between = epochs.advance();
    epochs.enter(second);
    long after = epochs.advance();
    assertThat(epochs.oldestActive()).isLessThanOrEqualTo(between);
    epochs.exit(first);
    assertThat(epochs.oldestActive()).isGreaterThan(between).isLessThanOrEqualTo(after);
    epochs.exit(second);
  }

  @Test
  void epoch2SlotsAreDistinctAndAlignedHoweverManyThereAre() {
    Set<Long> slots = new HashSet<>();
    for (int i = 0; i < 200; i++) {
      long slot = epochs.acquireSlot();
      assertThat(slot % EpochSlotLayout.SLOT_BYTES).isZero();
      assertThat(slots.add(slot)).isTrue();
    }
    assertThat(epochs.slotCount()).isEqualTo(200);
    long last = epochs.acquireSlot();
    epochs.enter(last);
    long stamp = epochs.advance();
    assertThat(epochs.oldestActive())
        .as("a slot of a later chunk counts")
        .isLessThanOrEqualTo(stamp);
    epochs.exit(last);
    slots.forEach(epochs::releaseSlot);
    assertThat(epochs.slotCount()).isEqualTo(1);
    assertThat(slots).contains(epochs.acquireSlot());
  }

  @Test
  void epoch2OnlyTheOwnerReleases() throws InterruptedException {
    long slot = epochs.acquireSlot();
    epochs.enter(slot);
    assertThatIllegalStateException()
        .isThrownBy(() -> epochs.releaseSlot(slot))
        .withMessageContaining("inside");
    epochs.exit(slot);
    inAnotherThread(() ->
        assertThatIllegalStateException()
            .isThrownBy(() -> epochs.releaseSlot(slot))
            .withMessageContaining(Thread.currentThread().getName()));
    epochs.releaseSlot(slot);
    assertThatIllegalStateException()
        .isThrownBy(() -> epochs.releaseSlot(slot))
        .withMessageContaining("free");
  }

  @Test
  void aSlotIsHandedFromThreadToThread() throws InterruptedException {
    long slot = epochs.acquireSlot();
    assertThatIllegalStateException().isThrownBy(() -> epochs.adopt(slot));
    epochs.disown(slot);
    assertThatIllegalStateException().isThrownBy(() -> epochs.disown(slot));
    inAnotherThread(() -> {
      epochs.adopt(slot);
      epochs.enter(slot);
      epochs.exit(slot);
      epochs.disown(slot);
    });
    epochs.adopt(slot);
    epochs.enter(slot);
    assertThatIllegalStateException().isThrownBy(() -> epochs.disown(slot));
    epochs.exit(slot);
    epochs.disown(slot);
    epochs.releaseSlot(slot);
  }

  @Test
  void theIdleSlotOfADeadThreadIsHandedOutAgain() throws InterruptedException {
    for (int i = 0; i < 64; i++) {
      inAnotherThread(epochs::acquireSlot);
    }
    Set<Long> slots = new HashSet<>();
    for (int i = 0; i < 64; i++) {
      slots.add(epochs.acquireSlot());
    }
    assertThat(slots).hasSize(64);
    assertThat(epochs.slotCount()).as("none was added").isEqualTo(64);
  }

  @Test
  void aSlotThatWasPutDownIsNeverReaped() throws InterruptedException {
    AtomicLong kept = new AtomicLong();
    inAnotherThread(() -> {
      kept.set(epochs.acquireSlot());
      epochs.disown(kept.get());
    });
    for (int i = 0; i < 200; i++) {
      assertThat(epochs.acquireSlot()).isNotEqualTo(kept.get());
    }
    epochs.adopt(kept.get());
  }

  @Test
  void aThreadThatDiedInsideHoldsNothingBack() throws InterruptedException {
    inAnotherThread(() -> epochs.enter(epochs.acquireSlot()));
    long stamp = epochs.advance();
    assertThat(epochs.oldestActive()).isGreaterThan(stamp);
    assertThat(epochs.awaitIdle(System.nanoTime() + SECOND)).isTrue();
    for (int i = 0; i < 64; i++) {
      long slot = epochs.acquireSlot();
      epochs.enter(slot); // would fail if the dead one's epoch were still there
      epochs.exit(slot);
    }
  }

  @Test
  void awaitIdleWaitsForTheLastReader() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              long slot = epochs.acquireSlot();
              epochs.enter(slot);
              inside.countDown();
              awaitQuietly(leave);
              epochs.exit(slot);
            });
    inside.await();
    assertThat(epochs.awaitIdle(System.nanoTime() + SECOND / 100)).isFalse();
    leave.countDown();
    assertThat(epochs.awaitIdle(System.nanoTime() + 10 * SECOND)).isTrue();
    reader.join();
  }

  @Test
  void awaitIdleGoesByItsClockAndKeepsAnInterrupt() {
    ManualClock clock = new ManualClock();
    Epochs manual = new Epochs(clock);
    long slot = manual.acquireSlot();
    manual.enter(slot);
    clock.advance(10);
    Thread.currentThread().interrupt();
    assertThat(manual.awaitIdle(10)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    manual.exit(slot);
    assertThat(manual.awaitIdle(0)).as("idle is idle, whatever the time").isTrue();
  }

  @Test
  void epoch3SlotMemoryOutlivesUseAndIsFreedWhenUnreachable() throws InterruptedException {
    long before = Memory.allocatedBytes();
    makeAndForget();
    assertThat(Memory.allocatedBytes()).isGreaterThan(before);
    for (int attempt = 0; attempt < 100 && Memory.allocatedBytes() > before + 20 * 128; attempt++) {
      System.gc();
      Thread.sleep(10);
      new Epochs(); // frees what was found
    }
    assertThat(Memory.allocatedBytes()).isLessThanOrEqualTo(before + 100 * 128);
  }

  private static void makeAndForget() {
    for (int i = 0; i < 50; i++) {
      new Epochs().acquireSlot();
    }
  }

  /// Readers follow a link to one of two blocks and read it; the writer swaps the link, and poisons
  /// the block nobody can see any more. Poison seen by a reader is a violation of EPOCH-1.
  @Test
  void epoch1ReadersNeverSeeWhatWasReused() throws InterruptedException {
    long link = Memory.allocate(128, 128);
    long blocks = Memory.allocate(64 * 256, 128);
    Memory.putLongRelease(link, blocks);
    AtomicLong poisoned = new AtomicLong();
    AtomicLong reads = new AtomicLong();
    Thread[] readers = new Thread[2];
    long end = System.nanoTime() + SECOND;
    for (int i = 0; i < readers.length; i++) {
      readers[i] = Thread.ofPlatform().start(() -> readUntil(end, link, poisoned, reads));
    }
    RetiredBlocks retired = new RetiredBlocks(epochs);
    List<Integer> free = new ArrayList<>();
    for (int block = 1; block < 64; block++) {
      free.add(block);
    }
    int current = 0;
    long reused = 0;
    while (System.nanoTime() < end) {
      while (free.isEmpty()) {
        reused += retired.reclaim(free::add);
      }
      int next = free.removeLast();
      Memory.fill(blocks + next * 256L, 256, (byte) 0); // whole again, before anyone can find it
      Memory.putLongRelease(link, blocks + next * 256L);
      retired.retire(current);
      current = next;
      if (retired.size() > 16) {
        reused +=
            retired.reclaim(block -> {
              Memory.fill(blocks + block * 256L, 256, (byte) 0xDD);
              free.add(block);
              return true;
            });
      }
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(poisoned.get()).isZero();
    assertThat(reads.get()).isPositive();
    assertThat(reused).isPositive();
    Memory.free(link);
    Memory.free(blocks);
  }

  private void readUntil(long end, long link, AtomicLong poisoned, AtomicLong reads) {
    long slot = epochs.acquireSlot();
    long seen = 0;
    while (System.nanoTime() < end) {
      for (int i = 0; i < 100; i++) {
        epochs.enter(slot);
        long block = Memory.getLongAcquire(link);
        for (int at = 0; at < 256; at += 8) {
          if (Memory.getLongOpaque(block + at) != 0) {
            poisoned.incrementAndGet();
          }
        }
        epochs.exit(slot);
        seen++;
      }
    }
    reads.addAndGet(seen);
    epochs.releaseSlot(slot);
  }

  private static void inAnotherThread(Runnable task) throws InterruptedException {
    Throwable[] failure = new Throwable[1];
    Thread thread = Thread.ofPlatform().unstarted(task);
    thread.setUncaughtExceptionHandler((failed, throwable) -> failure[0] = throwable);
    thread.start();
    thread.join();
    assertThat(failure[0]).isNull();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
