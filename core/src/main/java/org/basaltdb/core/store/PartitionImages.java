package org.basaltdb.core.store;

import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.hash.SegmentLayout;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// What a partition's pages and index blocks look like on disk, and which of them have changed
/// since: the part of a checkpoint that is done under the partition's token.
///
/// ```
///               cut                       collect has found everything
///   IDLE ------------------> IMAGING ------------------------------------> IDLE
///                               |                                           ^
///                               +-------------------------------------------+
///                                                  giveUp
/// ```
///
/// While IMAGING, a command that changes a unit the checkpoint still needs copies it into the
/// reserve (CUT-2), and the checkpointer collects.
///
/// Thread rules: the holder of the partition's token, but for what says otherwise.
public final class PartitionImages implements SegmentChanges, AutoCloseable {
  /// Bytes that marks and places of a page number and a block take.
  public static final int ENTRY_BYTES = UnitLayout.ENTRY_BYTES;

  /// Images that commands can have made ahead of the checkpointer, at least.
  private static final int RESERVE_IMAGES = 256;

  /// One image more for so many units that are to be imaged.
  private static final int UNITS_AN_IMAGE = 32;

  private static final int LEAST_CHUNKS = 256;

  /// Slots freed in one piece of work under the token.
  private static final int FREED_AT_ONCE = 512;

  /// Units looked at in one piece of work under the token.
  private static final int COLLECT_STEPS = 4096;

  private final MemoryBudget budget;
  private final Region region;
  private final SlotSpace slots = new SlotSpace(SlotSpace.MAX_SLOTS);
  private final CopyReserve reserve = new CopyReserve();
  private final UndoBytes undo = new UndoBytes();
  private final DirtyMap pages;
  private final DirtyMap blocks;
  private volatile boolean imaging;

  /// Set by the holder of the token when commands wait for dirty pages to be written, cleared when
  /// enough are, or cannot be.
  private volatile boolean cleaningAwaited;

  /// Why pages cannot be written, or null.
  private volatile @Nullable Throwable cleaningFailure;

  /// Nothing has images yet. Owns the region.
  ///
  /// @param region [#ENTRY_BYTES] for each number of a page or block
  /// @param wordsAndFrames where a page is
  /// @param blockBase address of block zero
  public PartitionImages(
      Region region, PageAddresses wordsAndFrames, long blockBase, MemoryBudget budget) {
    this.budget = budget;
    this.region = region;
    this.pages = new DirtyMap(region, Unit.PAGE, wordsAndFrames::frame, slots, reserve, undo);
    this.blocks =
        new DirtyMap(
            region,
            Unit.BLOCK,
            block -> blockBase + ((long) block << PageLayout.PAGE_SHIFT),
            slots,
            reserve,
            undo);
  }

  /// Where pages are in memory.
  public interface PageAddresses {
    /// Address of the frame of a page that has one.
    long frame(int page);
  }

  // ---- what becomes of pages

  /// Page numbers below `count` may be used.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing
  ///   changed
  public void commitPages(int count) {
    pages.commit(count);
  }

  /// The page may be changed by what the writer does next.
  ///
  /// @return false if it must not be changed yet
  public boolean beforePageChange(int page) {
    return pages.beforeChange(page);
  }

  /// The same, of a change of no more than the first `headBytes` of the page, always the same
  /// number for a page, and of `length` bytes from `offset` on.
  ///
  /// @return false if it must not be changed yet
  public boolean beforePageChange(int page, int headBytes, int offset, int length) {
    return pages.beforeChange(page, headBytes, offset, length);
  }

  /// The page has a frame from now on.
  public void pageAllocated(int page) {
    pages.allocated(page);
  }

  /// The page has no frame any more.
  public void pageFreed(int page) {
    pages.freed(page);
  }

  @Override
  public boolean beforeChange(int block) {
    return blocks.beforeChange(block);
  }

  @Override
  public boolean beforeChange(int block, int offset, int length) {
    return blocks.beforeChange(block, SegmentLayout.BUCKETS_OFFSET, offset, length);
  }

  @Override
  public void allocated(int block) {
    blocks.commit(block + 1);
    blocks.allocated(block);
  }

  @Override
  public void retired(int block) {
    blocks.freed(block);
  }

  /// Whether a page has changed since its newest image, or has none.
  public boolean isPageDirty(int page) {
    return pages.isDirty(page);
  }

  /// CLEAN-1: whether the newest image of a page is what it holds.
  public boolean isPageClean(int page) {
    return pages.isClean(page);
  }

  /// How many pages are dirty.
  public int dirtyPageCount() {
    return pages.dirtyCount();
  }

  /// Notes to whose account the frame of a page belongs.
  public void pageOwner(int page, boolean overflow) {
    pages.overflow(page, overflow);
  }

