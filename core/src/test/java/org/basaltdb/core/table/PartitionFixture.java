package org.basaltdb.core.table;

import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.pages.ResidentPages;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.MemoryLog;

/** One partition of one table, without sessions, rings or files around it. */
final class PartitionFixture implements AutoCloseable {
  static final long SEED = 0x5EED_0F_BA5A17L;

  final MemoryBudget budget;
  final Epochs epochs = new Epochs();
  final CommitLog log = new MemoryLog();
  final RowLayout layout;
  final KeyHasher hasher;
  final TablePartition table;
  final Mutation mutation = new Mutation();
  private final BlockPool pool;
  private final Region words;

  PartitionFixture(TableSchema schema, long budgetBytes) {
    budget = new MemoryBudget(budgetBytes);
    Region frames = Region.reserve("frames", budgetBytes, Region.ANY_NODE, budget, Owner.FRAMES);
    words = Region.reserve("words", 8L << 20, Region.ANY_NODE, budget, Owner.PAGE_TABLE);
    pool = new BlockPool(frames, budget);
    PartitionMemory memory =
        new PartitionMemory(
            0,
            1,
            new ResidentPages(new PageTable(words), pool),
            pool,
            new RetiredBlocks(epochs),
            epochs,
            budget);
    layout = new RowLayout(schema);
    hasher = new KeyHasher(layout, SEED);
    table = new TablePartition(memory, 1, layout, hasher, log);
  }

  @Override
  public void close() {
    table.free();
    pool.close();
    words.close();
  }
}
