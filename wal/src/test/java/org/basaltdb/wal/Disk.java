package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.ManualClock;
import org.basaltdb.offheap.memory.MemoryBudget;

/// A simulated disk with a log on it, whose flusher runs only when a test lets it: what happens is
/// decided by the test and its seed alone.
final class Disk {
  static final Path ROOT = Path.of("/disk");
  static final Path DIRECTORY = ROOT.resolve("log");
  static final UUID DATABASE = new UUID(0x1122334455667788L, 0x99AABBCCDDEEFF00L);
  static final long SEGMENT_BYTES = 64 << 10;
  static final int BUFFER_BYTES = 16 << 10;

  final FaultyFiles files;
  final ManualClock clock = new ManualClock();
  final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
  LogOptions options =
      LogOptions.of(DIRECTORY, DATABASE, budget).withSizes(SEGMENT_BYTES, BUFFER_BYTES);

  Disk(long seed) {
    files = new FaultyFiles(ROOT, seed);
  }

  /// Opens the log and collects what it replays.
  Opened open() throws IOException {
    return open(files);
  }

  /// Opens the log through a layer over the files.
  Opened open(FileLayer layer) throws IOException {
    List<TestRecord> replayed = new ArrayList<>();
    Seam seam = new Seam(clock, layer, Randomness.seeded(1));
    Log log =
        Log.openWithoutFlusher(
            options,
            seam,
            (lsn, type, flags, durability, address, bytes) ->
                replayed.add(TestRecord.read(lsn, type, flags, durability, address, bytes)));
    return new Opened(log, replayed);
  }

  /// Opens the log, expects no record, and closes it.
  void openAndClose() throws IOException {
    open().log().close();
  }

  /// Where the record at `lsn` is in its file, for a log whose segments all have the same length.
  static Position position(long lsn) {
    long number = lsn / SEGMENT_BYTES;
    return new Position(
        DIRECTORY.resolve(SegmentLayout.fileName(number, SegmentLayout.SEGMENT_SUFFIX)),
        SegmentLayout.fileOffset(number * SEGMENT_BYTES, lsn));
  }

  /// A byte of a file.
  record Position(Path path, long offset) {}

  /// An open log and what it replayed.
  record Opened(Log log, List<TestRecord> replayed) {
    /// Appends a record, letting the flusher work when there is no room.
    TestRecord append(long sequence, int payloadBytes, Durability durability) {
      return append(
          sequence, payloadBytes, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, durability);
    }

    TestRecord append(
        long sequence, int payloadBytes, byte type, byte flags, Durability durability) {
      long lsn = log.claim(payloadBytes);
      for (int attempts = 0; lsn == CommitLog.NO_SPACE; attempts++) {
        assertThat(attempts).as("attempts to append").isLessThan(1000);
        work();
        log.flusher().requestSpace();
        log.flusher().work();
        if (attempts > 2) {
          log.awaitSpace(payloadBytes);
        }
        lsn = log.claim(payloadBytes);
      }
      TestRecord written = new TestRecord(lsn, sequence, payloadBytes, type, flags, durability);
      written.write(log.payloadAddress(lsn));
      log.publish(lsn, payloadBytes, type, flags, durability);
      return written;
    }

    /// Appends a record and waits for it.
    TestRecord appendDurably(long sequence, int payloadBytes) {
      TestRecord appended = append(sequence, payloadBytes, Durability.SYNC);
      log.awaitDurable(appended.lsn());
      return appended;
    }

    /// Lets the flusher do all that it wants to do now.
    void work() {
      int steps = 0;
      while (log.flusher().work() == 0) {
        steps++;
        assertThat(steps).as("steps of the flusher").isLessThan(10_000);
      }
    }
  }
}
