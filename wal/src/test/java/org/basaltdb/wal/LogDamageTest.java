package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

/// Damage of every kind at every place: what was once on disk is never cut off in silence, and what
/// was never acknowledged never stops an open.
class LogDamageTest {
  private static final Path FIRST_SEGMENT = segmentPath(1);
  private static final long BASE_LSN = Disk.SEGMENT_BYTES;

  private Disk disk = new Disk(1);
  private final List<TestRecord> written = new ArrayList<>();

  private static Path segmentPath(long number) {
    return Disk.DIRECTORY.resolve(SegmentLayout.fileName(number, SegmentLayout.SEGMENT_SUFFIX));
  }

  /// A new disk with a log of two generations: five records in three batches each.
  private void writeLog(boolean closeInOrder) throws IOException {
    disk = new Disk(1);
    written.clear();
    for (int generation = 0; generation < 2; generation++) {
      Disk.Opened opened = disk.open();
      appendBatch(opened, 1);
      appendBatch(opened, 3);
      appendBatch(opened, 1);
      if (generation == 0 || closeInOrder) {
        opened.log().close();
      }
    }
    disk.files.restart(1);
  }

  private void appendBatch(Disk.Opened opened, int count) {
    for (int index = 0; index < count; index++) {
      written.add(opened.append(written.size(), 77 + 10 * index, Durability.SYNC));
    }
    opened.log().flush();
  }

  /// Opens the log, which must be found corrupt, and checks that no file was touched.
  private LogCorruptException openCorrupt() {
    long before = changes();
    LogCorruptException corrupt =
        catchThrowableOfType(LogCorruptException.class, disk::openAndClose);
    assertThat(corrupt).isNotNull();
    assertThat(changes()).isEqualTo(before);
    assertThat(corrupt)
        .hasMessageContaining(corrupt.file())
        .hasMessageContaining("offset " + corrupt.offset())
        .hasMessageContaining("found " + corrupt.found())
        .hasMessageContaining("expected " + corrupt.expected())
        .hasMessageContaining("backup");
    return corrupt;
  }

  private long changes() {
    return disk.files.count(FileOperation.WRITE)
        + disk.files.count(FileOperation.SYNC)
        + disk.files.count(FileOperation.RENAME)
        + disk.files.count(FileOperation.DELETE)
        + disk.files.count(FileOperation.TRUNCATE)
        + disk.files.count(FileOperation.SYNC_DIRECTORY);
  }

  private void flip(Path path, long offset) throws IOException {
    disk.files.flipBit(path, offset, (int) (offset % 7));
  }

