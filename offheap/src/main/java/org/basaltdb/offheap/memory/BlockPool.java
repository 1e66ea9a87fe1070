package org.basaltdb.offheap.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/// Blocks of 8 KiB out of a region, by number.
///
/// Block n lies at `baseAddress() + n * BLOCK_BYTES`, for good. An extent of the region holds 256
/// blocks, a bit each says which are free. Blocks come from the extent that had one freed last,
/// lowest first, so that used blocks gather in few extents and the others empty out; an extent
/// whose blocks are all free is given back to the system, unless less than another extent's worth
/// of blocks would stay free (so that a writer at the edge of an extent does not give it back and
/// take it again with every block).
///
/// The bytes of all committed extents are in the budget under the owner of the region; a block that
/// is handed out moves its bytes to the owner it is for. So what stands under the region's owner
/// includes what is free.
///
/// - POOL-1 A block is handed out at most once until it is freed.
/// - POOL-2 What [#ensure] promised is free: no extent is given back that the promise needs.
/// - POOL-3 Nothing is refused before those who hold blocks back, until no reader can see them,
///   gave back what they can ([#addReclaimer]).
///
/// The contents of a block that is handed out are not defined. Nothing is allocated on the Java
/// heap after construction, but for the list of reclaimers. Both operations take constant time,
/// except when an extent is committed or given back (a system call, tens of microseconds with the
/// page faults that follow).
///
/// Thread rules: one thread at a time, ordered by the writer's token; the counters may be read by
/// any thread, and addresses of blocks computed by any.
public final class BlockPool implements AutoCloseable {
  /// The size of a block.
  public static final int BLOCK_BYTES = 8192;

  private static final int BLOCK_SHIFT = 13;
  private static final int BLOCKS_PER_EXTENT = (int) (Region.EXTENT_BYTES / BLOCK_BYTES);
  private static final int WORDS_PER_EXTENT = BLOCKS_PER_EXTENT / Long.SIZE;
  private static final int NONE = -1;
  private static final VarHandle FREE_BLOCKS;
  private static final VarHandle USED_BLOCKS;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FREE_BLOCKS =
          lookup.findVarHandle(BlockPool.class, "freeBlocks", int.class).withInvokeExactBehavior();
      USED_BLOCKS =
          lookup.findVarHandle(BlockPool.class, "usedBlocks", int.class).withInvokeExactBehavior();
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  private final Region region;
  private final MemoryBudget budget;
  private final long base;

  /// A bit a block, set when it is free and its extent is committed.
  private final long[] freeBits;

  /// By extent: how many of its blocks are free.
  private final int[] freeInExtent;

  /// By extent: the next in the list it is in, of extents with free blocks or of extents given
  /// back.
  private final int[] next;

  /// By extent: the one before in the list of extents with free blocks.
  private final int[] previous;

  private int firstWithFree = NONE;
  private int firstGivenBack = NONE;
  private int committedExtents;
  private int freeBlocks;
  private int usedBlocks;
  private int promisedBlocks;

  /// Asked in the order in which they came.
  private final List<Runnable> reclaimers = new ArrayList<>();

  /// How many blocks are out for each owner.
  private final int[] outByOwner = new int[Owner.values().length];

