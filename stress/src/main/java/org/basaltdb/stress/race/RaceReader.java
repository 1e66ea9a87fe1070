package org.basaltdb.stress.race;

import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.table.BatchReader;
import org.basaltdb.core.table.PageRows;
import org.basaltdb.core.table.PointReader;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;

/// A reading thread's own things: its epoch slot, its buffers. It does what a session does around
/// the reads of a partition.
final class RaceReader {
  private static final int BATCH_CAPACITY = 16;

  private final Epochs epochs;
  private final long slot;
  private final ReadContext context = new ReadContext();
  private final long row = Memory.allocate(PageLayout.PAGE_BYTES, Long.BYTES);
  private final BatchReader batch = new BatchReader(BATCH_CAPACITY);
  private final PageRows pageRows = new PageRows();
  private final long[] batchKeys = new long[BATCH_CAPACITY];
  private final long[] batchHashWords = new long[BATCH_CAPACITY];
  private final int[] batchRowBytes = new int[BATCH_CAPACITY];
  private final long batchRows =
      Memory.allocate((long) BATCH_CAPACITY * PageLayout.PAGE_BYTES, Long.BYTES);

  RaceReader(Epochs epochs) {
    this.epochs = epochs;
    this.slot = epochs.acquireSlot();
  }

  void enter() {
    epochs.enter(slot);
  }

  void exit() {
    epochs.exit(slot);
  }

  /// Reads one row by key.
  ///
  /// @return what `TablePartition.read` returns
  int read(RaceTable table, long key) {
    enter();
    try {
      return readInside(table, key);
    } finally {
      exit();
    }
  }

  /// As [#read], inside an epoch.
  int readInside(RaceTable table, long key) {
    context.requiredDurableLsn = 0;
    return table.table().read(context, table.hashWord(key), key, 0, row);
  }

  /// Reads one row by key, if it can be read by the short way.
  ///
  /// @return bytes of the row; zero or less if not
  int readAtHome(RaceTable table, long key) {
    PointReader point = table.table().reader();
    long hashWord = table.hashWord(key);
    enter();
    try {
      long bucket = point.homeBucket(hashWord);
      return point.readAtHome(bucket, Memory.getLongAcquire(bucket), hashWord, key, row);
    } finally {
      exit();
    }
  }

  /// The copy that the last read made.
  long row() {
    return row;
  }

  ReadContext context() {
    return context;
  }

  /// Reads rows by key, all at once, inside an epoch.
  void readBatch(RaceTable table, long... keys) {
    for (int i = 0; i < keys.length; i++) {
      batchKeys[i] = keys[i];
      batchHashWords[i] = table.hashWord(keys[i]);
    }
    batch.read(
        table.partitions(),
        context,
        batchHashWords,
        batchKeys,
        keys.length,
        batchRows,
        PageLayout.PAGE_BYTES,
        batchRowBytes);
  }

  /// Copies the rows of one page into [#pageRows].
  ///
  /// @return whether they were copied
  boolean scanPage(RaceTable table, int localPage) {
    enter();
    try {
      context.requiredDurableLsn = 0;
      return table.table().scanPage(context, localPage, pageRows) >= 0;
    } finally {
      exit();
    }
  }

  /// What `TablePartition.complete` returns, from the begin.
  int complete(RaceTable table, long row, Projection projection, long dest) {
    context.begin();
    return table.table().complete(row, projection, dest, context);
  }

  PageRows pageRows() {
    return pageRows;
  }

  int batchRowBytes(int index) {
    return batchRowBytes[index];
  }

  long batchRow(int index) {
    return batchRows + (long) index * PageLayout.PAGE_BYTES;
  }
}
