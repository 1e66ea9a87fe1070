package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The log on the files of this machine; run once more in portable mode.
@Tag("files")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LogFilesTest {
  private static final int SEGMENT_BYTES = 1 << 20;

  @TempDir private Path directory;

  private LogOptions options() {
    return LogOptions.of(directory.resolve("log"), Disk.DATABASE, new MemoryBudget(Long.MAX_VALUE))
        .withSizes(SEGMENT_BYTES, 256 << 10)
        .withIntervalNanos(10_000_000);
  }

  private Log open(List<TestRecord> replayed) throws IOException {
    return Log.open(
        options(),
        Seam.system(),
        (lsn, type, flags, durability, address, bytes) ->
            replayed.add(TestRecord.read(lsn, type, flags, durability, address, bytes)));
  }

  private static TestRecord append(Log log, long sequence, Durability durability) {
    int bytes = 8 + (int) (sequence * 37 % 3000);
    long lsn = log.claim(bytes);
    while (lsn == CommitLog.NO_SPACE) {
      log.awaitSpace(bytes);
      lsn = log.claim(bytes);
    }
    TestRecord record =
        new TestRecord(
            lsn, sequence, bytes, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, durability);
    record.write(log.payloadAddress(lsn));
    log.publish(lsn, bytes, record.type(), durability);
    return record;
  }

  @Test
  void everythingComesBackOverGenerationsAndSegments() throws Exception {
    List<TestRecord> written = new ArrayList<>();
    for (int generation = 0; generation < 4; generation++) {
      List<TestRecord> replayed = new ArrayList<>();
      try (Log log = open(replayed)) {
        assertThat(replayed).isEqualTo(written);
        assertThat(log.recovery().verdict()).isEqualTo(LogVerdict.CLEAN);
        for (int index = 0; index < 500; index++) {
          Durability durability = index % 50 == 0 ? Durability.SYNC : Durability.INTERVAL;
          TestRecord record = append(log, written.size(), durability);
          written.add(record);
          if (durability == Durability.SYNC) {
            log.awaitDurable(record.lsn());
          }
        }
      }
    }
    assertThat(written.getLast().lsn()).isGreaterThan(3 * SEGMENT_BYTES);
  }

  @Test
  void committersShareSyncs() throws Exception {
    int threads = 6;
    int perThread = 50;
    try (Log log = open(new ArrayList<>())) {
      List<FutureTask<Void>> tasks = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        long first = (long) thread * perThread;
        FutureTask<Void> task =
            new FutureTask<>(() -> {
              for (long sequence = first; sequence < first + perThread; sequence++) {
                log.awaitDurable(append(log, sequence, Durability.SYNC).lsn());
              }
              return null;
            });
        tasks.add(task);
        Thread.ofPlatform().daemon().start(task);
      }
      for (FutureTask<Void> task : tasks) {
        task.get();
      }
      assertThat(log.stats().batchCount()).isLessThanOrEqualTo((long) threads * perThread);
    }
    List<TestRecord> replayed = new ArrayList<>();
    open(replayed).close();
    assertThat(replayed.stream().map(TestRecord::sequence))
        .doesNotHaveDuplicates()
        .hasSize(threads * perThread);
  }

  /// An interrupt, which closes a channel of the JDK for good, harms neither leader nor file.
  @Test
  void interruptedCommittersHarmNothing() throws Exception {
    List<TestRecord> written = new ArrayList<>();
    try (Log log = open(new ArrayList<>())) {
      for (int index = 0; index < 20; index++) {
        Thread.currentThread().interrupt();
        TestRecord record = append(log, index, Durability.SYNC);
        written.add(record);
        log.awaitDurable(record.lsn());
        assertThat(log.durableLsn()).isGreaterThan(record.lsn());
      }
      assertThat(Thread.interrupted()).isTrue();
    }
    List<TestRecord> replayed = new ArrayList<>();
    open(replayed).close();
    assertThat(replayed).isEqualTo(written);
  }

  @Test
  void recycledFilesAreUsedAgain() throws Exception {
    TestRecord last;
    try (Log log = open(new ArrayList<>())) {
      last = append(log, 0, Durability.INTERVAL);
      for (int index = 1; index < 5_000; index++) {
        last = append(log, index, Durability.INTERVAL);
        if (index % 400 == 399) {
          log.flush();
          log.recycleBefore(last.lsn());
        }
      }
      assertThat(log.stats().recycledSegmentCount()).isPositive();
    }
    List<TestRecord> replayed = new ArrayList<>();
    long from = last.lsn();
    Log.open(
            options().withReplayFromLsn(from),
            Seam.system(),
            (lsn, type, flags, durability, address, bytes) ->
                replayed.add(TestRecord.read(lsn, type, flags, durability, address, bytes)))
        .close();
    assertThat(replayed).containsExactly(last);
  }

  @Test
  void aTruncatedFileIsCorruption() throws Exception {
    try (Log log = open(new ArrayList<>())) {
      log.awaitDurable(append(log, 1, Durability.SYNC).lsn());
    }
    Path segment =
        options().directory().resolve(SegmentLayout.fileName(1, SegmentLayout.SEGMENT_SUFFIX));
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.setLength(10_000);
    }
    assertThatThrownBy(() -> open(new ArrayList<>()))
        .isInstanceOf(LogCorruptException.class)
        .hasMessageContaining(segment.toString())
        .hasMessageContaining("a file of 10000 bytes");
  }
}
