package org.basaltdb.stress.race;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import org.basaltdb.core.table.PageRows;
import org.basaltdb.wal.Durability;

/// Rows whose writer asks for SYNC, now and then, over a log that becomes durable later. Every row
/// tells in its version which write it is, and the log position of every write is noted before the
/// write can be seen.
final class SlowDisk {
  static final String DURABLE = "DURABLE";
  static final String MADE_TO_WAIT = "MADE_TO_WAIT";
  static final String TOO_EARLY = "TOO_EARLY";

  /// Nobody can tell any more: the reader was asleep while the note was written over.
  static final String FORGOTTEN = "FORGOTTEN";

  private static final int EXPECTED_ROW_BYTES = 500;
  private static final int KEYS = 16;
  private static final int SMALL_WORDS = 30;
  private static final int LARGE_WORDS = 700;
  private static final int DISK_EVERY = 5;
  private static final int UPDATE_EVERY = 2;

  /// Notes of the newest writes, by number.
  private static final int NOTES = 1 << 16;

  private static final long FIRST_KEY = 100;

  private final HeldLog log = new HeldLog();
  private final RaceTable table = new RaceTable(new RaceMemory(EXPECTED_ROW_BYTES, log));
  private final Random random = new Random(42);

  /// By number of the write: where its record ends if it asked for SYNC, else 0.
  private final AtomicLongArray syncEnds = new AtomicLongArray(NOTES);

  private volatile long writes;

  SlowDisk() {
    for (int i = 0; i < KEYS; i++) {
      put(i, Durability.NONE);
    }
  }

  /// The writer's next step.
  void step() {
    int i = random.nextInt(KEYS);
    put(i, random.nextBoolean() ? Durability.SYNC : Durability.NONE);
    if (random.nextInt(UPDATE_EVERY) == 0) {
      // Keeps what the last write stored, which may have asked for SYNC, and may move the row.
      table.replaceBody(FIRST_KEY + i, random.nextInt(LARGE_WORDS), Durability.NONE);
    }
    if (random.nextInt(DISK_EVERY) == 0) {
      log.makeDurable();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private void put(int i, Durability durability) {
    int wordCount =
        random.nextInt(8) == 0 ? random.nextInt(LARGE_WORDS) : random.nextInt(SMALL_WORDS);
    long number = ++writes;
    // The record will end somewhere after the tail of now: that is all a reader needs to know.
    long after = durability == Durability.SYNC ? log.tail() + 1 : 0;
    syncEnds.set((int) number & NOTES - 1, after);
    table.put(FIRST_KEY + i, number, wordCount, durability);
  }

  /// Reads a row, and says whether it may be shown now.
  String read(int choice) {
    RaceReader reader = table.reader();
    int rowBytes = reader.read(table, FIRST_KEY + Math.floorMod(choice, KEYS));
    return rowBytes <= 0 ? Register.ASK_WRITER : judge(reader, reader.row());
  }

  /// Copies a page for a scan, and says whether all its rows may be shown now.
  String scan(int choice) {
    RaceReader reader = table.reader();
    int page = Math.floorMod(choice, table.table().pageCount());
    if (!reader.scanPage(table, page)) {
      return Register.ASK_WRITER;
    }
    String judgement = DURABLE;
    PageRows rows = reader.pageRows();
    for (int i = 0; i < rows.count() && !judgement.equals(TOO_EARLY); i++) {
      judgement = judge(reader, rows.row(i));
    }
    return judgement;
  }

  private String judge(RaceReader reader, long row) {
    long number = RaceRow.version(row);
    long end = syncEnds.get((int) number & NOTES - 1);
    if (writes - number >= NOTES) {
      return FORGOTTEN;
    }
    long required = reader.context().requiredDurableLsn;
    if (required > 0 && required >= end) {
      return MADE_TO_WAIT;
    }
    // Not to be waited for: then it was durable when the read looked, and still is.
    return log.durableLsn() >= end ? DURABLE : TOO_EARLY;
  }
}
