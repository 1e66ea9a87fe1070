package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;

/// What is appended is what is replayed, through wraps of the ring, ends of segments, generations
/// and changed options.
class LogReplayTest {
  private final Disk disk = new Disk(1);

  @Test
  void anEmptyDirectoryBecomesAnEmptyLog() throws Exception {
    try (Log log = disk.open().log()) {
      assertThat(log.recovery())
          .isEqualTo(new LogRecovery(LogVerdict.CLEAN, true, 0, Disk.SEGMENT_BYTES, 0, 1));
      assertThat(log.tail()).isEqualTo(log.durableLsn()).isGreaterThan(0);
      assertThat(log.lastSyncLsn()).isLessThanOrEqualTo(log.durableLsn());
    }
  }

  @Test
  void aRecordComesBackWithEverythingThatWasSaidOfIt() throws Exception {
    List<TestRecord> written = new ArrayList<>();
    Disk.Opened first = disk.open();
    for (byte type = RecordType.MUTATION; type <= RecordType.ABORT; type++) {
      for (Durability durability : Durability.values()) {
        byte flags = durability == Durability.NONE ? 0 : RecordLayout.COMMIT_FLAG;
        written.add(first.append(written.size(), 8 + written.size(), type, flags, durability));
      }
    }
    first.log().close();
    Disk.Opened second = disk.open();
    assertThat(second.replayed()).isEqualTo(written);
    assertThat(second.log().recovery().recordCount()).isEqualTo(written.size());
    second.log().close();
  }

  @Test
  void anEmptyPayloadIsARecordToo() throws Exception {
    Log first = disk.open().log();
    long lsn = first.claim(0);
    first.publish(lsn, 0, RecordType.COMMIT, Durability.SYNC);
    first.close();
    List<Long> replayed = new ArrayList<>();
    Log.openWithoutFlusher(
            disk.options,
            new Seam(disk.clock, disk.files, () -> 0),
            (at, type, flags, durability, address, bytes) -> {
              assertThat(bytes).isZero();
              assertThat(type).isEqualTo(RecordType.COMMIT);
              replayed.add(at);
            })
        .close();
    assertThat(replayed).containsExactly(lsn);
  }

  @Test
  void recordsOfEveryLengthPassThroughWrapsAndSegments() throws Exception {
    SplittableRandom random = new SplittableRandom(7);
    List<TestRecord> written = new ArrayList<>();
    for (int generation = 0; generation < 6; generation++) {
      Disk.Opened opened = disk.open();
      assertThat(opened.replayed()).isEqualTo(written);
      assertThat(opened.log().recovery().generation()).isEqualTo(generation + 1);
      assertThat(opened.log().recovery().closedInOrder()).isTrue();
      assertThat(opened.log().recovery().verdict()).isEqualTo(LogVerdict.CLEAN);
      for (int index = 0; index < 200; index++) {
        int bytes = random.nextInt(8, 1 << random.nextInt(4, 13));
        Durability durability = Durability.ofCode(random.nextInt(3));
        TestRecord record = opened.append(written.size(), bytes, durability);
        assertThat(record.lsn() % RecordLayout.ALIGNMENT_BYTES).isZero();
        written.add(record);
        if (durability == Durability.SYNC) {
          opened.log().awaitDurable(record.lsn());
        }
      }
      opened.log().close();
    }
    assertThat(disk.files.list(Disk.DIRECTORY).size()).isGreaterThan(3);
    assertThat(written).isSortedAccordingTo((left, right) -> Long.compare(left.lsn(), right.lsn()));
  }

  @Test
  void theLongestPayloadAlwaysFindsRoom() throws Exception {
    int longest = disk.open().log().maxPayloadBytes();
    assertThat(longest).isEqualTo(Disk.BUFFER_BYTES / 2);
    disk.files.restart(2);
    List<TestRecord> written = new ArrayList<>();
    Disk.Opened opened = disk.open();
    for (int index = 0; index < 60; index++) {
      written.add(opened.append(written.size(), 8 + 100 * index, Durability.NONE));
      written.add(opened.append(written.size(), longest, Durability.NONE));
    }
    opened.log().close();
    Disk.Opened second = disk.open();
    assertThat(second.replayed()).isEqualTo(written);
    second.log().close();
  }