  /// A pool over a region of which nothing is committed yet.
  ///
  /// @param region used by nobody else
  /// @param budget the one the region was reserved with
  /// @throws IllegalArgumentException if something of the region is committed, or it holds more
  ///   than 2^31 - 1 blocks
  public BlockPool(Region region, MemoryBudget budget) {
    if (region.committedBytes() != 0 || region.capacityBytes() >> BLOCK_SHIFT > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "region not fit for a block pool; found "
              + region
              + "; expected nothing committed and at most 16 TiB");
    }
    this.region = region;
    this.budget = budget;
    this.base = region.base();
    int extents = (int) (region.capacityBytes() / Region.EXTENT_BYTES);
    this.freeBits = new long[extents * WORDS_PER_EXTENT];
    this.freeInExtent = new int[extents];
    this.next = new int[extents];
    this.previous = new int[extents];
    Arrays.fill(next, NONE);
    Arrays.fill(previous, NONE);
  }

  /// Hands out a block.
  ///
  /// @param owner to whom its bytes are accounted
  /// @return its number, zero or more
  /// @throws BudgetExhaustedException if no block is free and none can be had; nothing is changed
  ///   then. Cannot be thrown for as many blocks as [#ensure] promised
  public int allocate(Owner owner) {
    if (firstWithFree == NONE) {
      makeRoom();
    }
    int extent = firstWithFree;
    int word = extent * WORDS_PER_EXTENT;
    while (freeBits[word] == 0) {
      word++;
    }
    int block = word * Long.SIZE + Long.numberOfTrailingZeros(freeBits[word]);
    freeBits[word] &= freeBits[word] - 1;
    if (--freeInExtent[extent] == 0) {
      unlinkFromFree(extent);
    }
    FREE_BLOCKS.setOpaque(this, freeBlocks - 1);
    USED_BLOCKS.setOpaque(this, usedBlocks + 1);
    promisedBlocks = Math.max(0, promisedBlocks - 1);
    outByOwner[position(owner)]++;
    budget.transfer(region.owner(), owner, BLOCK_BYTES);
    return block;
  }

  /// Takes a block back. The caller guarantees that no writer uses it any more, and no reader that
  /// would believe what it reads there.
  ///
  /// @param owner the one it was allocated for
  /// @throws IllegalArgumentException if the block is not out; nothing is changed then
  public void free(int block, Owner owner) {
    checkOut(block);
    int extent = block / BLOCKS_PER_EXTENT;
    freeBits[block / Long.SIZE] |= 1L << block;
    if (freeInExtent[extent]++ == 0) {
      linkToFree(extent);
    }
    FREE_BLOCKS.setOpaque(this, freeBlocks + 1);
    USED_BLOCKS.setOpaque(this, usedBlocks - 1);
    outByOwner[position(owner)]--;
    assert outByOwner[position(owner)] >= 0 : "freed for " + owner + ", which has none";
    budget.transfer(owner, region.owner(), BLOCK_BYTES);
    if (freeInExtent[extent] == BLOCKS_PER_EXTENT
        && freeBlocks - BLOCKS_PER_EXTENT >= Math.max(promisedBlocks, BLOCKS_PER_EXTENT)) {
      giveBack(extent);
    }
  }

  /// Makes sure that the next `blockCount` allocations succeed, by committing what is missing now.
  ///
  /// @param blockCount zero or more
  /// @throws BudgetExhaustedException if they could not; extents committed until then stay, free
  public void ensure(int blockCount) {
    while (freeBlocks < blockCount) {
      makeRoom();
    }
    promisedBlocks = blockCount;
  }

  /// Has `reclaimer` called before an allocation is refused (POOL-3). It gives back blocks of this
  /// pool that it can do without, and allocates none.
  public void addReclaimer(Runnable reclaimer) {
    reclaimers.add(reclaimer);
  }

  /// Ends what [#addReclaimer] began, with the same object.
  public void removeReclaimer(Runnable reclaimer) {
    reclaimers.remove(reclaimer);
  }

  /// Calls every reclaimer: before memory outside the pool is refused, too, since an extent that
  /// empties goes back to the budget.
  public void reclaim() {
    for (int i = 0; i < reclaimers.size(); i++) {
      reclaimers.get(i).run();
    }
  }

  /// Adds free blocks: of an extent, or those that were held back.
  private void makeRoom() {
    try {
      addExtent();
    } catch (BudgetExhaustedException refused) {
      int before = freeBlocks;
      reclaim();
      if (freeBlocks <= before) {
        addExtent(); // what was reclaimed may have gone back to the budget whole
      }
    }
  }

  /// The address of a block; no check.
  public long address(int block) {
    return base + ((long) block << BLOCK_SHIFT);
  }

  /// The address of block 0.
  public long baseAddress() {
    return base;
  }

  /// How many blocks are committed and free.
  public int freeCount() {
    return (int) FREE_BLOCKS.getOpaque(this);
  }

  /// How many blocks are out.
  public int usedCount() {
    return (int) USED_BLOCKS.getOpaque(this);
  }

  /// How many blocks the region can hold.
  public int capacityCount() {
    return freeInExtent.length * BLOCKS_PER_EXTENT;
  }

  /// Closes the region, and with it every block that is out; their bytes leave the budget. No
  /// thread may be inside any more. Again does nothing.
  @Override
  public void close() {
    for (Owner owner : Owner.values()) {
      budget.transfer(owner, region.owner(), (long) outByOwner[position(owner)] * BLOCK_BYTES);
      outByOwner[position(owner)] = 0;
    }
    region.close();
  }

  @SuppressWarnings("EnumOrdinal") // an index that is never stored
  private static int position(Owner owner) {
    return owner.ordinal();
  }

  private void addExtent() {
    int extent = firstGivenBack;
    if (extent != NONE) {
      region.takeBack(extent * Region.EXTENT_BYTES, Region.EXTENT_BYTES);
      firstGivenBack = next[extent];
    } else {
      extent = committedExtents;
      region.commitTo((extent + 1L) * Region.EXTENT_BYTES);
      committedExtents++;
    }
    Arrays.fill(freeBits, extent * WORDS_PER_EXTENT, (extent + 1) * WORDS_PER_EXTENT, -1L);
    freeInExtent[extent] = BLOCKS_PER_EXTENT;
    linkToFree(extent);
    FREE_BLOCKS.setOpaque(this, freeBlocks + BLOCKS_PER_EXTENT);
  }

  private void giveBack(int extent) {
    unlinkFromFree(extent);
    Arrays.fill(freeBits, extent * WORDS_PER_EXTENT, (extent + 1) * WORDS_PER_EXTENT, 0L);
    freeInExtent[extent] = 0;
    FREE_BLOCKS.setOpaque(this, freeBlocks - BLOCKS_PER_EXTENT);
    next[extent] = firstGivenBack;
    firstGivenBack = extent;
    region.giveBack(extent * Region.EXTENT_BYTES, Region.EXTENT_BYTES);
    assert freeBlocks >= promisedBlocks
        : "POOL-2: " + freeBlocks + " free of " + promisedBlocks + " promised";
  }

  private void linkToFree(int extent) {
    next[extent] = firstWithFree;
    previous[extent] = NONE;
    if (firstWithFree != NONE) {
      previous[firstWithFree] = extent;
    }
    firstWithFree = extent;
  }

  private void unlinkFromFree(int extent) {
    if (previous[extent] == NONE) {
      firstWithFree = next[extent];
    } else {
      next[previous[extent]] = next[extent];
    }
    if (next[extent] != NONE) {
      previous[next[extent]] = previous[extent];
    }
    next[extent] = NONE;
    previous[extent] = NONE;
  }

  /// POOL-1, from the side of the one who frees.
  private void checkOut(int block) {
    int extent = Math.floorDiv(block, BLOCKS_PER_EXTENT);
    boolean committed = extent >= 0 && extent < committedExtents && !isGivenBack(extent);
    if (!committed || (freeBits[block / Long.SIZE] >>> block & 1) != 0) {
      throw new IllegalArgumentException(
          "block freed that is not out; found block "
              + block
              + "; expected one that was allocated and not freed since; in region "
              + region.name());
    }
  }

  private boolean isGivenBack(int extent) {
    return region.isGivenBack(extent * Region.EXTENT_BYTES);
  }
}
