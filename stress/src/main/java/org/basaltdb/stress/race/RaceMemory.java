package org.basaltdb.stress.race;

import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.core.pages.ResidentPages;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.table.KeyHasher;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.PartitionMemory;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.MemoryLog;

/// What the tables of a race test share: the memory of one partition, its readers, its log.
class RaceMemory {
  private static final long REGION_BYTES = 256L << 20;
  private static final int TABLE_ID = 7;
  private static final long SEED = 0x5EED;

  private final MemoryBudget budget;
  private final Epochs epochs = new Epochs();
  private final RetiredBlocks retired = new RetiredBlocks(epochs);
  private final ThreadLocal<RaceReader> readers =
      ThreadLocal.withInitial(() -> new RaceReader(epochs));
  private final PartitionMemory memory;
  private final RowLayout layout;
  private final KeyHasher hasher;
  private final CommitLog log;

  RaceMemory(int expectedRowBytes) {
    this(expectedRowBytes, new MemoryLog());
  }

  /// @param expectedRowBytes decides how many slots a page has
  /// @param log that the tables write to
  RaceMemory(int expectedRowBytes, CommitLog log) {
    MemoryBudget unlimited = new MemoryBudget(Long.MAX_VALUE);
    BlockPool pool = new BlockPool(region("race blocks", Owner.FRAMES, unlimited), unlimited);
    PageTable words = new PageTable(region("race words", Owner.PAGE_TABLE, unlimited));
    this(
        expectedRowBytes,
        log,
        unlimited,
        pool,
        new ResidentPages(words, pool),
        SegmentChanges.UNOBSERVED);
  }

  /// @param segmentChanges told of what becomes of index segments
  RaceMemory(
      int expectedRowBytes,
      CommitLog log,
      MemoryBudget budget,
      BlockPool pool,
      PageAccess pages,
      SegmentChanges segmentChanges) {
    this.budget = budget;
    this.memory = new PartitionMemory(0, 1, pages, pool, retired, segmentChanges, epochs, budget);
    this.layout =
        new RowLayout(
            TableSchema.builder("race")
                .column("id", ColumnType.BIGINT)
                .column("version", ColumnType.BIGINT)
                .column("body", ColumnType.VARBINARY)
                .maxLength(RaceRow.MAX_BODY_BYTES)
                .primaryKey("id")
                .expectedRowBytes(expectedRowBytes)
                .build());
    this.hasher = new KeyHasher(layout, SEED);
    this.log = log;
  }

  static Region region(String name, Owner owner, MemoryBudget budget) {
    return Region.reserve(name, REGION_BYTES, Region.ANY_NODE, budget, owner);
  }

  /// Carries a write out, as the holder of the token.
  void apply(TablePartition table, Mutation mutation) {
    table.apply(mutation);
  }

  TablePartition newPartition() {
    return new TablePartition(memory, TABLE_ID, layout, hasher, log);
  }

  RowImageWriter newImageWriter() {
    return new RowImageWriter(layout, budget);
  }

  RowLayout layout() {
    return layout;
  }

  long hashWord(long key) {
    return hasher.hashWordOfLong(key);
  }

  /// The calling thread's way in.
  RaceReader reader() {
    return readers.get();
  }

  /// Waits until everybody who is inside now has left.
  @SuppressWarnings("ThreadPriorityCheck") // the readers need the processor to leave
  void awaitReaders() {
    long stamp = epochs.advance();
    while (epochs.oldestActive() <= stamp) {
      Thread.yield();
    }
  }
}
