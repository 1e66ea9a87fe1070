package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.file.fault.PowerOffException;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.Test;

/// Segments that are let go, kept, and used again (SEG-1, SEG-2).
class LogRecyclingTest {
  private final Disk disk = new Disk(1);
  private final List<TestRecord> written = new ArrayList<>();

  private void append(Disk.Opened opened, int count) {
    for (int index = 0; index < count; index++) {
      written.add(opened.append(written.size(), 1000, Durability.INTERVAL));
    }
    opened.log().flush();
    opened.work();
  }

  /// Gives up what is below the newest record, and forgets it.
  private void recycle(Disk.Opened opened) {
    long from = written.getLast().lsn();
    disk.options = disk.options.withReplayFromLsn(from);
    long first = opened.log().recycleBefore(from);
    assertThat(first).isLessThanOrEqualTo(from).isGreaterThan(from - Disk.SEGMENT_BYTES);
    written.removeIf(record -> record.lsn() < from);
  }

  @Test
  void aLogThatIsRecycledStaysSmall() throws Exception {
    Disk.Opened opened = disk.open();
    for (int round = 0; round < 20; round++) {
      append(opened, 100);
      recycle(opened);
      assertThat(disk.files.list(Disk.DIRECTORY).size()).isLessThanOrEqualTo(5);
    }
    LogStats stats = opened.log().stats();
    assertThat(stats.recycledSegmentCount()).isGreaterThan(20);
    assertThat(stats.createdSegmentCount()).isLessThan(10);
    assertThat(stats.liveSegmentCount()).isEqualTo(1);
    assertThat(stats.spareSegmentCount()).isEqualTo(disk.options.spareSegmentCount());
    append(opened, 10);
    opened.log().close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  /// Two replays may be possible, from a newer position and from an older one: an open that replays
  /// from the newer keeps what the older needs.
  @Test
  void whatIsToBeKeptIsKeptThoughItIsNotReplayed() throws Exception {
    Disk.Opened opened = disk.open();
    append(opened, 300);
    long older = written.get(50).lsn();
    opened.log().recycleBefore(older);
    opened.log().close();
    for (int open = 0; open < 3; open++) {
      disk.options = disk.options.withReplayFromLsn(written.getLast().lsn()).withKeepFromLsn(older);
      opened = disk.open();
      assertThat(opened.replayed()).hasSize(1);
      append(opened, 20);
      opened.log().close();
    }
    written.removeIf(record -> record.lsn() < older);
    disk.options = disk.options.withReplayFromLsn(older).withKeepFromLsn(0);
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  /// LOG-4: a recycled segment is full of records of this very generation, at the same places in
  /// the file, with good checksums; none is taken for a record of its new life.
  @Test
  void oldRecordsInARecycledSegmentNeverReturn() throws Exception {
    Disk.Opened opened = disk.open();
    for (int round = 0; round < 6; round++) {
      append(opened, 130);
      recycle(opened);
      append(opened, 3);
      disk.files.restart(round);
      opened = disk.open();
      assertThat(opened.replayed()).isEqualTo(written);
      assertThat(opened.log().recovery().verdict()).isEqualTo(LogVerdict.CLEAN);
    }
  }

  /// SEG-1: the process is killed between the rename of a segment and the sync of the directory.
  /// The next one must not write a new header into the file before its name is durable: after a
  /// power cut the old name would stand over the new header.
  @Test
  void namesThatAKilledProcessLeftAreMadeDurableFirst() throws Exception {
    for (int operations = 0; operations < 24; operations++) {
      for (int seed = 0; seed < 4; seed++) {
        Disk killed = new Disk(seed);
        Disk.Opened opened = killed.open();
        TestRecord last = null;
        for (int index = 0; index < 95; index++) {
          last = opened.append(index, 1000, Durability.INTERVAL);
          opened.work();
        }
        opened.log().flush();
        long from = opened.log().durableLsn() - Disk.SEGMENT_BYTES / 2;
        killed.files.failFrom(FileOperation.SYNC_DIRECTORY, 1, Errno.EIO);
        assertThatThrownBy(() -> opened.log().recycleBefore(from))
            .isInstanceOf(UncheckedIOException.class);
        killed.files.failFrom(FileOperation.WRITE, 1, Errno.EIO);
        assertThatThrownBy(opened.log()::close).isInstanceOf(LogFailedException.class);
        killed.files.heal();

        killed.options = killed.options.withReplayFromLsn(from);
        Disk.Opened next = killed.open();
        killed.files.cutPowerAfter(operations);
        try {
          for (int index = 0; index < 20; index++) {
            next.append(index, 1000, Durability.INTERVAL);
            next.work();
          }
          next.log().flush();
        } catch (LogFailedException | LogFullException powerIsOff) {
          assertThat(powerIsOff).hasRootCauseInstanceOf(PowerOffException.class);
        }
        killed.files.restart(seed);
        assertThat(killed.open().replayed()).contains(last);
      }
    }
  }

  /// The file is not filled with zeroes again: a header, and the rename.
  @Test
  void aSpareIsReadyAtOnce() throws Exception {
    Disk.Opened opened = disk.open();
    append(opened, 200);
    recycle(opened);
    long created = opened.log().stats().createdSegmentCount();
    append(opened, 40);
    long writes = disk.files.count(FileOperation.WRITE);
    long batches = opened.log().stats().batchCount();
    long recycled = opened.log().stats().recycledSegmentCount();
    append(opened, 20);
    assertThat(opened.log().stats().createdSegmentCount()).isEqualTo(created);
    long prepared = opened.log().stats().recycledSegmentCount() - recycled;
    assertThat(disk.files.count(FileOperation.WRITE) - writes)
        .isLessThanOrEqualTo(20 + 2 * (opened.log().stats().batchCount() - batches) + prepared);
  }

  @Test
  void theSegmentThatIsWrittenIsNeverLetGo() throws Exception {
    Disk.Opened opened = disk.open();
    append(opened, 10);
    long first = opened.log().recycleBefore(opened.log().durableLsn());
    assertThat(first).isEqualTo(Disk.SEGMENT_BYTES);
    assertThat(opened.log().stats().liveSegmentCount()).isEqualTo(1);
    opened.log().close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  @Test
  void whatIsNotOnDiskCannotBeGivenUp() throws Exception {
    Disk.Opened opened = disk.open();
    TestRecord record = opened.append(1, 100, Durability.NONE);
    assertThatThrownBy(() -> opened.log().recycleBefore(record.lsn() + 8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected at most " + record.lsn());
  }

  @Test
  void withoutSparesFilesAreDeleted() throws Exception {
    disk.options = disk.options.withSpareSegmentCount(0);
    Disk.Opened opened = disk.open();
    append(opened, 300);
    recycle(opened);
    assertThat(opened.log().stats().spareSegmentCount()).isZero();
    assertThat(disk.files.list(Disk.DIRECTORY)).hasSizeLessThanOrEqualTo(2);
    opened.log().close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  @Test
  void sparesOfAnotherLengthAreDeletedAtOpen() throws Exception {
    Disk.Opened opened = disk.open();
    append(opened, 300);
    recycle(opened);
    assertThat(opened.log().stats().spareSegmentCount()).isEqualTo(2);
    opened.log().close();
    disk.options = disk.options.withSizes(2 * Disk.SEGMENT_BYTES, Disk.BUFFER_BYTES);
    Disk.Opened again = disk.open();
    assertThat(again.replayed()).isEqualTo(written);
    assertThat(again.log().stats().spareSegmentCount()).isZero();
    again.log().close();
  }

  /// LOG-19: at the limit claims wait, and are told if it is of no use; as soon as segments are let
  /// go there is room.
  @Test
  void aLogThatIsAsLongAsItMayBeWaitsForSegmentsToBeLetGo() throws Exception {
    long most = 5 * SegmentLayout.fileBytes(Disk.SEGMENT_BYTES) + 100;
    disk.options = disk.options.withMaxBytes(most);
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    for (int round = 0; round < 10; round++) {
      while (true) {
        long lsn = log.claim(1000);
        if (lsn == CommitLog.NO_SPACE && log.awaitsRecycling()) {
          break;
        }
        if (lsn == CommitLog.NO_SPACE) {
          log.flush();
        } else {
          TestRecord record =
              new TestRecord(
                  lsn,
                  written.size(),
                  1000,
                  RecordType.MUTATION,
                  RecordLayout.COMMIT_FLAG,
                  Durability.NONE);
          record.write(log.payloadAddress(lsn));
          log.publish(lsn, 1000, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, Durability.NONE);
          written.add(record);
        }
        opened.work();
        assertThat(log.stats().fileBytes()).isEqualTo(sizeOfFiles()).isLessThanOrEqualTo(most);
      }
      assertThat(log.stats().fileBytes()).isGreaterThan(most - Disk.SEGMENT_BYTES);
      log.flush();
      log.recyclingFailed(new IOException("a disk that is broken"));
      assertThatThrownBy(() -> log.claim(1000))
          .isInstanceOf(LogFullException.class)
          .hasMessageContaining("a disk that is broken")
          .hasMessageContaining("expected at most " + most + " bytes");
      assertThatThrownBy(() -> log.awaitSpace(1000)).isInstanceOf(LogFullException.class);
      recycle(opened);
      assertThat(log.awaitsRecycling()).isFalse();
      opened.work();
      log.awaitSpace(1000);
    }
    log.close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  private long sizeOfFiles() throws IOException {
    long sum = 0;
    for (Path file : disk.files.list(Disk.DIRECTORY)) {
      sum += disk.files.size(file);
    }
    return sum;
  }
}