  @Test
  void aBitFlippedAnywhereInASegmentHeaderIsCorruption() throws Exception {
    writeLog(true);
    for (long offset = 0; offset < SegmentLayout.HEADER_BYTES; offset += offset < 64 ? 1 : 61) {
      flip(FIRST_SEGMENT, offset);
      LogCorruptException corrupt = openCorrupt();
      assertThat(corrupt.file()).isEqualTo(FIRST_SEGMENT.toString());
      assertThat(corrupt.offset()).isLessThan(SegmentLayout.HEADER_BYTES);
      flip(FIRST_SEGMENT, offset);
    }
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  /// LOG-3: everything before the closing mark is known to have been on disk; every byte counts,
  /// whether of a header, a payload, fill, padding or a generation record.
  @Test
  void aBitFlippedAnywhereInALogThatWasClosedIsCorruption() throws Exception {
    writeLog(true);
    long end = endOfLog();
    int flips = 0;
    for (long lsn = BASE_LSN; lsn < end - RecordLayout.BLOCK_BYTES; lsn += step(lsn)) {
      Disk.Position position = Disk.position(lsn);
      flip(position.path(), position.offset());
      LogCorruptException corrupt = openCorrupt();
      assertThat(corrupt.file()).isEqualTo(position.path().toString());
      assertThat(corrupt.offset())
          .isLessThanOrEqualTo(position.offset())
          .isGreaterThan(position.offset() - RecordLayout.BLOCK_BYTES);
      flip(position.path(), position.offset());
      flips++;
    }
    assertThat(flips).isGreaterThan(1000);
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  /// All bytes where there is something, some where there is padding.
  private static long step(long lsn) {
    return lsn % RecordLayout.BLOCK_BYTES < 140 ? 1 : 37;
  }

  private long endOfLog() {
    return Disk.SEGMENT_BYTES + 2 * (1 + 3 + 1) * RecordLayout.BLOCK_BYTES;
  }

  @Test
  void aBitFlippedInTheClosingMarkCostsNothing() throws Exception {
    for (int offset = 0; offset < RecordLayout.BLOCK_BYTES; offset += 97) {
      writeLog(true);
      Disk.Position mark = Disk.position(endOfLog() - RecordLayout.BLOCK_BYTES + offset);
      flip(mark.path(), mark.offset());
      Disk.Opened opened = disk.open();
      assertThat(opened.replayed()).isEqualTo(written);
      assertThat(opened.log().recovery().closedInOrder()).isFalse();
      assertThat(opened.log().recovery().endLsn()).isEqualTo(endOfLog() - RecordLayout.BLOCK_BYTES);
      opened.log().close();
    }
  }

  /// Nothing says that the last batch was ever synced: it is cut at the damage.
  @Test
  void aBitFlippedInTheLastBatchOfACrashedLogCutsItThere() throws Exception {
    for (int offset = 0; offset < RecordLayout.BLOCK_BYTES; offset += offset < 140 ? 3 : 97) {
      writeLog(false);
      TestRecord last = written.getLast();
      assertThat(last.lsn()).isEqualTo(endOfLog() - 2 * RecordLayout.BLOCK_BYTES);
      Disk.Position position = Disk.position(last.lsn() + offset);
      flip(position.path(), position.offset());
      long recordEnd = last.lsn() + RecordLayout.frameBytes(last.lsn(), last.payloadBytes());
      boolean hitsRecord = last.lsn() + offset < recordEnd;

      Disk.Opened opened = disk.open();
      LogRecovery recovery = opened.log().recovery();
      assertThat(opened.replayed())
          .isEqualTo(hitsRecord ? written.subList(0, written.size() - 1) : written);
      assertThat(recovery.endLsn()).isEqualTo(hitsRecord ? last.lsn() : recordEnd);
      if (hitsRecord) {
        assertThat(recovery.verdict()).isEqualTo(LogVerdict.TORN_TAIL);
      }
      opened.log().close();
    }
  }

  /// LOG-4: the cut is on disk before the open returns. Even when the record that was cut becomes
  /// whole again, it does not come back.
  @Test
  void whatWasCutStaysCutEvenWhenItIsWholeAgain() throws Exception {
    Disk.Opened crashed = disk.open();
    TestRecord kept = crashed.append(1, 100, Durability.SYNC);
    TestRecord cut = crashed.append(2, 100, Durability.SYNC);
    crashed.log().flush();
    Disk.Position damaged = Disk.position(cut.lsn() + 50);
    flip(damaged.path(), damaged.offset());

    Disk.Opened opened = disk.open();
    assertThat(opened.replayed()).containsExactly(kept);
    assertThat(opened.log().recovery().endLsn()).isEqualTo(cut.lsn());
    disk.files.restart(3);
    flip(damaged.path(), damaged.offset());
    Disk.Opened again = disk.open();
    assertThat(again.replayed()).containsExactly(kept);
    TestRecord next = again.appendDurably(3, 100);
    disk.files.restart(4);
    assertThat(disk.open().replayed()).containsExactly(kept, next);
  }

  @Test
  void bitsBehindTheEndMeanNothing() throws Exception {
    writeLog(true);
    for (long lsn = endOfLog(); lsn < BASE_LSN + Disk.SEGMENT_BYTES; lsn += 509) {
      Disk.Position position = Disk.position(lsn);
      flip(position.path(), position.offset());
    }
    Disk.Opened opened = disk.open();
    assertThat(opened.replayed()).isEqualTo(written);
    assertThat(opened.log().recovery().verdict()).isEqualTo(LogVerdict.CLEAN);
  }

  /// LOG-3: sectors of a batch that nothing vouches for are missing, and later ones are there: the
  /// writes were under way, the log is cut at the hole and nothing behind it comes back.
  @Test
  void aHoleThatNothingVouchesForIsATornTail() throws Exception {
    Disk.Opened opened = disk.open();
    List<TestRecord> records = new ArrayList<>();
    records.add(opened.appendDurably(0, 100));
    for (int index = 1; index < 8; index++) {
      records.add(opened.append(index, 1000, Durability.SYNC));
    }
    opened.log().flush();
    // the padding of this batch vouches for the batch before only
    zeroSector(records.get(3).lsn());
    Disk.Opened again = disk.open();
    assertThat(again.log().recovery().verdict()).isEqualTo(LogVerdict.TORN_TAIL);
    assertThat(again.replayed().size()).isBetween(1, 3);
    assertThat(again.replayed()).isEqualTo(records.subList(0, again.replayed().size()));
  }

  @Test
  void aHoleThatALaterBatchVouchesForIsCorruption() throws Exception {
    Disk.Opened opened = disk.open();
    List<TestRecord> records = new ArrayList<>();
    for (int index = 0; index < 8; index++) {
      records.add(opened.append(index, 1000, Durability.SYNC));
    }
    opened.log().flush();
    TestRecord witness = opened.appendDurably(99, 100);
    zeroSector(records.get(3).lsn());
    LogCorruptException corrupt = openCorrupt();
    long witnessPadding = opened.log().endLsn(witness.lsn(), 100);
    assertThat(corrupt.expected()).contains("the record at LSN " + witnessPadding);
  }

  /// The witness may stand in a later segment.
  @Test
  void damageAtTheEndOfASegmentIsSeenFromTheNext() throws Exception {
    Disk.Opened opened = disk.open();
    List<TestRecord> records = new ArrayList<>();
    while (opened.log().tail() < 2 * Disk.SEGMENT_BYTES + RecordLayout.BLOCK_BYTES) {
      records.add(opened.append(records.size(), 2000, Durability.INTERVAL));
    }
    opened.log().flush();
    opened.appendDurably(100, 100);
    TestRecord lastOfFirst =
        records.stream().filter(record -> record.lsn() < 2 * Disk.SEGMENT_BYTES).toList().getLast();
    zeroSector(lastOfFirst.lsn() + 1500);
    assertThat(openCorrupt().file()).isEqualTo(FIRST_SEGMENT.toString());
  }

  /// A log of four segments, none of whose records was ever asked to be durable, of a process that
  /// was killed: nothing was synced but what LOG-17 demands.
  private void writeUnsyncedLog() throws IOException {
    disk = new Disk(1);
    written.clear();
    Disk.Opened opened = disk.open();
    while (opened.log().tail() < 4 * Disk.SEGMENT_BYTES + 5 * RecordLayout.BLOCK_BYTES) {
      written.add(opened.append(written.size(), 1000, Durability.NONE));
    }
    opened.work();
  }

  /// LOG-17: a record in a later segment vouches for everything in the segments before, though no
  /// padding does.
  @Test
  void damageBeforeALaterSegmentOfUnsyncedRecordsIsCorruption() throws Exception {
    writeUnsyncedLog();
    int flips = 0;
    for (long lsn = BASE_LSN + RecordLayout.BLOCK_BYTES; lsn < 4 * Disk.SEGMENT_BYTES; lsn += 997) {
      Disk.Position position = Disk.position(lsn);
      flip(position.path(), position.offset());
      LogCorruptException corrupt = openCorrupt();
      assertThat(corrupt.file()).isEqualTo(position.path().toString());
      assertThat(corrupt.expected()).contains("written only when the log was on disk up to ");
      flip(position.path(), position.offset());
      flips++;
    }
    assertThat(flips).isGreaterThan(100);
    List<TestRecord> replayed = disk.open().replayed();
    assertThat(replayed).isNotEmpty().isEqualTo(written.subList(0, replayed.size()));
    assertThat(replayed.getLast().lsn()).isGreaterThan(4 * Disk.SEGMENT_BYTES);
  }

  @Test
  void aMissingSegmentOfUnsyncedRecordsIsCorruption() throws Exception {
    for (int missing = 2; missing <= 3; missing++) {
      writeUnsyncedLog();
      disk.files.delete(segmentPath(missing));
      assertThat(openCorrupt().file()).isEqualTo(segmentPath(missing).toString());
    }
  }

  /// In the last segment nothing vouches for what was not synced: it is cut at the damage.
  @Test
  void damageInTheLastSegmentOfUnsyncedRecordsIsATornTail() throws Exception {
    for (long lsn = 4 * Disk.SEGMENT_BYTES; lsn < 4 * Disk.SEGMENT_BYTES + 8192; lsn += 331) {
      writeUnsyncedLog();
      Disk.Position position = Disk.position(lsn);
      flip(position.path(), position.offset());
      Disk.Opened opened = disk.open();
      assertThat(opened.log().recovery().verdict()).isEqualTo(LogVerdict.TORN_TAIL);
      assertThat(opened.replayed()).isEqualTo(written.subList(0, opened.replayed().size()));
      assertThat(opened.replayed().getLast().lsn()).isBetween(4 * Disk.SEGMENT_BYTES - 2048, lsn);
    }
  }

  /// A later generation appends only when everything before it is on disk, so any of its records is
  /// a witness, also when the one that began it is damaged.
  @Test
  void recordsOfALaterGenerationVouchForTheOneBefore() throws Exception {
    disk = new Disk(1);
    TestRecord first = disk.open().appendDurably(1, 100);
    Disk.Opened second = disk.open();
    second.append(2, 5000, Durability.NONE);
    second.append(3, 5000, Durability.NONE);
    second.log().flusher().requestSpace();
    second.log().flusher().work();
    long generationLsn = RecordLayout.blockCeiling(second.log().recovery().endLsn());
    for (long lsn : new long[] {first.lsn() + 50, generationLsn + 50}) {
      Disk.Position position = Disk.position(lsn);
      flip(position.path(), position.offset());
      assertThat(openCorrupt().expected()).contains("generation 2");
      flip(position.path(), position.offset());
    }
  }

  private void zeroSector(long lsn) throws IOException {
    Disk.Position position = Disk.position(lsn);
    change(
        position.path(),
        RecordLayout.blockFloor(position.offset()),
        block -> {
          long sector = (position.offset() % RecordLayout.BLOCK_BYTES) & -512L;
          Memory.fill(block + sector, 512, (byte) 0);
        });
  }

  /// Rewrites a block of a file.
  private void change(Path path, long offset, LongConsumer edit) throws IOException {
    long block = Memory.allocate(RecordLayout.BLOCK_BYTES, RecordLayout.BLOCK_BYTES);
    try (DataFile file = disk.files.open(path, OpenMode.OPEN_EXISTING, true)) {
      file.read(block, RecordLayout.BLOCK_BYTES, offset);
      edit.accept(block);
      file.write(block, RecordLayout.BLOCK_BYTES, offset);
      file.sync();
    } finally {
      Memory.free(block);
    }
  }

  @Test
  void aTruncatedSegmentIsCorruption() throws Exception {
    for (long length :
        new long[] {0, 1, 4095, 4096, 10_000, SegmentLayout.fileBytes(Disk.SEGMENT_BYTES) - 1}) {
      writeLog(true);
      try (DataFile file = disk.files.open(FIRST_SEGMENT, OpenMode.OPEN_EXISTING, false)) {
        file.truncate(length);
        file.sync();
      }
      LogCorruptException corrupt = openCorrupt();
      assertThat(corrupt.file()).isEqualTo(FIRST_SEGMENT.toString());
      assertThat(corrupt.offset()).isEqualTo(length);
      assertThat(corrupt.found()).isEqualTo("a file of " + length + " bytes");
    }
  }

  @Test
  void aMissingSegmentIsCorruption() throws Exception {
    for (int missing = 1; missing <= 3; missing++) {
      disk = new Disk(1);
      Disk.Opened opened = disk.open();
      for (int index = 0; index < 240; index++) {
        opened.append(index, 1000, Durability.INTERVAL);
      }
      opened.log().close();
      disk.files.delete(segmentPath(missing));
      LogCorruptException corrupt = openCorrupt();
      assertThat(corrupt.file())
          .isEqualTo(missing == 1 ? Disk.DIRECTORY.toString() : segmentPath(missing).toString());
    }
  }

  @Test
  void aLogThatHasToBeThereAndIsNotIsCorruption() throws Exception {
    disk.options = disk.options.withMustExist();
    assertThatThrownBy(disk::openAndClose)
        .isInstanceOf(LogCorruptException.class)
        .hasMessageContaining("no segment of the log")
        .hasMessageContaining(Disk.DIRECTORY.toString());
    assertThat(disk.files.exists(Disk.DIRECTORY)).isFalse();
  }

  @Test
  void aLogThatDoesNotReachTheStartOfTheReplayIsCorruption() throws Exception {
    writeLog(true);
    disk.options = disk.options.withReplayFromLsn(endOfLog() + 8);
    assertThat(openCorrupt().expected()).contains("" + (endOfLog() + 8));
    disk = new Disk(1);
    disk.options = disk.options.withReplayFromLsn(8);
    assertThat(openCorrupt().found()).isEqualTo("no segment of the log");
  }

  /// Somebody relies on what was on disk: the log may not end before, though what is there is
  /// whole.
  @Test
  void aLogThatEndsBeforeItWasOnDiskIsCorruption() throws Exception {
    writeLog(true);
    long end = endOfLog();
    disk.options = disk.options.withKnownDurableLsn(end + 8);
    assertThat(openCorrupt().expected()).contains("" + (end + 8));
    disk.options = disk.options.withKnownDurableLsn(end);
    disk.openAndClose();
  }

  @Test
  void aSegmentUnderAnotherNumberIsCorruption() throws Exception {
    writeLog(true);
    disk.files.rename(FIRST_SEGMENT, segmentPath(2));
    assertThat(openCorrupt().found()).isEqualTo("segment number 1");
  }

  @Test
  void theLogOfAnotherDatabaseIsRefused() throws Exception {
    writeLog(true);
    UUID other = new UUID(5, 6);
    LogOptions options = disk.options;
    disk.options =
        LogOptions.of(Disk.DIRECTORY, other, disk.budget)
            .withSizes(Disk.SEGMENT_BYTES, Disk.BUFFER_BYTES);
    long before = changes();
    assertThatThrownBy(disk::openAndClose)
        .isInstanceOf(LogForeignException.class)
        .hasMessageContaining(other.toString())
        .hasMessageContaining(Disk.DATABASE.toString())
        .hasMessageContaining(FIRST_SEGMENT.toString());
    assertThat(changes()).isEqualTo(before);
    disk.options = options;
    assertThat(disk.open().replayed()).isEqualTo(written);
  }

  @Test
  void aSegmentOfANewerFormatIsRefused() throws Exception {
    writeLog(true);
    change(
        FIRST_SEGMENT,
        0,
        block -> {
          Memory.putInt(block + SegmentLayout.VERSION_OFFSET, SegmentLayout.VERSION + 1);
          RecordChecksum checksum = new RecordChecksum(block, SegmentLayout.HEADER_BYTES);
          SegmentLayout.checksum(block, checksum.ofSegmentHeader(block));
        });
    long before = changes();
    assertThatThrownBy(disk::openAndClose)
        .isInstanceOf(LogFormatException.class)
        .hasMessageContaining("found segment version 2; expected at most 1; in " + FIRST_SEGMENT);
    assertThat(changes()).isEqualTo(before);
  }

  @Test
  void aRecordOfANewerFormatOrAnUnknownTypeIsRefused() throws Exception {
    for (int offset : new int[] {RecordLayout.VERSION_OFFSET, RecordLayout.TYPE_OFFSET}) {
      writeLog(true);
      TestRecord first = written.getFirst();
      Disk.Position position = Disk.position(first.lsn());
      change(
          position.path(),
          position.offset(),
          block -> {
            Memory.putByte(block + offset, (byte) 99);
            RecordChecksum checksum = new RecordChecksum(block, RecordLayout.BLOCK_BYTES);
            RecordLayout.checksum(
                block,
                checksum.ofFrame(
                    block, RecordLayout.frameBytes(first.lsn(), first.payloadBytes())));
          });
      long before = changes();
      assertThatThrownBy(disk::openAndClose)
          .isInstanceOf(LogFormatException.class)
          .hasMessageContaining("99")
          .hasMessageContaining(FIRST_SEGMENT + " at offset " + position.offset());
      assertThat(changes()).isEqualTo(before);
    }
  }

  /// Files that are not the log's are left alone, unfinished and surplus ones of its own are not.
  @Test
  void strangersInTheDirectoryAreLeftAlone() throws Exception {
    writeLog(true);
    Path stranger = Disk.DIRECTORY.resolve("wal-1.log.copy");
    Path unfinished = Disk.DIRECTORY.resolve(SegmentLayout.fileName(9, SegmentLayout.NEW_SUFFIX));
    disk.files.open(stranger, OpenMode.CREATE_NEW, false).close();
    disk.files.open(unfinished, OpenMode.CREATE_NEW, false).close();
    assertThat(disk.open().replayed()).isEqualTo(written);
    assertThat(disk.files.exists(stranger)).isTrue();
    assertThat(disk.files.exists(unfinished)).isFalse();
  }
}
