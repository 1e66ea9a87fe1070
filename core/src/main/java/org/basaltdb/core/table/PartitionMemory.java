package org.basaltdb.core.table;

import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.PrimaryIndex;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.hash.SegmentLayout;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/**
 * What the tables of one partition share: its pages, its pool of blocks, and the epochs of its
 * readers.
 *
 * @param partition number of the partition
 * @param partitionCount partitions of the database
 * @param segmentChanges told of what becomes of index segments
 */
public record PartitionMemory(
    int partition,
    int partitionCount,
    PageAccess pages,
    BlockPool pool,
    RetiredBlocks retiredBlocks,
    SegmentChanges segmentChanges,
    Epochs epochs,
    MemoryBudget budget) {

  /**
   * An empty primary index over this partition's share of the index hashes.
   *
   * @param slotLeads whether the slot leads the index hash, so that a partition holds one range
   */
  PrimaryIndex newIndex(int tableId, boolean slotLeads) {
    int lowBits = SegmentLayout.HASH_BITS - 14;
    int start = slotLeads ? KeyHash.firstSlotOfPartition(partition, partitionCount) << lowBits : 0;
    int end =
        slotLeads
            ? KeyHash.firstSlotOfPartition(partition + 1, partitionCount) << lowBits
            : 1 << SegmentLayout.HASH_BITS;
    return new PrimaryIndex(
        pool, retiredBlocks, segmentChanges, epochs, budget, tableId, start, end - start);
  }

  /**
   * Takes back index segments, of dropped tables too, that no reader can see any more. The
   * writer's.
   */
  public void reclaim() {
    retiredBlocks.reclaim(block -> {
      pool.free(block, Owner.INDEX);
      return true;
    });
  }
}
