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
/// **Homes.** Block n is the *home* of page n. Pages at home are read faster, because a reader need
/// not wait for the page's state word to know where the row is. So extents are of two kinds: those
/// whose blocks are homes, and those for everything else, which has no wish; a kind takes from the
/// other only when memory is short. A home is a wish, not a promise: [#allocate(Owner, int)] gives
/// another block when the wanted one is taken or would cost too much.
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

  /// Kinds of extents.
  private static final int FOR_ANYTHING = 0;

  private static final int FOR_HOMES = 1;

  /// An extent is committed for one wanted block only while fewer blocks are free than an extent's
  /// and this part of those in use: many small tables would take an extent each.
  private static final int SPARE_SHIFT = 4;

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

  /// By extent: what its blocks are for.
  private final byte[] kind;

  /// By extent: the next in the list it is in, of extents of its kind with free blocks or of
  /// extents given back.
  private final int[] next;

  /// By extent: the one before in that list.
  private final int[] previous;

  /// By kind: the first extent with free blocks.
  private final int[] firstWithFree = {NONE, NONE};

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
    this.kind = new byte[extents];
    this.next = new int[extents];
    this.previous = new int[extents];
    Arrays.fill(next, NONE);
    Arrays.fill(previous, NONE);
  }

  /// Hands out a block that is nobody's home, if there is one.
  ///
  /// @param owner to whom its bytes are accounted
  /// @return its number, zero or more
  /// @throws BudgetExhaustedException if no block is free and none can be had; nothing is changed
  ///   then. Cannot be thrown for as many blocks as [#ensure] promised
  public int allocate(Owner owner) {
    return allocateOfKind(FOR_ANYTHING, owner);
  }

  /// Hands out a block, the wanted one if it can be had.
  ///
  /// @param owner to whom its bytes are accounted
  /// @param wanted number of a block, or anything beyond the last, which is not to be had
  /// @return its number, zero or more
  /// @throws BudgetExhaustedException if no block is free and none can be had; nothing is changed
  ///   then. Cannot be thrown for as many blocks as [#ensure] promised
  public int allocate(Owner owner, int wanted) {
    if (wanted < capacityCount()) {
      int extent = wanted / BLOCKS_PER_EXTENT;
      if (isAbsent(extent) && freeBlocks <= BLOCKS_PER_EXTENT + (usedBlocks >> SPARE_SHIFT)) {
        tryToBringIn(extent);
      }
      if ((freeBits[wanted / Long.SIZE] >>> wanted & 1) != 0) {
        return handOut(wanted, owner);
      }
    }
    return allocateOfKind(FOR_HOMES, owner);
  }

  /// Whether [#allocate(Owner, int)] of this block may succeed now or later: false while its extent
  /// serves other things. True beyond the last block, where there is nothing to wait for.
  public boolean canBeHome(int block) {
    int extent = block / BLOCKS_PER_EXTENT;
    return block >= capacityCount() || isAbsent(extent) || kind[extent] == FOR_HOMES;
  }

  private int allocateOfKind(int wantedKind, Owner owner) {
    if (firstWithFree[wantedKind] == NONE) {
      makeRoom(wantedKind);
    }
    int word = firstWithFree[wantedKind] * WORDS_PER_EXTENT;
    while (freeBits[word] == 0) {
      word++;
    }
    return handOut(word * Long.SIZE + Long.numberOfTrailingZeros(freeBits[word]), owner);
  }

  private int handOut(int block, Owner owner) {
    int extent = block / BLOCKS_PER_EXTENT;
    freeBits[block / Long.SIZE] &= ~(1L << block);
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
      try {
        addExtent(FOR_HOMES);
      } catch (BudgetExhaustedException refused) {
        int before = freeBlocks;
        reclaim();
        if (freeBlocks <= before) {
          addExtent(FOR_HOMES); // what was reclaimed may have gone back to the budget whole
        }
      }
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

  /// Adds free blocks of a kind: an extent, or one of the other kind, or what was held back.
  private void makeRoom(int wantedKind) {
    try {
      addExtent(wantedKind);
    } catch (BudgetExhaustedException refused) {
      if (!convert(wantedKind)) {
        reclaim();
        if (firstWithFree[wantedKind] == NONE && !convert(wantedKind)) {
          addExtent(wantedKind); // what was reclaimed may have gone back to the budget whole
        }
      }
    }
  }

  /// Makes an extent of the other kind, with free blocks, one of this kind.
  private boolean convert(int wantedKind) {
    int extent = firstWithFree[1 - wantedKind];
    if (extent == NONE) {
      return false;
    }
    unlinkFromFree(extent);
    kind[extent] = (byte) wantedKind;
    linkToFree(extent);
    return true;
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

  private void addExtent(int ofKind) {
    bringIn(firstGivenBack != NONE ? firstGivenBack : committedExtents, ofKind);
  }

  private void tryToBringIn(int extent) {
    try {
      while (committedExtents < extent) {
        bringIn(committedExtents, FOR_HOMES);
        giveBack(committedExtents - 1);
      }
      bringIn(extent, FOR_HOMES);
    } catch (BudgetExhaustedException refused) {
      // The wanted block cannot be had; whether any can is found out by the caller.
      assert isAbsent(extent) : extent;
    }
  }

  /// Adds an extent that was given back, or the next that was never committed.
  private void bringIn(int extent, int ofKind) {
    if (extent < committedExtents) {
      region.takeBack(extent * Region.EXTENT_BYTES, Region.EXTENT_BYTES);
      firstGivenBack = unlink(extent, firstGivenBack);
    } else {
      region.commitTo((extent + 1L) * Region.EXTENT_BYTES);
      committedExtents++;
    }
    Arrays.fill(freeBits, extent * WORDS_PER_EXTENT, (extent + 1) * WORDS_PER_EXTENT, -1L);
    freeInExtent[extent] = BLOCKS_PER_EXTENT;
    kind[extent] = (byte) ofKind;
    linkToFree(extent);
    FREE_BLOCKS.setOpaque(this, freeBlocks + BLOCKS_PER_EXTENT);
  }

  private void giveBack(int extent) {
    unlinkFromFree(extent);
    Arrays.fill(freeBits, extent * WORDS_PER_EXTENT, (extent + 1) * WORDS_PER_EXTENT, 0L);
    freeInExtent[extent] = 0;
    FREE_BLOCKS.setOpaque(this, freeBlocks - BLOCKS_PER_EXTENT);
    firstGivenBack = link(extent, firstGivenBack);
    region.giveBack(extent * Region.EXTENT_BYTES, Region.EXTENT_BYTES);
    assert freeBlocks >= promisedBlocks
        : "POOL-2: " + freeBlocks + " free of " + promisedBlocks + " promised";
  }

  private void linkToFree(int extent) {
    firstWithFree[kind[extent]] = link(extent, firstWithFree[kind[extent]]);
  }

  private void unlinkFromFree(int extent) {
    firstWithFree[kind[extent]] = unlink(extent, firstWithFree[kind[extent]]);
  }

  /// Puts an extent at the head of a list. Returns the new head.
  private int link(int extent, int head) {
    next[extent] = head;
    previous[extent] = NONE;
    if (head != NONE) {
      previous[head] = extent;
    }
    return extent;
  }

  /// Takes an extent out of a list. Returns the new head.
  private int unlink(int extent, int head) {
    int after = next[extent];
    int before = previous[extent];
    if (before != NONE) {
      next[before] = after;
    }
    if (after != NONE) {
      previous[after] = before;
    }
    next[extent] = NONE;
    previous[extent] = NONE;
    return before == NONE ? after : head;
  }

  /// POOL-1, from the side of the one who frees.
  private void checkOut(int block) {
    int extent = Math.floorDiv(block, BLOCKS_PER_EXTENT);
    if (extent < 0
        || extent >= freeInExtent.length
        || isAbsent(extent)
        || (freeBits[block / Long.SIZE] >>> block & 1) != 0) {
      throw new IllegalArgumentException(
          "block freed that is not out; found block "
              + block
              + "; expected one that was allocated and not freed since; in region "
              + region.name());
    }
  }

  /// Not committed yet, or given back.
  private boolean isAbsent(int extent) {
    return extent >= committedExtents || region.isGivenBack(extent * Region.EXTENT_BYTES);
  }
}
