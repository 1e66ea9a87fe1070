package org.basaltdb.examples.quickstart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.Scan;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;

/// The last act: a database whose rows are eight times as large as the memory that they are given.
/// For one thread.
final class LargerThanMemory {
  private static final int TIMES_THE_POOL = 8;

  /// So few because each takes some memory whatever is in it.
  private static final int PARTITIONS = 2;

  /// The pool, an index, the buffer of the log; less than the rows all the same.
  private static final long MEMORY_BUDGET_BYTES = 96L << 20;

  private static final long LOG_SEGMENT_BYTES = 32L << 20;
  private static final long CHECKPOINT_LOG_BYTES = 64L << 20;

  /// One row of so many is changed.
  private static final int CHANGED_EVERY = 16;

  /// Of the reads, the part that comes first and is not measured: it brings memory into the state
  /// that these draws leave it in, and gives the compiler something to do.
  private static final int WARM_UP_DIVISOR = 5;

  /// What the reads that are measured take at most: a disk can be slow.
  private static final long MOST_NANOS = 30_000_000_000L;

  private final Path directory;
  private final Narrator narrator;
  private final Options options;
  private final long poolBytes;
  private final int rows;
  private final int reads;
  private final BoardingPasses passes = new BoardingPasses();
  private final Measurement fromMemory = Measurement.named("get, row in memory");
  private final Measurement fromDisk = Measurement.named("get, row on disk");
  private long checkedRows;
  private long wrongRows;

  /// @param directory of the database; deleted at the end, and before if an earlier run left it
  /// @param poolBytes memory for rows; they have eight times as many
  /// @param reads how many are measured; fewer on a slow disk
  LargerThanMemory(Path directory, Narrator narrator, long poolBytes, int reads) {
    this.directory = directory;
    this.narrator = narrator;
    this.poolBytes = poolBytes;
    this.rows = Math.toIntExact(poolBytes * TIMES_THE_POOL / BoardingPasses.ROW_BYTES);
    this.reads = reads;
    this.options =
        Options.builder()
            .memoryBudgetBytes(MEMORY_BUDGET_BYTES)
            .poolBytes(poolBytes)
            .partitions(PARTITIONS)
            .logSegmentBytes(LOG_SEGMENT_BYTES)
            .checkpointLogBytes(CHECKPOINT_LOG_BYTES)
            .build();
  }

  void run() throws IOException {
    narrator.step("Data eight times as large as its memory");
    Directories.delete(directory);
    try {
      try (Basalt database = Basalt.open(directory, options);
          Session session = database.openSession()) {
        database.createTable(BoardingPasses.schema());
        load(database, session);
        read(database, session);
        change(database, session);
      }
      reopen();
      print();
    } finally {
      Directories.delete(directory);
    }
    CheckFailedException.check(
        wrongRows == 0, wrongRows + " of " + checkedRows + " boarding passes read wrong");
  }

  /// The row has this id; from 1.
  private long changesOf(long id) {
    return id % CHANGED_EVERY == 0 ? 1 : 0;
  }

  private void load(Basalt database, Session session) {
    narrator.say(
        "Another database, with a pool of %,d MiB for rows of %,d MiB, which are made from their"
            + " ids.",
        poolBytes >> 20, bytesOfRows() >> 20);
    Table table = database.table(BoardingPasses.TABLE);
    RowBuffer row = table.newRow();
    ProgressBar bar = narrator.bar("rows", rows);
    for (long id = 1; id <= rows; id++) {
      passes.fill(row, id, 0);
      session.insert(table, row, Durability.INTERVAL);
      bar.update(id);
    }
    bar.finish(rows);
    database.checkpoint();
    narrator.say(
        "A checkpoint: all rows are on disk; %,d pages of 8 KiB are in memory too.",
        database.stats().residentPageCount());
  }

  private long bytesOfRows() {
    return (long) rows * BoardingPasses.ROW_BYTES;
  }

