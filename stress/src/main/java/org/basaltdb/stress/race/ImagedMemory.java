package org.basaltdb.stress.race;

import java.util.Arrays;
import java.util.BitSet;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.buffer.ClockPolicy;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.SlotSpace;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.basaltdb.wal.MemoryLog;

/// The memory of a partition of which checkpoints take images while its tables are written to. The
/// images go nowhere: each is compared with what its page or index segment was at the cut.
///
/// Whoever is inside the monitor of this object has the partition's token.
final class ImagedMemory extends RaceMemory {
  /// What a checkpoint found out.
  static final String AS_CUT = "AS_CUT";

  static final String CHANGED = "CHANGED";
  static final String MISSING = "MISSING";

  private static final int FRAME_LIMIT = 4096;
  private static final int PIECE_UNITS = 2;

  /// A unit is the number of a page, or of a block with a bit above it.
  private static final long BLOCK = 1L << Integer.SIZE;

  private final PageTable words;
  private final BlockPool pool;
  private final PartitionImages images;
  private final BufferPool pages;
  private final SegmentNumbers segments;
  private final PageImages staging;
  private final long[] units = new long[PIECE_UNITS];

  /// What pages and segments were at the cut, by number of the page, and then of the block.
  private final Copies pagesAtCut = new Copies();

  private final Copies segmentsAtCut = new Copies();

  private int checkpoint;

  ImagedMemory(int expectedRowBytes) {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    PageTable words = new PageTable(region("race words", Owner.PAGE_TABLE, budget));
    BlockPool pool = new BlockPool(region("race blocks", Owner.FRAMES, budget), budget);
    PartitionImages images =
        new PartitionImages(
            region("race images", Owner.PAGE_TABLE, budget),
            page -> pool.baseAddress() + PageWord.frameOffset(words.word(page)),
            pool.baseAddress(),
            budget);
    SegmentNumbers segments = new SegmentNumbers(images);
    BufferPool pages =
        new BufferPool(words, pool, images, new ClockPolicy(), FRAME_LIMIT, () -> {});
    super(expectedRowBytes, new MemoryLog(), budget, pool, pages, segments);
    this.words = words;
    this.pool = pool;
    this.images = images;
    this.pages = pages;
    this.segments = segments;
    this.staging = new PageImages(PIECE_UNITS, budget);
  }

  /// Which blocks are index segments.
  private static final class SegmentNumbers implements SegmentChanges {
    private final SegmentChanges told;
    private final BitSet numbers = new BitSet();

    SegmentNumbers(SegmentChanges told) {
      this.told = told;
    }

    @Override
    public boolean beforeChange(int block) {
      return told.beforeChange(block);
    }

    @Override
    public boolean beforeChange(int block, int offset, int length) {
      return told.beforeChange(block, offset, length);
    }

    @Override
    public void allocated(int block) {
      numbers.set(block);
      told.allocated(block);
    }

    @Override
    public void retired(int block) {
      numbers.clear(block);
      told.retired(block);
    }
  }

  /// Copies of pages or segments, and which of them were not asked for yet.
  private static final class Copies {
    private long[] addresses = new long[0];
    private final BitSet left = new BitSet();

    void begin() {
      left.clear();
    }

    void put(int number, long address) {
      if (number >= addresses.length) {
        addresses = Arrays.copyOf(addresses, number + 64);
      }
      if (addresses[number] == 0) {
        addresses[number] = Memory.allocate(PageLayout.PAGE_BYTES, Long.BYTES);
      }
      Memory.copy(address, addresses[number], PageLayout.PAGE_BYTES);
      left.set(number);
    }

    /// Whether an image is that of the number at the cut, and no other came before.
    boolean take(int number, long image) {
      boolean wanted = left.get(number);
      left.clear(number);
      return wanted && Memory.equal(addresses[number], image, PageLayout.PAGE_BYTES);
    }
  }

  BufferPool pages() {
    return pages;
  }

  @Override
  void apply(TablePartition table, Mutation mutation) {
    do {
      synchronized (this) {
        table.apply(mutation);
      }
    } while (mutation.outcome
        == Mutation.NO_ROOM); // aside, until the checkpoint has collected more
  }

  /// Makes a checkpoint, piece by piece as the engine does.
  ///
  /// @return whether its images are of the cut
  String checkpoint() {
    images.openReserve();
    cut();
    String verdict = AS_CUT;
    while (true) {
      int count = collect();
      for (int i = 0; i < count; i++) {
        if (!isAsCut(units[i], staging.address(i))) {
          verdict = CHANGED;
        }
      }
      settle(count);
      if (count == 0 && !images.isImaging()) {
        break;
      }
    }
    synchronized (this) {
      images.naming();
      images.published(checkpoint);
      images.freeRetiredSlots();
    }
    images.closeReserve();
    return verdict.equals(AS_CUT) && !pagesAtCut.left.isEmpty() ? MISSING : verdict;
  }

  private synchronized void cut() {
    pagesAtCut.begin();
    for (int page = 0; page < images.pageCount(); page++) {
      if (images.isPageDirty(page)) {
        pagesAtCut.put(page, pool.baseAddress() + PageWord.frameOffset(words.word(page)));
      }
    }
    segmentsAtCut.begin();
    segments.numbers.stream().forEach(block -> segmentsAtCut.put(block, pool.address(block)));
    images.cut(++checkpoint);
  }

  private synchronized int collect() {
    return images.isImaging() ? images.collect(staging, units, 0, PIECE_UNITS) : 0;
  }

  private boolean isAsCut(long unit, long image) {
    return (unit & BLOCK) == 0
        ? pagesAtCut.take((int) unit, image)
        : segmentsAtCut.take((int) unit, image);
  }

  private synchronized void settle(int count) {
    for (int i = 0; i < count; i++) {
      images.settle(units[i], SlotSpace.first(images.takeSlots(1)), 1);
    }
  }
}
