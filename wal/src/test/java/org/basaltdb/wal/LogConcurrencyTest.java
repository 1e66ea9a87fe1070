package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Real threads: appenders, committers, virtual threads, interrupts, and the log's own flusher.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LogConcurrencyTest {
  private static final long NEVER_NANOS = TimeUnit.HOURS.toNanos(1);

  private final FaultyFiles disk = new FaultyFiles(Disk.ROOT, 1);
  private final GatedFiles files = new GatedFiles(disk);
  private LogOptions options =
      LogOptions.of(Disk.DIRECTORY, Disk.DATABASE, new MemoryBudget(Long.MAX_VALUE))
          .withSizes(256 << 10, 64 << 10)
          .withIntervalNanos(NEVER_NANOS);

  private Log open(List<TestRecord> replayed) throws Exception {
    Seam seam = new Seam(Clock.system(), files, Randomness.seeded(1));
    return Log.open(
        options,
        seam,
        (lsn, type, flags, durability, address, bytes) ->
            replayed.add(TestRecord.read(lsn, type, flags, durability, address, bytes)));
  }

  private Log open() throws Exception {
    return open(new ArrayList<>());
  }

  private static TestRecord append(Log log, long sequence, int bytes, Durability durability) {
    long lsn = log.claim(bytes);
    while (lsn == CommitLog.NO_SPACE) {
      log.awaitSpace(bytes);
      lsn = log.claim(bytes);
    }
    TestRecord record =
        new TestRecord(
            lsn, sequence, bytes, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, durability);
    record.write(log.payloadAddress(lsn));
    log.publish(lsn, bytes, record.type(), record.durability());
    return record;
  }

  /// Many appenders of every durability, a ring and segments that are much too small: every record
  /// comes back once, in the order of its thread, and every one that was waited for was on disk.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyRecordOfEveryThreadComesBack(boolean virtual) throws Exception {
    int threads = virtual ? 200 : 8;
    int perThread = virtual ? 50 : 1_500;
    ConcurrentLinkedQueue<TestRecord> written = new ConcurrentLinkedQueue<>();
    AtomicLong sequences = new AtomicLong();
    options = options.withIntervalNanos(2_000_000);
    try (Log log = open()) {
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        long seed = thread;
        tasks.add(
            new FutureTask<>(() -> {
              SplittableRandom random = new SplittableRandom(seed);
              for (int index = 0; index < perThread; index++) {
                Durability durability = Durability.ofCode(random.nextInt(3));
                int bytes =
                    random.nextInt(8, random.nextInt(100) == 0 ? log.maxPayloadBytes() : 300);
                TestRecord record = append(log, sequences.getAndIncrement(), bytes, durability);
                written.add(record);
                if (durability == Durability.SYNC) {
                  assertThat(log.lastSyncLsn()).isGreaterThan(record.lsn());
                  log.awaitDurable(record.lsn());
                  assertThat(log.durableLsn()).isGreaterThan(record.lsn());
                }
              }
              return null;
            }));
      }
      start(tasks, virtual);
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      assertThat(log.stats().batchCount()).isPositive();
    }
    List<TestRecord> replayed = new ArrayList<>();
    open(replayed).close();
    List<TestRecord> inOrder =
        written.stream().sorted((left, right) -> Long.compare(left.lsn(), right.lsn())).toList();
    assertThat(replayed).isEqualTo(inOrder);
  }

  private static <T> void start(List<FutureTask<T>> tasks, boolean virtual) {
    Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
    tasks.forEach(builder::start);
  }

  private static FutureTask<Void> start(boolean virtual, Runnable body) {
    FutureTask<Void> task = new FutureTask<>(body, null);
    start(List.of(task), virtual);
    return task;
  }

  /// LOG-18: an interval that comes while somebody else leads is served as soon as he does not, not
  /// an interval later.
  @Test
  void anIntervalThatFindsAnotherLeaderIsNotSkipped() throws Exception {
    Disk simulated = new Disk(1);
    GatedFiles gated = new GatedFiles(simulated.files);
    Disk.Opened opened = simulated.open(gated);
    TestRecord first = opened.append(1, 100, Durability.SYNC);
    gated.shut();
    FutureTask<Void> leader = start(false, () -> opened.log().awaitDurable(first.lsn()));
    gated.arrived.acquire();
    TestRecord second = opened.append(2, 100, Durability.INTERVAL);
    simulated.clock.advance(simulated.options.intervalNanos());
    assertThat(opened.log().flusher().work()).as("nanoseconds to the next try").isZero();
    gated.open();
    leader.get();
    assertThat(opened.log().durableLsn()).isLessThanOrEqualTo(second.lsn());
    opened.work();
    assertThat(opened.log().durableLsn()).isGreaterThan(second.lsn());
    opened.log().close();
  }

  /// LOG-11: a record that ends where the disk ends has no padding behind it. All that wait for its
  /// end are woken, not only one that may lead.
  @Test
  void allThatWaitForTheEndOfTheLogAreWoken() throws Exception {
    options = options.withSizes(16 << 10, 16 << 10);
    try (Log log = open()) {
      disk.limitBytes(SegmentLayout.fileBytes(16 << 10));
      append(log, 1, 4096, Durability.NONE);
      long end = 2 * (16 << 10);
      int rest = (int) (end - log.tail()) - RecordLayout.HEADER_BYTES;
      assertThat(append(log, 2, rest, Durability.SYNC).lsn() + RecordLayout.HEADER_BYTES + rest)
          .isEqualTo(end);
      files.shut();
      List<FutureTask<Void>> waiters = new ArrayList<>();
      waiters.add(start(false, () -> log.awaitDurable(end)));
      files.arrived.acquire();
      for (int index = 0; index < 6; index++) {
        waiters.add(start(index % 2 == 0, () -> log.awaitDurable(end)));
      }
      Thread.sleep(200); // until they are parked
      files.open();
      for (FutureTask<Void> waiter : waiters) {
        waiter.get(20, TimeUnit.SECONDS);
      }
      assertThat(log.durableLsn()).isEqualTo(end);
    }
  }

  /// Appends and waits, in another thread.
  private FutureTask<Void> commit(Log log, boolean virtual) throws InterruptedException {
    CountDownLatch appended = new CountDownLatch(1);
    FutureTask<Void> task =
        start(
            virtual,
            () -> {
              TestRecord record = append(log, 1, 100, Durability.SYNC);
              appended.countDown();
              log.awaitDurable(record.lsn());
              assertThat(log.durableLsn()).isGreaterThan(record.lsn());
            });
    appended.await();
    return task;
  }

  /// The leader is in the middle of its sync; those that come meanwhile are all served by one more,
  /// which one of them leads, although nobody new arrives (LOG-11).
  @Test
  void whatGathersDuringASyncIsOneBatchLedByAFollower() throws Exception {
    try (Log log = open()) {
      files.shut();
      FutureTask<Void> leader = commit(log, false);
      files.arrived.acquire();
      List<FutureTask<Void>> followers = new ArrayList<>();
      for (int index = 0; index < 10; index++) {
        followers.add(commit(log, false));
      }
      assertThat(leader.isDone()).isFalse();
      files.letOnePass();
      leader.get();
      files.arrived.acquire();
      assertThat(followers).noneMatch(FutureTask::isDone);
      files.open();
      for (FutureTask<Void> follower : followers) {
        follower.get();
      }
      assertThat(log.stats().batchCount()).isEqualTo(2);
    }
  }

  @Test
  void virtualThreadsNeverWriteOrSync() throws Exception {
    try (Log log = open()) {
      files.takeUsers();
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < 500; thread++) {
        tasks.add(commit(log, true));
      }
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      start(true, log::flush).get();
      assertThat(files.takeUsers())
          .isNotEmpty()
          .allMatch(user -> user.getName().equals("basalt-log-flusher"));
    }
  }

  /// A virtual thread waits behind a platform thread that leads, and the other way round.
  @Test
  void virtualAndPlatformThreadsWaitForEachOther() throws Exception {
    try (Log log = open()) {
      for (int round = 0; round < 20; round++) {
        boolean virtualFirst = round % 2 == 0;
        files.shut();
        FutureTask<Void> first = commit(log, virtualFirst);
        files.arrived.acquire();
        FutureTask<Void> second = commit(log, !virtualFirst);
        FutureTask<Void> third = commit(log, virtualFirst);
        files.open();
        first.get();
        second.get();
        third.get();
        files.arrived.drainPermits();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptDoesNotEndTheWaitForDurability(boolean virtual) throws Exception {
    try (Log log = open()) {
      files.shut();
      FutureTask<Void> leader = commit(log, false);
      files.arrived.acquire();
      TestRecord record = append(log, 2, 100, Durability.SYNC);
      CountDownLatch interruptedBefore = new CountDownLatch(1);
      FutureTask<Boolean> waiter =
          new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            interruptedBefore.countDown();
            log.awaitDurable(record.lsn());
            assertThat(log.durableLsn()).isGreaterThan(record.lsn());
            return Thread.currentThread().isInterrupted();
          });
      Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon()).start(waiter);
      interruptedBefore.await();
      for (int index = 0; index < 20; index++) {
        thread.interrupt();
        Thread.sleep(1);
      }
      assertThat(waiter.isDone()).isFalse();
      files.open();
      leader.get();
      assertThat(waiter.get()).isTrue();
    }
  }

  /// A leader that is interrupted finishes what it does.
  @Test
  void anInterruptDoesNotDisturbTheLeader() throws Exception {
    try (Log log = open()) {
      Thread.currentThread().interrupt();
      TestRecord record = append(log, 1, 100, Durability.SYNC);
      log.awaitDurable(record.lsn());
      assertThat(log.durableLsn()).isGreaterThan(record.lsn());
      assertThat(Thread.interrupted()).isTrue();
      assertThat(log.failed()).isFalse();
    }
  }

  @Test
  void anInterruptDoesNotEndTheWaitForSpace() throws Exception {
    try (Log log = open()) {
      long open = log.claim(8);
      while (log.claim(100) != CommitLog.NO_SPACE) {
        log.publishPadding(log.tail() - 128, 100);
      }
      FutureTask<Boolean> waiter =
          new FutureTask<>(() -> {
            log.awaitSpace(1000);
            return Thread.currentThread().isInterrupted();
          });
      Thread thread = Thread.ofPlatform().daemon().start(waiter);
      for (int index = 0; index < 20; index++) {
        thread.interrupt();
        Thread.sleep(1);
      }
      assertThat(waiter.isDone()).isFalse();
      log.publishPadding(open, 8);
      assertThat(waiter.get()).isTrue();
    }
  }

  /// LOG-14: everybody hears of it.
  @Test
  void aFailedSyncFailsEveryWaiter() throws Exception {
    Log log = open();
    files.shut();
    disk.fail(FileOperation.SYNC, 1, Errno.EIO);
    List<FutureTask<Void>> waiters = new ArrayList<>();
    waiters.add(commit(log, false));
    files.arrived.acquire();
    for (int index = 0; index < 10; index++) {
      waiters.add(commit(log, index % 2 == 0));
    }
    files.open();
    for (FutureTask<Void> waiter : waiters) {
      assertThatThrownBy(waiter::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(LogFailedException.class);
    }
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
  }

  /// LOG-1: a sync that meets a record that is claimed and not yet published waits for it.
  @Test
  void aCommitWaitsForTheRecordsBeforeIt() throws Exception {
    try (Log log = open()) {
      long slow = log.claim(100);
      FutureTask<Void> behind = commit(log, false);
      Thread.sleep(20);
      assertThat(behind.isDone()).isFalse();
      assertThat(log.durableLsn()).isLessThanOrEqualTo(slow);
      log.publishPadding(slow, 100);
      behind.get();
    }
  }

  @Test
  void theIntervalIsKeptWithoutAnybodyWaiting() throws Exception {
    options = options.withIntervalNanos(20_000_000);
    try (Log log = open()) {
      for (int index = 0; index < 20; index++) {
        TestRecord record = append(log, index, 100, Durability.INTERVAL);
        while (log.durableLsn() <= record.lsn()) {
          Thread.sleep(1);
        }
      }
    }
  }

  /// LOG-9: room is handed out only after it was zeroed. An appender that never sleeps takes it the
  /// moment it is free.
  @Test
  void aPlaceIsZeroWhenItIsClaimed() throws Exception {
    options = options.withSizes(4 << 20, 1 << 20);
    try (Log log = open()) {
      FutureTask<Void> appender =
          start(
              false,
              () -> {
                for (int index = 0; index < 40_000; index++) {
                  long lsn = log.claim(200);
                  while (lsn == CommitLog.NO_SPACE) {
                    Thread.onSpinWait();
                    lsn = log.claim(200);
                  }
                  long address = log.payloadAddress(lsn);
                  for (int offset = 0; offset < 200; offset += Long.BYTES) {
                    if (Memory.getLong(address + offset) != 0) {
                      log.publishPadding(lsn, 200);
                      throw new AssertionError("LOG-9: old bytes at " + lsn);
                    }
                    Memory.putLong(address + offset, -1);
                  }
                  log.publish(lsn, 200, RecordType.MUTATION, Durability.NONE);
                }
              });
      while (!appender.isDone()) {
        log.flush();
      }
      appender.get();
    }
  }

  /// LOG-15: when each commit is of one record, it is the padding that passes into the next quarter
  /// of the ring, never a claim. The flusher hears of that too, and has the next segment ready.
  @Test
  void commitsOfOneRecordGetTheirNextSegment() throws Exception {
    options = options.withSizes(64 << 10, 64 << 10);
    try (Log log = open()) {
      while (log.tail() < 5 * (64 << 10)) {
        long lsn = log.claim(100);
        while (lsn == CommitLog.NO_SPACE) {
          // not awaitSpace, which would wake the flusher
          Thread.onSpinWait();
          lsn = log.claim(100);
        }
        log.publish(lsn, 100, RecordType.MUTATION, Durability.SYNC);
        log.awaitDurable(lsn);
      }
    }
  }

  @Test
  void whatIsRequestedBecomesDurableWithoutAWait() throws Exception {
    try (Log log = open()) {
      for (int index = 0; index < 200; index++) {
        TestRecord record = append(log, index, 100, Durability.NONE);
        log.requestDurable(record.lsn());
        while (log.durableLsn() <= record.lsn()) {
          Thread.onSpinWait();
        }
      }
      long batches = log.stats().batchCount();
      log.requestDurable(log.tail() - 1);
      assertThat(log.stats().batchCount()).isEqualTo(batches);
    }
  }

  /// More waiters than there are places for sleepers.
  @Test
  void moreWaitersThanPlaces() throws Exception {
    options = options.withSizes(1 << 20, 1 << 20);
    try (Log log = open()) {
      files.shut();
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < Waiters.CAPACITY + 500; thread++) {
        tasks.add(commit(log, true));
      }
      Thread.sleep(20);
      files.open();
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
    }
  }

  @Test
  void closingLeavesNoThreadBehind() throws Exception {
    Log log = open();
    append(log, 1, 100, Durability.NONE);
    log.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("basalt-log-flusher"));
    List<TestRecord> replayed = new ArrayList<>();
    Log again = open(replayed);
    assertThat(replayed).hasSize(1);
    Thread.currentThread().interrupt();
    again.close();
    assertThat(Thread.interrupted()).isTrue();
  }
}