  /// Notes whether a command wants a page to stay in memory.
  public void holdPage(int page, boolean held) {
    pages.held(page, held);
  }

  /// What [#holdPage] noted.
  public boolean isPageHeld(int page) {
    return pages.isHeld(page);
  }

  /// What [#pageOwner] noted.
  public boolean isOverflowPage(int page) {
    return pages.isOverflow(page);
  }

  // ---- cleaning, outside of a checkpoint

  /// Commands wait from now on until dirty pages were written.
  public void awaitCleaning() {
    cleaningAwaited = true;
  }

  /// Whether commands wait for dirty pages to be written. Any thread.
  public boolean isCleaningAwaited() {
    return cleaningAwaited;
  }

  /// Pages were written, or could not be.
  ///
  /// @param failure why not, or null
  public void cleaned(@Nullable Throwable failure) {
    cleaningFailure = failure;
    cleaningAwaited = false;
  }

  /// Why pages could not be written when it was tried last, or null. Any thread.
  public @Nullable Throwable cleaningFailure() {
    return cleaningFailure;
  }

  /// Copies dirty pages, while no checkpoint collects.
  ///
  /// @param into filled with images
  /// @param units filled with whose they are
  /// @param from index of the first
  /// @param most how many at most
  /// @return how many; fewer than that many if no more was found in a bounded number of steps
  public int collectDirty(PageImages into, long[] units, int from, int most) {
    int at = from;
    for (int left = COLLECT_STEPS; at < from + most && left > 0; ) {
      int page = pages.collectDirty(left);
      left -= pages.lastSteps();
      if (page >= 0) {
        Memory.copy(pages.address(page), into.address(at), PageLayout.PAGE_BYTES);
        units[at] = Unit.of(Unit.PAGE, page);
        at++;
      }
    }
    return at - from;
  }

  /// An image that [#collectDirty] copied is in that slot.
  public void settleClean(long unit, int slot, int checksum) {
    pages.settleClean(Unit.number(unit), slot, checksum);
  }

  /// Whether a checkpoint collects images. Any thread.
  public boolean isImaging() {
    return imaging;
  }

  /// Whether a command that was told to wait may try again. Any thread.
  public boolean hasRoom() {
    return reserve.hasRoom() && !cleaningAwaited;
  }

  // ---- a checkpoint

  /// Takes memory for what commands keep while a checkpoint collects: a chunk for each unit that is
  /// to be imaged, a sixteenth part of their memory, which is touched as far as it is used. The
  /// checkpointer, without the token: it may take a while.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if there is none; nothing changed
  public void openReserve() {
    int pending = pages.dirtyCount() + blocks.dirtyCount(); // about: they go on changing
    openCopies(Math.max(RESERVE_IMAGES, pending / UNITS_AN_IMAGE));
    openUndo(Math.max(LEAST_CHUNKS, pending));
  }

  /// Has some of that memory ready. The checkpointer, now and then, without the token.
  public void prepareReserve() {
    undo.touchAhead();
  }

  /// Gives that memory back. The checkpointer, once nothing is imaged; without the token.
  public void closeReserve() {
    assert !imaging;
    reserve.close();
    undo.close();
  }

  /// Begins a checkpoint; the reserve is open.
  ///
  /// @param checkpoint its number, higher than all before
  public void cut(int checkpoint) {
    slots.cut(checkpoint);
    pages.cut(checkpoint);
    blocks.cut(checkpoint);
    imaging = true;
  }

  /// Without any, images are copied.
  private void openUndo(int chunks) {
    try {
      undo.open(chunks, budget);
    } catch (BudgetExhaustedException refused) {
      if (chunks > LEAST_CHUNKS) {
        openUndo(LEAST_CHUNKS);
      }
    }
  }

  /// As large as memory allows: one image is enough to come to an end.
  private void openCopies(int most) {
    for (int capacity = most; ; capacity = Math.max(1, capacity / 4)) {
      try {
        reserve.open(capacity, budget);
        return;
      } catch (BudgetExhaustedException refused) {
        if (capacity == 1) {
          throw refused;
        }
      }
    }
  }

  /// Copies units that the checkpoint needs. When it is through, nothing is pending any more.
  ///
  /// @param into filled with images
  /// @param units filled with whose they are
  /// @param from index of the first
  /// @param most how many at most
  /// @return how many; ask again while [#isImaging], which ends with fewer than were asked for
  public int collect(PageImages into, long[] units, int from, int most) {
    int end = from + most;
    int at = from;
    while (at < end && reserve.count() > 0) {
      units[at] = reserve.poll(into.address(at));
      at++;
    }
    at = collectFrom(pages, Unit.PAGE, into, units, at, end);
    at = collectFrom(blocks, Unit.BLOCK, into, units, at, end);
    if (at < end && pages.left() == 0 && blocks.left() == 0) {
      endImaging();
    }
    return at - from;
  }