  @Test
  void payloadsOutOfRangeAreRefused() throws Exception {
    try (Log log = disk.open().log()) {
      long tail = log.tail();
      assertThatThrownBy(() -> log.claim(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.claim(log.maxPayloadBytes() + 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected 0 to 8192");
      assertThatThrownBy(() -> log.awaitSpace(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.awaitDurable(tail + 8))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(log.tail()).isEqualTo(tail);
    }
  }

  /// LOG-1: a claim that finds no room leaves no trace.
  @Test
  void noSpaceChangesNothing() throws Exception {
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    int count = 0;
    while (log.claim(1000) != CommitLog.NO_SPACE) {
      count++;
    }
    assertThat(count).isEqualTo(Disk.BUFFER_BYTES / 1024);
    long tail = log.tail();
    LogStats stats = log.stats();
    assertThat(log.claim(1000)).isEqualTo(CommitLog.NO_SPACE);
    assertThat(log.claim(log.maxPayloadBytes())).isEqualTo(CommitLog.NO_SPACE);
    assertThat(log.tail()).isEqualTo(tail);
    assertThat(log.stats()).isEqualTo(stats);
  }

  @Test
  void aClaimThatIsGivenUpLeavesPadding() throws Exception {
    Disk.Opened first = disk.open();
    TestRecord before = first.append(1, 100, Durability.SYNC);
    for (int bytes : new int[] {0, 7, 8, 1000}) {
      long abandoned = first.log().claim(bytes);
      first.log().publishPadding(abandoned, bytes);
    }
    TestRecord after = first.append(2, 100, Durability.SYNC);
    first.log().close();
    Disk.Opened second = disk.open();
    assertThat(second.replayed()).containsExactly(before, after);
    second.log().close();
  }

  @Test
  void replayBeginsWhereItIsToldTo() throws Exception {
    Disk.Opened first = disk.open();
    List<TestRecord> written = new ArrayList<>();
    for (int index = 0; index < 300; index++) {
      written.add(first.append(index, 1000, Durability.INTERVAL));
    }
    first.log().close();
    for (int from : new int[] {0, 1, 150, 299}) {
      disk.options = disk.options.withReplayFromLsn(written.get(from).lsn());
      Disk.Opened again = disk.open();
      assertThat(again.replayed()).isEqualTo(written.subList(from, written.size()));
      assertThat(again.log().recovery().startLsn()).isEqualTo(written.get(from).lsn());
      again.log().close();
    }
  }

  @Test
  void otherSizesGoOnInANewSegment() throws Exception {
    List<TestRecord> written = new ArrayList<>();
    int[][] sizes = {
      {64 << 10, 16 << 10}, {32 << 10, 32 << 10}, {256 << 10, 16 << 10}, {64 << 10, 64 << 10}
    };
    for (int round = 0; round < 8; round++) {
      int[] size = sizes[round % sizes.length];
      disk.options = disk.options.withSizes(size[0], size[1]);
      Disk.Opened opened = disk.open();
      assertThat(opened.replayed()).isEqualTo(written);
      for (int index = 0; index < 100; index++) {
        written.add(opened.append(written.size(), 500, Durability.INTERVAL));
      }
      opened.log().close();
    }
  }

  @Test
  void openingManyTimesTakesABlockOrTwoEachTime() throws Exception {
    disk.openAndClose();
    for (int index = 0; index < 40; index++) {
      disk.openAndClose();
    }
    // generation record and closing mark of 41 opens: 82 blocks in segments of 16
    assertThat(disk.files.list(Disk.DIRECTORY)).hasSize(6);
  }

  /// LOG-2, LOG-3: what a lone commit costs is one write and one sync.
  @Test
  void aCommitIsOneWriteAndOneSync() throws Exception {
    try (Log log = disk.open().log()) {
      Disk.Opened opened = new Disk.Opened(log, List.of());
      for (int index = 0; index < 10; index++) {
        long writes = disk.files.count(FileOperation.WRITE);
        long syncs = disk.files.count(FileOperation.SYNC);
        long all = disk.files.count();
        TestRecord record = opened.appendDurably(index, 130);
        assertThat(log.durableLsn()).isGreaterThan(record.lsn()).isEqualTo(log.tail());
        assertThat(disk.files.count(FileOperation.WRITE) - writes).isEqualTo(1);
        assertThat(disk.files.count(FileOperation.SYNC) - syncs).isEqualTo(1);
        assertThat(disk.files.count() - all).isEqualTo(2);
        log.awaitDurable(record.lsn());
        log.awaitDurable(log.endLsn(record.lsn(), 130));
        log.flush();
        assertThat(disk.files.count() - all).isEqualTo(2);
      }
      assertThat(log.stats().batchCount()).isEqualTo(10);
      assertThat(log.stats().writtenBytes()).isEqualTo(10 * RecordLayout.BLOCK_BYTES);
    }
  }

  @Test
  void durabilityDecidesWhatIsSyncedAndWhen() throws Exception {
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    TestRecord none = opened.append(1, 100, Durability.NONE);
    disk.clock.advance(disk.options.intervalNanos());
    opened.work();
    assertThat(log.durableLsn()).isLessThanOrEqualTo(none.lsn());
    assertThat(log.lastSyncLsn()).isLessThanOrEqualTo(log.durableLsn());

    TestRecord interval = opened.append(2, 100, Durability.INTERVAL);
    opened.work();
    assertThat(log.durableLsn()).isLessThanOrEqualTo(none.lsn());
    disk.clock.advance(disk.options.intervalNanos() / 2);
    opened.work();
    assertThat(log.durableLsn()).isGreaterThan(interval.lsn());
    long syncs = disk.files.count(FileOperation.SYNC);
    disk.clock.advance(disk.options.intervalNanos());
    opened.work();
    assertThat(disk.files.count(FileOperation.SYNC)).isEqualTo(syncs);

    TestRecord sync = opened.append(3, 100, Durability.SYNC);
    assertThat(log.lastSyncLsn()).isEqualTo(log.endLsn(sync.lsn(), 100));
    assertThat(log.durableLsn()).isLessThan(log.lastSyncLsn());
    log.awaitDurable(sync.lsn());
    assertThat(log.durableLsn()).isGreaterThanOrEqualTo(log.lastSyncLsn());
    log.close();
  }

  /// Without sync: the ring is emptied as it fills, and only ends of segments are synced.
  @Test
  void noneIsWrittenWhenTheRingFills() throws Exception {
    Disk.Opened opened = disk.open();
    long syncs = disk.files.count(FileOperation.SYNC);
    long durable = opened.log().durableLsn();
    for (int index = 0; index < 8; index++) {
      opened.append(index, 1000, Durability.NONE);
    }
    opened.work();
    assertThat(opened.log().stats().writtenBytes()).isEqualTo(8192);
    assertThat(disk.files.count(FileOperation.SYNC)).isEqualTo(syncs);
    assertThat(opened.log().durableLsn()).isEqualTo(durable);
    opened.log().close();
    assertThat(disk.open().replayed()).hasSize(8);
  }

  @Test
  void aClosedLogRefusesEverything() throws Exception {
    Log log = disk.open().log();
    long tail = log.tail();
    log.close();
    log.close();
    assertThatThrownBy(() -> log.claim(8))
        .isInstanceOf(LogClosedException.class)
        .hasMessageContaining(Disk.DIRECTORY.toString());
    assertThatThrownBy(() -> log.awaitSpace(8)).isInstanceOf(LogClosedException.class);
    assertThat(log.tail()).isGreaterThanOrEqualTo(tail);
    assertThat(disk.budget.used()).isZero();
  }

  @Test
  void theMemoryOfTheRingIsAccounted() throws Exception {
    Log log = disk.open().log();
    assertThat(disk.budget.used(MemoryBudget.Owner.LOG)).isGreaterThanOrEqualTo(Disk.BUFFER_BYTES);
    log.close();
    assertThat(disk.budget.used()).isZero();
  }
}
