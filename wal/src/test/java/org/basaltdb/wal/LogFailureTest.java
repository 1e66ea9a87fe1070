package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Writes and syncs that fail, and a disk that is full.
class LogFailureTest {
  private final Disk disk = new Disk(1);

  /// LOG-14: it is final, nothing is tried again, and what was acknowledged is there.
  @ParameterizedTest
  @EnumSource(names = {"WRITE", "SYNC"})
  void aFailedWriteOrSyncIsFinal(FileOperation operation) throws Exception {
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    TestRecord acknowledged = opened.appendDurably(1, 100);
    TestRecord lost = opened.append(2, 100, Durability.SYNC);
    disk.files.fail(operation, 1, Errno.EIO);

    assertThatThrownBy(() -> log.awaitDurable(lost.lsn()))
        .isInstanceOf(LogFailedException.class)
        .hasRootCauseInstanceOf(FileErrorException.class)
        .hasMessageContaining("EIO")
        .hasMessageContaining(Disk.DIRECTORY.toString());
    assertThat(log.failed()).isTrue();
    long operations = disk.files.count();
    long durable = log.durableLsn();
    assertThat(durable).isLessThanOrEqualTo(lost.lsn());

    log.awaitDurable(acknowledged.lsn());
    assertThatThrownBy(() -> log.awaitDurable(lost.lsn())).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.claim(8)).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(log::flush).isInstanceOf(LogFailedException.class);
    disk.clock.advance(disk.options.intervalNanos());
    opened.work();
    assertThat(log.durableLsn()).isEqualTo(durable);
    assertThat(disk.files.count()).isEqualTo(operations);
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    log.close();
    assertThat(disk.budget.used()).isZero();

