package org.basaltdb.core.table;

import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.pages.ResidentPages;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.MemoryLog;

/** One partition of one table, without sessions, rings or files around it. */
final class PartitionFixture implements AutoCloseable {
  static final long SEED = 0x5EED_0F_BA5A17L;

  private static final int FIRST_OCCUPIED = 256;
  private static final int LAST_OCCUPIED = 1_024;
  private static final int OCCUPIED_STEP = 3;

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
            SegmentChanges.UNOBSERVED,
            epochs,
            budget);
    layout = new RowLayout(schema);
    hasher = new KeyHasher(layout, SEED);
    table = new TablePartition(memory, 1, layout, hasher, log);
  }

  /** Takes every third block of some extents: pages of those numbers have to live elsewhere. */
  void occupyHomes() {
    for (int block = FIRST_OCCUPIED; block < LAST_OCCUPIED; block += OCCUPIED_STEP) {
      pool.allocate(Owner.FRAMES, block);
    }
  }

  /** Leaves in each occupied home what its page holds now: a trap for who reads it there later. */
  int copyPagesToOccupiedHomes() {
    int copied = 0;
    for (int page = FIRST_OCCUPIED; page < LAST_OCCUPIED; page += OCCUPIED_STEP) {
      long word = word(page);
      if (PageWord.isReadable(word) && !PageWord.isReadableAtHome(word, page)) {
        Memory.copy(
            pool.baseAddress() + PageWord.frameOffset(word),
            pool.address(page),
            BlockPool.BLOCK_BYTES);
        copied++;
      }
    }
    return copied;
  }

  /** How many pages that have a frame are not in the one of their number. */
  int pagesAwayFromHome() {
    int away = 0;
    for (int page = 0; page < words.committedBytes() / Long.BYTES; page++) {
      if (PageWord.isReadable(word(page)) && !PageWord.isReadableAtHome(word(page), page)) {
        away++;
      }
    }
    return away;
  }

  private long word(int page) {
    return Memory.getLong(words.base() + 8L * page);
  }

  @Override
  public void close() {
    table.free();
    pool.close();
    words.close();
  }
}