  private static int collectFrom(
      DirtyMap map, int kind, PageImages into, long[] units, int from, int end) {
    int at = from;
    int before = map.left();
    while (at < end && before - map.left() < COLLECT_STEPS && map.left() > 0) {
      int unit = map.collect(COLLECT_STEPS - (before - map.left()));
      if (unit >= 0) {
        map.copyAsCut(unit, into.address(at));
        units[at] = Unit.of(kind, unit);
        at++;
      }
    }
    return at;
  }

  private void endImaging() {
    pages.endImaging();
    blocks.endImaging();
    reserve.empty();
    imaging = false;
  }

  /// Slots for images, see [SlotSpace#take].
  public long takeSlots(int wanted) {
    return slots.take(wanted);
  }

  /// An image that was collected is in that slot.
  public void settle(long unit, int slot, int checksum) {
    mapOf(unit).settle(Unit.number(unit), slot, checksum);
  }

  /// An image that was collected will not be written.
  public void giveUp(long unit) {
    mapOf(unit).giveUp(Unit.number(unit));
  }

  /// A slot that was taken will not be used.
  public void giveUpSlot(int slot) {
    slots.giveUp(slot);
  }

  private DirtyMap mapOf(long unit) {
    return Unit.kind(unit) == Unit.PAGE ? pages : blocks;
  }

  /// Gives up a checkpoint that was cut. What it has settled stays.
  public void giveUpCheckpoint() {
    if (imaging) {
      endImaging();
    }
  }

  /// The checkpoint is about to get its name, see [SlotSpace#naming].
  public void naming() {
    slots.naming();
  }

  /// The checkpoint is published, see [SlotSpace#published].
  public void published(int checkpoint) {
    slots.published(checkpoint);
  }

  /// Frees slots that no checkpoint names any more, for a bounded time: ask again while it says so.
  ///
  /// @return whether there may be more
  public boolean freeRetiredSlots() {
    return slots.freeRetired(FREED_AT_ONCE) == FREED_AT_ONCE;
  }

  /// A checkpoint was published and all slots freed that only older ones name, see
  /// [SlotSpace#rest].
  public void restSlots() {
    slots.rest();
  }

  /// Slots to give back, see [SlotSpace#takeIdle].
  public long takeIdleSlots(int from) {
    return slots.takeIdle(from);
  }

  // ---- the mapping of a checkpoint, by the checkpointer once it has collected everything

  /// Pages that there can be images of.
  public int pageCount() {
    return pages.unitCount();
  }

  /// Blocks that there can be images of.
  public int blockCount() {
    return blocks.unitCount();
  }

  /// Slots that the page file has.
  public int slotCount() {
    return slots.slotCount();
  }

  /// Where the image of a page is; zero if it has none.
  public long pageImage(int page) {
    return pages.image(page);
  }

  /// Where the image of a block is; zero if it has none.
  public long blockImage(int block) {
    return blocks.image(block);
  }

  /// The slot of an image.
  public static int slotOf(long image) {
    return DirtyMap.slotOf(image);
  }

  /// The checksum of an image.
  public static int checksumOf(long image) {
    return DirtyMap.checksumOf(image);
  }

  // ---- at open

  /// Begins with what two checkpoints left, see [SlotSpace#restore].
  public void restore(int newest, int older, int slotCount) {
    slots.restore(newest, older, slotCount);
    pages.restored(newest);
    blocks.restored(newest);
  }

  /// The newest checkpoint has that image of a page.
  ///
  /// @return false if its slot is another one's, or not in the file
  public boolean restorePage(int page, long image) {
    return restore(pages, page, image);
  }

  /// The newest checkpoint has an image of a page that is not in use any more.
  public void restoreFreedPage(int page) {
    pages.restoreFreed(page);
  }

  /// The newest checkpoint has that image of what is in a block now.
  ///
  /// @return false if its slot is another one's, or not in the file
  public boolean restoreBlock(int block, long image) {
    return restore(blocks, block, image);
  }

  private boolean restore(DirtyMap map, int unit, long image) {
    map.commit(unit + 1);
    map.restore(unit, image);
    return slots.nameCurrent(slotOf(image));
  }

  /// The older checkpoint has that image of something.
  public void restoreOlder(long image) {
    slots.nameOlder(slotOf(image));
  }

  /// Bytes committed for marks and places.
  public long committedBytes() {
    return region.committedBytes();
  }

  /// Gives its memory back.
  @Override
  public void close() {
    reserve.close();
    undo.close();
    region.close();
  }
}
