package org.basaltdb.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The token protocol (TOKEN-1 to TOKEN-6) in both forms. What only a race shows is also under
/// jcstress.
@Timeout(60)
class CommandQueueTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final class Work extends Command {
    private final IntSupplier work;

    Work(IntSupplier work) {
      this.work = work;
    }

    static Work of(Runnable work) {
      return new Work(() -> {
        work.run();
        return FINISHED;
      });
    }

    @Override
    protected int execute() {
      return work.getAsInt();
    }
  }

  private final RecordingHost host = new RecordingHost();
  private final List<AutoCloseable> open = new ArrayList<>();

  private CommandQueue queue(int capacity, boolean dedicated) {
    CommandQueue queue = new CommandQueue(host, capacity, dedicated);
    if (dedicated) {
      open.add(
          DedicatedWriter.start(
              queue, "writer-under-test", new BackoffIdleStrategy(), thread -> {}));
    }
    return queue;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("writer-under-test"));
  }

  @Test
  void runsACommandOnTheCallersThread() {
    CommandQueue queue = queue(4, false);
    AtomicReference<@Nullable Thread> ranOn = new AtomicReference<>();
    Work work = Work.of(() -> ranOn.set(Thread.currentThread()));
    assertThat(queue.run(work, 0)).isTrue();
    assertThat(work.isDone()).isTrue();
    assertThat(ranOn.get()).isSameAs(Thread.currentThread());
  }

  @Test
  void runsACommandOnTheDedicatedThread() {
    CommandQueue queue = queue(4, true);
    AtomicReference<String> ranOn = new AtomicReference<>("");
    assertThat(queue.run(Work.of(() -> ranOn.set(Thread.currentThread().getName())), 0)).isTrue();
    assertThat(ranOn.get()).isEqualTo("writer-under-test");
  }

  /// More threads than processors, so that holders and successors are preempted everywhere. A lost
  /// wake-up is a time-out here; two writers at once lose an increment.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void losesNoCommandAndHasOneWriterAtATime(boolean dedicated) throws Exception {
    CommandQueue queue = queue(8, dedicated);
    int threadCount = 8;
    int perThread = 20_000;
    long[] counter = new long[1];
    List<Thread> threads = new ArrayList<>();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    for (int t = 0; t < threadCount; t++) {
      boolean submits = t % 2 == 1;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                Work[] slots = {
                  Work.of(() -> counter[0]++),
                  Work.of(() -> counter[0]++),
                  Work.of(() -> counter[0]++)
                };
                try {
                  for (int i = 0; i < perThread; i++) {
                    Work slot = slots[submits ? i % slots.length : 0];
                    if (!slot.isFree()) {
                      queue.awaitUninterruptibly(slot);
                      slot.consume();
                    }
                    boolean accepted =
                        submits ? queue.submit(slot, 30 * SECOND) : queue.run(slot, 30 * SECOND);
                    assertThat(accepted).isTrue();
                  }
                  for (Work slot : slots) {
                    if (!slot.isFree()) {
                      queue.awaitUninterruptibly(slot);
                    }
                  }
                } catch (Throwable t1) {
                  failed.set(t1);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failed.get()).isNull();
    assertThat(counter[0]).isEqualTo((long) threadCount * perThread);
    assertThat(queue.performedCount()).isEqualTo((long) threadCount * perThread);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsTheOrderOfOneSubmitter(boolean dedicated) {
    CommandQueue queue = queue(16, dedicated);
    List<Integer> order = new ArrayList<>();
    List<Work> works = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      int number = i;
      Work work = Work.of(() -> order.add(number));
      works.add(work);
      assertThat(queue.submit(work, SECOND)).isTrue();
    }
    works.forEach(queue::awaitUninterruptibly);
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
  }

  /// TOKEN-7: a producer that has claimed a place and not stored its command there yet hides what
  /// stands behind it.
  @Test
  void overtakesNoCommandThatStandsBehindAClaimedPlace() throws Exception {
    CommandQueue queue = queue(16, false);
    List<String> order = new ArrayList<>();
    ClaimedPlace place = ClaimedPlace.in(queue);
    Work first = Work.of(() -> order.add("submitted first"));
    assertThat(queue.submit(first, 0)).isTrue();
    Thread session =
        Thread.ofPlatform().start(() -> queue.run(Work.of(() -> order.add("second")), SECOND));
    while (queue.waitingCount() < 3 && session.isAlive()) {
      Thread.sleep(1);
    }
    Work late = Work.of(() -> order.add("late producer"));
    late.arm();
    place.store(late);
    queue.awaitUninterruptibly(late);
    session.join();
    assertThat(order).containsExactly("late producer", "submitted first", "second");
  }

  @Test
  void refusesACommandWhenTheRingStaysFull() {
    CommandQueue queue = queue(2, false);
    queue.borrow();
    List<Work> works = List.of(Work.of(() -> {}), Work.of(() -> {}));
    works.forEach(work -> assertThat(queue.submit(work, 0)).isTrue());
    Work late = Work.of(() -> {});
    long before = System.nanoTime();
    assertThat(queue.submit(late, SECOND / 20)).isFalse();
    assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SECOND / 20);
    assertThat(late.isFree()).isTrue();
    assertThat(queue.waitingCount()).isEqualTo(2);
    queue.giveBack();
    assertThat(works).allMatch(Command::isDone);
    assertThat(queue.run(late, 0)).isTrue();
  }

  @Test
  void keepsACommandThatSteppedAsideFirstInLineAndTheTokenFreeMeanwhile() {
    CommandQueue queue = queue(8, false);
    List<String> order = new ArrayList<>();
    AtomicBoolean space = new AtomicBoolean();
    Work thirsty =
        new Work(() -> {
          if (!space.get()) {
            return 512;
          }
          order.add("thirsty");
          return Command.FINISHED;
        });
    Work second = Work.of(() -> order.add("second"));
    host.onSpaceWait =
        () -> {
          // TOKEN-4: nothing is held here, or this would wait for itself.
          queue.borrow();
          queue.submit(second, 0);
          space.set(true);
          host.onSpaceWait = () -> {};
          queue.giveBack();
        };
    assertThat(queue.run(thirsty, 0)).isTrue();
    queue.awaitUninterruptibly(second);
    assertThat(order).containsExactly("thirsty", "second");
    assertThat(host.spaceWaits.get()).isEqualTo(1);
    assertThat(queue.performedCount()).isEqualTo(2);
  }

  @Test
  void waitsForSpaceOnTheDedicatedThreadToo() {
    CommandQueue queue = queue(8, true);
    AtomicBoolean space = new AtomicBoolean();
    host.onSpaceWait = () -> space.set(true);
    Work thirsty = new Work(() -> space.get() ? Command.FINISHED : 64);
    assertThat(queue.run(thirsty, 0)).isTrue();
    assertThat(thirsty.failure()).isNull();
    assertThat(host.spaceWaits.get()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void failsForGoodWhenACommandThrows(boolean dedicated) {
    CommandQueue queue = queue(4, dedicated);
    Work bad =
        Work.of(() -> {
          throw new AssertionError("half applied");
        });
    assertThat(queue.run(bad, 0)).isTrue();
    assertThat(bad.failure()).hasMessage("partition failed").hasRootCauseMessage("half applied");
    AtomicBoolean ran = new AtomicBoolean();
    Work next = Work.of(() -> ran.set(true));
    assertThat(queue.run(next, 0)).isTrue();
    assertThat(next.failure()).hasRootCauseMessage("half applied");
    assertThat(ran).isFalse();
    assertThat(queue.failureCause()).hasMessage("half applied");
  }

  @Test
  void aRejectionLeavesThePartitionWhole() {
    CommandQueue queue = queue(4, false);
    Command rejecting =
        new Command() {
          @Override
          protected int execute() {
            reject(new IllegalArgumentException("duplicate"));
            return FINISHED;
          }
        };
    assertThat(queue.run(rejecting, 0)).isTrue();
    assertThat(rejecting.failure()).hasMessage("duplicate");
    assertThat(queue.failureCause()).isNull();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptDoesNotEndASynchronousWait(boolean dedicated) throws Exception {
    CommandQueue queue = queue(4, dedicated);
    CountDownLatch parked = new CountDownLatch(1);
    AtomicBoolean flagKept = new AtomicBoolean();
    AtomicBoolean done = new AtomicBoolean();
    queue.borrow();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              Work work = Work.of(() -> {});
              parked.countDown();
              queue.run(work, SECOND);
              done.set(work.isDone());
              flagKept.set(Thread.currentThread().isInterrupted());
            });
    parked.await();
    awaitWaiting(waiter);
    waiter.interrupt();
    Thread.sleep(50);
    assertThat(waiter.isAlive()).isTrue();
    queue.giveBack();
    waiter.join();
    assertThat(done).isTrue();
    assertThat(flagKept).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptOrADeadlineEndsAnAwaitButNotTheCommand(boolean dedicated) throws Exception {
    CommandQueue queue = queue(4, dedicated);
    AtomicBoolean ran = new AtomicBoolean();
    Work work = Work.of(() -> ran.set(true));
    CountDownLatch borrowed = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    Thread borrower =
        Thread.ofPlatform()
            .start(() -> {
              queue.borrow();
              borrowed.countDown();
              try {
                enough.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              } finally {
                queue.giveBack();
              }
            });
    borrowed.await();
    assertThat(queue.submit(work, 0)).isTrue();
    assertThat(queue.await(work, System.nanoTime() + SECOND / 50))
        .isEqualTo(CommandQueue.TIMED_OUT);
    Thread.currentThread().interrupt();
    assertThat(queue.await(work, Long.MAX_VALUE)).isEqualTo(CommandQueue.INTERRUPTED);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(ran).isFalse();
    enough.countDown();
    assertThat(queue.await(work, Long.MAX_VALUE)).isEqualTo(CommandQueue.DONE);
    assertThat(ran).isTrue();
    borrower.join();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLoanKeepsCommandsOutAndOtherBorrowersWaiting(boolean dedicated) throws Exception {
    CommandQueue queue = queue(64, dedicated);
    long[] inside = new long[1];
    AtomicBoolean stop = new AtomicBoolean();
    AtomicBoolean overlap = new AtomicBoolean();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 2; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                Work work = Work.of(() -> inside[0]++);
                while (!stop.get()) {
                  queue.run(work, SECOND);
                  work.consume();
                }
              }));
    }
    for (int t = 0; t < 2; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 300; i++) {
                  Loan loan = Loan.of(List.of(queue));
                  try {
                    long before = inside[0];
                    Thread.onSpinWait();
                    inside[0] = before + 1;
                    overlap.compareAndSet(false, inside[0] != before + 1);
                  } finally {
                    loan.close();
                  }
                }
              }));
    }
    for (Thread thread : threads.subList(2, 4)) {
      thread.join();
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(overlap).isFalse();
    assertThat(inside[0]).isEqualTo(queue.performedCount() + 600);
  }

  /// TOKEN-4: commands that came during a loan of several partitions run when none of them is held
  /// any more.
  @Test
  void aLoanOfSeveralHoldsNothingWhileLateArrivalsRun() throws Exception {
    CommandQueue first = queue(4, false);
    CommandQueue second = queue(4, false);
    AtomicBoolean space = new AtomicBoolean();
    Work thirsty = new Work(() -> space.get() ? Command.FINISHED : 64);
    AtomicBoolean otherRan = new AtomicBoolean();
    host.onSpaceWait =
        () -> {
          first.run(Work.of(() -> otherRan.set(true)), 0);
          space.set(true);
        };
    Loan loan = Loan.of(List.of(first, second));
    assertThat(second.submit(thirsty, 0)).isTrue();
    loan.close();
    assertThat(otherRan).isTrue();
    assertThat(thirsty.isDone()).isTrue();
  }

  @Test
  void carriesAbandonedCommandsOut() {
    CommandQueue queue = queue(4, false);
    AtomicBoolean ran = new AtomicBoolean();
    Work work = Work.of(() -> ran.set(true));
    queue.borrow();
    queue.submit(work, 0);
    work.abandon();
    assertThat(work.isFree()).isFalse();
    queue.giveBack();
    assertThat(ran).isTrue();
    assertThat(work.isFree()).isTrue();
  }

  @Test
  void reportsAnOverdueLoanOnceAndDoesNotRevokeIt() throws Exception {
    CommandQueue queue = queue(4, true);
    queue.borrow();
    Thread.sleep(TimeUnit.NANOSECONDS.toMillis(CommandQueue.OVERDUE_LOAN_NANOS) + 200);
    queue.giveBack();
    assertThat(queue.run(Work.of(() -> {}), SECOND)).isTrue();
    assertThat(host.overdueLoans.get()).isEqualTo(1);
  }

  @Test
  void refusesACommandThatWaitsForAnother() {
    CommandQueue queue = queue(4, false);
    Work outer = Work.of(() -> queue.run(Work.of(() -> {}), 0));
    queue.run(outer, 0);
    assertThat(outer.failure())
        .isNotNull()
        .cause()
        .hasMessageContaining("a command waits for another command");
  }

  @Test
  void refusesAWaitByTheThreadThatBorrowed() {
    CommandQueue queue = queue(4, false);
    Work work = Work.of(() -> {});
    queue.borrow();
    assertThatThrownBy(() -> queue.run(work, 0))
        .hasMessageContaining("a command waits for another command");
    queue.giveBack();
    assertThat(work.isDone()).isTrue();
  }

  @Test
  void refusesStepsOfALoanThatAreNotInTheDiagram() {
    LendingWord word = new LendingWord();
    assertThatThrownBy(word::grant)
        .hasMessageContaining("found IDLE")
        .hasMessageContaining("expected REQUESTED");
    assertThat(word.request()).isTrue();
    assertThat(word.request()).isFalse();
    assertThatThrownBy(word::giveBack).hasMessageContaining("expected GRANTED");
    word.grant();
    assertThatThrownBy(word::settle).hasMessageContaining("expected RETURNED");
    word.giveBack();
    word.settle();
    assertThat(word.isIdle()).isTrue();
  }

  private static void awaitWaiting(Thread thread) throws InterruptedException {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
  }
}