  /// Whether the disk was read is asked of the database's figures, before and after each read;
  /// nobody else reads meanwhile.
  private void read(Basalt database, Session session) {
    Table table = database.table(BoardingPasses.TABLE);
    RowView row = table.newView();
    SkewedDraws draws = new SkewedDraws(rows);
    for (int i = 0; i < reads / WARM_UP_DIVISOR; i++) {
      long id = draws.next();
      check(session.get(table, id, row) && passes.matches(row, id, 0));
    }
    ProgressBar bar = narrator.bar("reads", reads);
    long coldBefore = database.stats().coldReadCount();
    long first = System.nanoTime();
    long end = first;
    for (int i = 0; i < reads && end - first < MOST_NANOS; i++) {
      long id = draws.next();
      long bytesBefore = Measurement.threadAllocatedBytes();
      long begin = System.nanoTime();
      boolean found = session.get(table, id, row);
      end = System.nanoTime();
      long bytes = Measurement.threadAllocatedBytes() - bytesBefore;
      long coldAfter = database.stats().coldReadCount();
      (coldAfter == coldBefore ? fromMemory : fromDisk).add(end - begin, bytes);
      coldBefore = coldAfter;
      check(found && passes.matches(row, id, 0));
      bar.update(i);
    }
    bar.finish(fromMemory.count() + fromDisk.count());
    narrator.say("Few rows are asked for most of the time (Zipf 0.99); every byte was compared.");
  }

  private void check(boolean right) {
    checkedRows++;
    if (!right) {
      wrongRows++;
    }
  }

  private void change(Basalt database, Session session) {
    Table table = database.table(BoardingPasses.TABLE);
    RowBuffer row = table.newRow();
    long coldBefore = database.stats().coldReadCount();
    int changed = 0;
    for (long id = CHANGED_EVERY; id <= rows; id += CHANGED_EVERY) {
      passes.fill(row, id, changesOf(id));
      if (!session.update(table, row, Durability.INTERVAL)) {
        wrongRows++;
      }
      changed++;
    }
    database.sync();
    narrator.say(
        "Changed %,d rows, for which %,d pages had to be read from disk first.",
        changed, database.stats().coldReadCount() - coldBefore);
  }

  private void reopen() {
    long begin = System.nanoTime();
    try (Basalt database = Basalt.open(directory, options);
        Session session = database.openSession()) {
      narrator.say(
          "Closed and reopened, in %d ms, with %,d pages in memory.",
          (System.nanoTime() - begin) / 1_000_000, database.stats().residentPageCount());
      BitSet seen = new BitSet(rows + 1);
      try (Scan scan = session.scan(database.table(BoardingPasses.TABLE))) {
        while (scan.next()) {
          long id = scan.row().getLong("id");
          boolean known = id >= 1 && id <= rows && !seen.get((int) id);
          check(known && passes.matches(scan.row(), id, changesOf(id)));
          if (known) {
            seen.set((int) id);
          }
        }
      }
      int missing = rows - seen.cardinality();
      wrongRows += missing;
      narrator.say(
          "A full scan: %,d rows, %,d missing; every byte was compared.",
          seen.cardinality(), missing);
    }
  }

  private void print() {
    narrator.say("");
    narrator.say("%s", Measurement.heading());
    narrator.say("%s", fromMemory.line());
    narrator.say("%s", fromDisk.line());
    narrator.say("");
    narrator.say("rows                        %,14d", rows);
    narrator.say("bytes of rows               %,14d", bytesOfRows());
    narrator.say("bytes of the pool           %,14d", poolBytes);
    narrator.say("reads from memory           %14s", percent(fromMemory));
    narrator.say("reads from disk             %14s", percent(fromDisk));
    narrator.say("rows compared               %,14d", checkedRows);
    narrator.say("rows wrong                  %,14d", wrongRows);
  }

  private String percent(Measurement part) {
    double all = fromMemory.count() + fromDisk.count();
    return String.format(Locale.ROOT, "%.1f %%", 100 * part.count() / all);
  }
}
