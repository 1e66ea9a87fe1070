package org.basaltdb.core.catalog;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.table.KeyHasher;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.wal.CommitLog;
import org.jspecify.annotations.Nullable;

/// One table as the engine knows it: what it is made of, and its rows in every partition.
///
/// - **CATALOG-1.** A table is marked as dropped under the tokens of all partitions, after its DROP
///   record was published: every write that the log holds before that record was applied, and none
///   comes after it. Writers check the mark under their token.
/// - **CATALOG-2.** Readers check the mark inside their epoch. The memory of a dropped table is
///   given back only after an epoch in which everybody could see the mark has ended.
/// - **CATALOG-3.** Nobody is told that a table is gone before its DROP record is durable.
public final class TableEntry {
  private final int id;
  private final TableSchema schema;
  private final RowLayout layout;
  private final KeyHasher hasher;
  private final TablePartition[] partitions;
  private final @Nullable AutoIncrement autoIncrement;

  private final CountDownLatch dropSettled = new CountDownLatch(1);

  /// Written under all tokens; partner: the check of readers and writers.
  private volatile boolean dropped;

  /// Written before the latch is let go, read after it.
  private boolean dropDurable;

  private TableEntry(
      int id, TableSchema schema, RowLayout layout, KeyHasher hasher, TablePartition[] partitions) {
    this.id = id;
    this.schema = schema;
    this.layout = layout;
    this.hasher = hasher;
    this.partitions = partitions;
    this.autoIncrement = autoIncrementOf(schema);
  }

  /// Makes an empty table in all partitions, whose tokens are held.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing is
  ///   left behind
  static TableEntry create(
      int id, TableSchema schema, long hashSeed, List<Partition> partitions, CommitLog log) {
    RowLayout layout = new RowLayout(schema);
    KeyHasher hasher = new KeyHasher(layout, hashSeed);
    TablePartition[] made = new TablePartition[partitions.size()];
    int count = 0;
    try {
      for (Partition partition : partitions) {
        partition.memory().reclaim(); // of tables dropped while a reader was inside
        made[count] = new TablePartition(partition.memory(), id, layout, hasher, log);
        count++;
      }
    } catch (Throwable failure) {
      for (int i = 0; i < count; i++) {
        made[i].destroy();
        made[i].free();
      }
      throw failure;
    }
    return new TableEntry(id, schema, layout, hasher, made);
  }

  private static @Nullable AutoIncrement autoIncrementOf(TableSchema schema) {
    int ordinal = schema.autoIncrementOrdinal();
    if (ordinal < 0) {
      return null;
    }
    Column column = schema.column(ordinal);
    long largest = column.type() == ColumnType.INT ? Integer.MAX_VALUE : Long.MAX_VALUE;
    return new AutoIncrement(schema.name(), column.name(), largest);
  }

  /// Its id, 1 to 2^24 - 1; never used again for another table.
  public int id() {
    return id;
  }

  /// What it is made of.
  public TableSchema schema() {
    return schema;
  }

  /// Where everything lies in its rows.
  public RowLayout layout() {
    return layout;
  }

  /// From its keys to their places.
  public KeyHasher hasher() {
    return hasher;
  }

  /// Its rows, by partition number. Not to be changed.
  public TablePartition[] partitions() {
    return partitions;
  }

  /// The number of the partition that holds a key.
  public int partitionOf(long hashWord) {
    return KeyHash.partitionOfSlot(KeyHash.slot(hashWord), partitions.length);
  }

  /// The counter of its auto-increment column, or null if it has none.
  public @Nullable AutoIncrement autoIncrement() {
    return autoIncrement;
  }

  /// Has the counter of the auto-increment column, if there is one, go past the number of a row
  /// that was added. A row that was refused never counts: it could use the counter up.
  public void noteAdded(long image) {
    AutoIncrement counter = autoIncrement;
    if (counter != null) {
      counter.observe(RowCodec.integer(layout, image, schema.autoIncrementOrdinal()));
    }
  }

  /// The number of its rows: the sum of what every partition counted last.
  public long rowCount() {
    long count = 0;
    for (TablePartition partition : partitions) {
      count += partition.rowCount();
    }
    return count;
  }

  /// Whether it was dropped.
  public boolean isDropped() {
    return dropped;
  }

  /// Marks it as dropped (CATALOG-1).
  void markDropped() {
    dropped = true;
  }

  /// The drop is on disk, or never will be.
  void settleDrop(boolean durable) {
    dropDurable = durable;
    dropSettled.countDown();
  }

  /// For those who found the mark: waits until it is known whether the drop is on disk (CATALOG-3).
  /// An interrupt does not end the wait, and stays set.
  ///
  /// @return false if it is not, because the log failed
  public boolean awaitDrop() {
    boolean interrupted = false;
    while (true) {
      try {
        dropSettled.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return dropDurable;
  }

  /// Gives back the memory that it has in a partition, whose token is held, and where no reader is
  /// inside any more (CATALOG-2).
  void destroy(int partition) {
    partitions[partition].destroy();
  }

  /// Gives all its memory back, where nobody else can be inside.
  void destroyAll() {
    for (TablePartition partition : partitions) {
      partition.destroy();
    }
    free();
  }

  /// Frees what it has outside the partitions' memory; for close, when nobody is inside.
  void free() {
    for (TablePartition partition : partitions) {
      partition.free();
    }
  }
}