    disk.files.restart(5);
    assertThat(disk.open().replayed()).startsWith(acknowledged);
  }

  /// LOG-16: the next open finds in the page cache what the failed sync left there, and nobody will
  /// write it any more.
  @Test
  void whatWasReadAfterAFailedSyncIsOnDiskOnceTheLogIsOpen() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      Disk failing = new Disk(seed);
      Disk.Opened opened = failing.open();
      List<TestRecord> written = new ArrayList<>();
      for (int index = 0; index < 1 + seed % 5; index++) {
        written.add(opened.appendDurably(index, 100 + 1000 * index));
      }
      TestRecord doubtful = opened.append(99, seed % 5 * 1500 + 8, Durability.SYNC);
      failing.files.fail(FileOperation.SYNC, 1, Errno.EIO);
      assertThatThrownBy(() -> opened.log().awaitDurable(doubtful.lsn()))
          .isInstanceOf(LogFailedException.class);
      assertThatThrownBy(opened.log()::close).isInstanceOf(LogFailedException.class);

      Disk.Opened again = failing.open();
      assertThat(again.replayed()).startsWith(written.toArray(TestRecord[]::new));
      List<TestRecord> expected = new ArrayList<>(again.replayed());
      expected.add(again.appendDurably(100, 100));
      failing.files.restart(seed);
      assertThat(failing.open().replayed()).as("seed %d", seed).isEqualTo(expected);
    }
  }

  /// LOG-1: what was claimed and could not be published is padding, not a hole that every commit
  /// behind it waits for.
  @Test
  @Timeout(60)
  @SuppressWarnings("NullAway") // the null is what cannot be published
  void aThrowableWhilePublishingLeavesNoHole() throws Exception {
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    TestRecord before = opened.append(1, 100, Durability.NONE);
    for (int payloadBytes : new int[] {0, 3, 100, 5000}) {
      long lsn = log.claim(payloadBytes);
      Memory.fill(log.payloadAddress(lsn), payloadBytes, (byte) -1);
      assertThatThrownBy(() ->
              log.publish(lsn, payloadBytes, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, null))
          .isInstanceOf(NullPointerException.class);
    }
    TestRecord after = opened.appendDurably(2, 100);
    log.close();
    assertThat(disk.open().replayed()).containsExactly(before, after);
  }

  @Test
  void awaitingSpaceEndsWithTheFailure() throws Exception {
    Disk.Opened opened = disk.open();
    while (opened.log().claim(1000) != CommitLog.NO_SPACE) {
      opened.log().publishPadding(opened.log().tail() - 1024, 1000);
    }
    disk.files.failFrom(FileOperation.WRITE, 1, Errno.EIO);
    assertThatThrownBy(() -> opened.log().awaitSpace(1000)).isInstanceOf(LogFailedException.class);
  }

  /// Whatever fails where one segment ends and the next begins, no descriptor stays open.
  @Test
  void aSegmentSwitchThatFailsLeavesNoFileOpen() throws Exception {
    for (FileOperation operation : new FileOperation[] {FileOperation.SYNC, FileOperation.WRITE}) {
      Disk failing = new Disk(1);
      CountedOpens opens = new CountedOpens(failing.files);
      Disk.Opened opened = failing.open(opens.layer());
      while (opened.log().tail() < 2 * Disk.SEGMENT_BYTES - 2 * RecordLayout.BLOCK_BYTES) {
        opened.appendDurably(1, 1000);
        opened.work();
      }
      while (opened.log().tail() < 2 * Disk.SEGMENT_BYTES + RecordLayout.BLOCK_BYTES) {
        opened.append(2, 1000, Durability.SYNC);
      }
      assertThat(opened.log().stats().durableLsn()).isLessThan(2 * Disk.SEGMENT_BYTES);
      failing.files.failFrom(operation, 1, Errno.EIO);
      assertThatThrownBy(opened.log()::close).isInstanceOf(LogFailedException.class);
      assertThat(opens.count()).as("%s failed", operation).isZero();
    }
  }

  @Test
  void aFailureInTheFlusherIsSeenByTheNextClaim() throws Exception {
    Disk.Opened opened = disk.open();
    opened.append(1, 100, Durability.INTERVAL);
    disk.files.fail(FileOperation.SYNC, 1, Errno.EIO);
    disk.clock.advance(disk.options.intervalNanos());
    opened.work();
    assertThat(opened.log().failed()).isTrue();
    assertThatThrownBy(() -> opened.log().claim(8)).isInstanceOf(LogFailedException.class);
  }

  @Test
  void aFailedCloseSaysSo() throws Exception {
    Disk.Opened opened = disk.open();
    opened.append(1, 100, Durability.NONE);
    disk.files.fail(FileOperation.WRITE, 1, Errno.EIO);
    assertThatThrownBy(opened.log()::close).isInstanceOf(LogFailedException.class);
    assertThat(disk.budget.used()).isZero();
  }

  /// LOG-10: a full disk refuses claims, and loses nothing that was claimed before.
  @ParameterizedTest
  @EnumSource
  void aFullDiskRefusesClaimsAndLosesNothing(Durability durability) throws Exception {
    List<TestRecord> written = new ArrayList<>();
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    disk.files.limitBytes(
        SegmentLayout.fileBytes(Disk.SEGMENT_BYTES) + 3 * RecordLayout.BLOCK_BYTES);
    assertThatThrownBy(
            () -> {
              while (written.size() < 1000) {
                written.add(opened.append(written.size(), 1000, durability));
              }
            })
        .isInstanceOf(LogFullException.class)
        .hasMessageContaining("ENOSPC")
        .hasMessageContaining("expected " + Disk.SEGMENT_BYTES + " free bytes");
    assertThat(written).hasSizeGreaterThan(50);
    assertThat(log.failed()).isFalse();
    log.flush();
    assertThat(log.durableLsn()).isEqualTo(log.tail());
    long tail = log.tail();
    assertThatThrownBy(() -> log.claim(8000)).isInstanceOf(LogFullException.class);
    assertThatThrownBy(() -> log.awaitSpace(8000)).isInstanceOf(LogFullException.class);
    assertThat(log.tail()).isEqualTo(tail);

    // there is space again, and nobody has to say so
    disk.files.heal();
    opened.work();
    assertThatThrownBy(() -> log.claim(8000)).isInstanceOf(LogFullException.class);
    disk.clock.advance(SegmentSupply.RETRY_NANOS);
    opened.work();
    written.add(opened.append(written.size(), 8000, durability));
    log.close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  /// Whatever step of it fails: nothing is lost, and what the failed preparation left is given back
  /// to the disk.
  @ParameterizedTest
  @EnumSource(names = {"OPEN", "WRITE", "SYNC", "RENAME", "SYNC_DIRECTORY"})
  void aSegmentThatCannotBePreparedIsTriedAgain(FileOperation operation) throws Exception {
    Disk.Opened opened = disk.open();
    Log log = opened.log();
    List<TestRecord> written = new ArrayList<>();
    while (log.tail() < Disk.SEGMENT_BYTES + Disk.SEGMENT_BYTES / 2) {
      written.add(opened.appendDurably(written.size(), 3000));
    }
    disk.files.failFrom(operation, 1, Errno.EIO);
    opened.work();
    assertThat(log.failed()).isFalse();
    assertThat(disk.files.list(Disk.DIRECTORY)).hasSizeLessThanOrEqualTo(2);
    disk.files.heal();
    while (log.claim(3000) != CommitLog.NO_SPACE) {
      log.publishPadding(log.tail() - log.endLsn(0, 3000), 3000);
      log.flush();
    }
    disk.clock.advance(SegmentSupply.RETRY_NANOS);
    written.add(opened.appendDurably(written.size(), 3000));
    log.close();
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  @Test
  void anOpenThatFailsLeavesNothingBehind() throws Exception {
    Disk.Opened opened = disk.open();
    TestRecord record = opened.appendDurably(1, 100);
    opened.log().close();
    for (int nth = 1; nth < 8; nth++) {
      for (FileOperation operation : FileOperation.values()) {
        disk.files.fail(operation, nth, Errno.EIO);
        try {
          Disk.Opened again = disk.open();
          disk.files.heal();
          assertThat(again.replayed()).containsExactly(record);
          again.log().close();
        } catch (IOException expected) {
          assertThat(expected).isInstanceOf(FileErrorException.class);
        }
        disk.files.heal();
        assertThat(disk.budget.used()).isZero();
      }
    }
    assertThat(disk.open().replayed()).containsExactly(record);
  }

  /// SEG-1, LOG-16: an open makes durable what an earlier one left, whatever that one got done:
  /// what is acknowledged after it survives a power cut.
  @Test
  void namesOfAnOpenThatWasCutShortAreMadeDurableByTheNext() throws Exception {
    for (FileOperation operation : FileOperation.values()) {
      for (int nth = 1; nth < 4; nth++) {
        for (int seed = 0; seed < 20; seed++) {
          Disk cut = new Disk(seed);
          cut.files.fail(operation, nth, Errno.EIO);
          try {
            cut.open();
          } catch (IOException expected) {
            assertThat(expected).isInstanceOf(FileErrorException.class);
          }
          cut.files.heal();
          TestRecord acknowledged = cut.open().appendDurably(1, 100);
          cut.files.restart(seed);
          assertThat(cut.open().replayed())
              .as("%s %d failed, seed %d", operation, nth, seed)
              .containsExactly(acknowledged);
        }
      }
    }
  }

  @Test
  void aBudgetWithoutRoomForTheRingIsSaidBeforeAnythingElse() throws Exception {
    MemoryBudget small = new MemoryBudget(1 << 20);
    disk.options =
        LogOptions.of(Disk.DIRECTORY, Disk.DATABASE, small)
            .withSizes(Disk.SEGMENT_BYTES, Disk.BUFFER_BYTES);
    assertThatThrownBy(disk::openAndClose).isInstanceOf(BudgetExhaustedException.class);
    assertThat(small.used()).isZero();
  }

  @Test
  void recyclingThatFailsHarmsNothing() throws Exception {
    List<TestRecord> written = new ArrayList<>();
    Disk.Opened opened = disk.open();
    for (int index = 0; index < 200; index++) {
      written.add(opened.append(index, 1000, Durability.INTERVAL));
    }
    opened.log().flush();
    long from = written.get(190).lsn();
    disk.options = disk.options.withReplayFromLsn(from);
    for (int nth = 1; nth <= 2; nth++) {
      disk.files.fail(FileOperation.RENAME, nth, Errno.EACCES);
      assertThatThrownBy(() -> opened.log().recycleBefore(from))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(Disk.DIRECTORY.toString());
      assertThat(opened.log().failed()).isFalse();
      written.add(opened.appendDurably(written.size(), 1000));
    }
    assertThat(opened.log().recycleBefore(from)).isGreaterThan(3 * Disk.SEGMENT_BYTES);
    opened.log().close();
    assertThat(disk.open().replayed()).isEqualTo(written.subList(190, written.size()));
  }
}
