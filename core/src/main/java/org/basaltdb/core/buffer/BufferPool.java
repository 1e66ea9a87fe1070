package org.basaltdb.core.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.basaltdb.core.pages.NumberedPages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.jspecify.annotations.Nullable;

/// The pages of a partition, of which some are in memory and all have, or will have, images on
/// disk.
///
/// Frames come from the pool of blocks that indexes use too, up to a limit. Beyond it a page leaves
/// for each that comes; only pages whose image is written leave, and a copy of the page as it was
/// is all that a reader may still take from its frame.
///
/// - **POOLED-1.** A page that leaves is CLEAN (CLEAN-1), not held, and MARKED throughout (WORD-4).
/// - **POOLED-2 (CLEAN-3).** A command that begins while half of the frames are dirty steps aside.
///   So a disk that takes no more pages stops writes, and never reads. What it makes dirty itself
///   does not count: a few pages, and those of its large values.
/// - **POOLED-3.** The limit is one of pages that leave again. The pages of one large value may go
///   beyond it, as far as the memory budget reaches, since no page of it can leave before the write
///   that it belongs to.
/// - **POOLED-4.** Before the pool of blocks refuses anybody, pages leave (POOL-3).
///
/// Thread rules: the holder of the partition's writer token; counters by any thread.
public final class BufferPool extends NumberedPages implements EvictionPolicy.Residents {
  /// The fewest frames of a partition.
  public static final int MIN_FRAMES = 64;

  /// Pages that leave at once when memory is short elsewhere: an extent's worth.
  private static final int RECLAIMED_PAGES = 256;

  /// Of the frames, the part that is dirty when pages are written ahead of need: a quarter.
  private static final int CLEAN_AHEAD_DIVISOR = 4;

  /// Of the frames, the part that is taken beyond the limit after a look at all pages found none
  /// that may leave.
  private static final int FRUITLESS_DIVISOR = 16;

  private static final VarHandle RESIDENT_COUNT;
  private static final VarHandle EVICTED_COUNT;
  private static final VarHandle ADMITTED_COUNT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      RESIDENT_COUNT = lookup.findVarHandle(BufferPool.class, "residentCount", int.class);
      EVICTED_COUNT = lookup.findVarHandle(BufferPool.class, "evictedCount", long.class);
      ADMITTED_COUNT = lookup.findVarHandle(BufferPool.class, "admittedCount", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final PartitionImages images;
  private final EvictionPolicy policy;
  private final int frameLimit;

  /// Told that pages should be written soon.
  private final Runnable cleaner;

  private volatile boolean coldChains;
  private int residentCount;
  private long evictedCount;
  private long admittedCount;

  /// Pages that were fetched for the command that is aside, and stay until it is done.
  private int[] held = new int[16];

  private int heldCount;

  private @Nullable BudgetExhaustedException finalRefusal;

  /// So many frames are taken beyond the limit before it is tried again to have a page leave: a
  /// look at all pages finds none.
  private int fruitlessRounds;

  /// Whether the cleaner was called since it was due.
  private boolean cleaningAsked;

  /// No page is there.
  ///
  /// @param frameLimit the most frames that pages take, [#MIN_FRAMES] or more
  /// @param cleaner called when dirty pages should be written; any thread's, must not wait
  public BufferPool(
      PageTable table,
      BlockPool pool,
      PartitionImages images,
      EvictionPolicy policy,
      int frameLimit,
      Runnable cleaner) {
    super(table, pool, images::commitPages);
    if (frameLimit < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "frames of a partition; found " + frameLimit + "; expected " + MIN_FRAMES + " or more");
    }
    this.images = images;
    this.policy = policy;
    this.frameLimit = frameLimit;
    this.cleaner = cleaner;
    pool.addReclaimer(this::giveFramesBack);
  }

  // ---- frames

  /// The most frames that pages take, but for POOLED-3.
  public int frameLimit() {
    return frameLimit;
  }

  /// Pages in memory. Any thread.
  public int residentCount() {
    return (int) RESIDENT_COUNT.getOpaque(this);
  }

  /// Pages that have left since the database was opened. Any thread.
  public long evictedCount() {
    return (long) EVICTED_COUNT.getOpaque(this);
  }

  /// Pages that came back since the database was opened. Any thread.
  public long admittedCount() {
    return (long) ADMITTED_COUNT.getOpaque(this);
  }

  /// Dirty pages that are too many to go on: half of the frames.
  private int dirtyLimit() {
    return frameLimit / 2;
  }

  /// Whether dirty pages should be written, so that nobody has to wait for it later.
  public boolean isCleaningDue() {
    return images.dirtyPageCount() >= frameLimit / CLEAN_AHEAD_DIVISOR
        && residentCount >= frameLimit - frameLimit / 8;
  }

  /// Whether commands would have to wait soon. Any thread, as a hint.
  public boolean isDirtyLimitNear() {
    return images.dirtyPageCount() >= dirtyLimit() - dirtyLimit() / 4;
  }

  /// How many pages may stay dirty after cleaning.
  public int cleaningTarget() {
    return frameLimit / 8;
  }

  @Override
  public void reserve(int frameCount) {
    makeRoom(frameCount);
    try {
      pool.ensure(frameCount);
    } catch (BudgetExhaustedException refused) {
      awaitCleaning();
      throw refused;
    }
  }

  /// As far as pages can leave: the limit is not a promise (POOLED-3).
  private void makeRoom(int frameCount) {
    if (fruitlessRounds > 0) {
      fruitlessRounds--;
    } else {
      boolean more = true;
      while (more && residentCount + frameCount > frameLimit && residentCount > 0) {
        more = policy.evictOne(this);
      }
      if (!more) {
        fruitlessRounds = frameLimit / FRUITLESS_DIVISOR;
      }
    }
    if (!isCleaningDue()) {
      cleaningAsked = false;
    } else if (!cleaningAsked) {
      cleaningAsked = true;
      cleaner.run();
    }
  }

  /// POOLED-4.
  private void giveFramesBack() {
    boolean more = true;
    for (int i = 0; more && i < RECLAIMED_PAGES; i++) {
      more = policy.evictOne(this);
    }
  }

  /// Commands wait, if there is something that can be written for them.
  private void awaitCleaning() {
    if (images.dirtyPageCount() > cleaningTarget()) { // else cleaning writes nothing
      images.awaitCleaning();
      cleaner.run();
    }
  }

  @Override
  public long allocate(int page, Owner owner) {
    int frame = newFrame(page, owner);
    table.allocate(page, frame);
    images.pageAllocated(page);
    images.pageOwner(page, owner == Owner.OVERFLOW);
    return pool.address(frame);
  }

  private int newFrame(int page, Owner owner) {
    makeRoom(1);
    int frame;
    try {
      frame = pool.allocate(owner, page);
    } catch (BudgetExhaustedException refused) {
      awaitCleaning();
      throw refused;
    }
    RESIDENT_COUNT.setOpaque(this, residentCount + 1);
    return frame;
  }

  private void freeFrame(int page, int frame) {
    RESIDENT_COUNT.setOpaque(this, residentCount - 1);
    pool.free(frame, ownerOf(page));
  }

  private Owner ownerOf(int page) {
    return images.isOverflowPage(page) ? Owner.OVERFLOW : Owner.FRAMES;
  }

  @Override
  public void free(int page, Owner owner) {
    int frame = table.free(page);
    if (frame >= 0) {
      freeFrame(page, frame);
    }
    images.pageFreed(page);
  }

  // ---- what leaves and what comes back

  @Override
  public int pageCount() {
    return numbers.count();
  }

  @Override
  public boolean mayLeave(int page) {
    return PageWord.isInMemory(table.word(page))
        && images.isPageClean(page)
        && !images.isPageHeld(page);
  }

  @Override
  public boolean isMarked(int page) {
    return PageWord.state(table.word(page)) == PageWord.MARKED;
  }

  @Override
  public void mark(int page) {
    table.mark(page);
  }

  @Override
  public boolean evict(int page) {
    assert mayLeave(page) : "POOLED-1: page " + page;
    int frame = table.evict(page);
    if (frame < 0) {
      return false;
    }
    freeFrame(page, frame);
    EVICTED_COUNT.setOpaque(this, evictedCount + 1);
    return true;
  }

  /// Gives a cold page a frame.
  ///
  /// @param word the page's word before its image was read
  /// @param image address of the image, checked
  /// @param hold whether it is to stay until [#releaseHeld]
  /// @return whether the page is in memory now, by this call or another's; false if it is free, or
  ///   there is no frame, since too many pages are dirty: they will be written
  public boolean admit(int page, long word, long image, boolean hold) {
    boolean there = PageWord.isInMemory(table.word(page)) || admitCold(page, word, image);
    if (there && hold && !images.isPageHeld(page)) {
      images.holdPage(page, true);
      if (heldCount == held.length) {
        held = Arrays.copyOf(held, heldCount * 2);
      }
      held[heldCount++] = page;
    }
    return there;
  }

  private boolean admitCold(int page, long word, long image) {
    finalRefusal = null;
    if (table.word(page) != word || PageWord.state(word) != PageWord.COLD) {
      return false;
    }
    int frame;
    try {
      frame = newFrame(page, ownerOf(page));
    } catch (BudgetExhaustedException refused) {
      finalRefusal = images.isCleaningAwaited() ? null : refused;
      return false;
    }
    long address = pool.address(frame);
    Memory.copy(image, address, PageLayout.PAGE_BYTES);
    Memory.putInt(address + PageLayout.CHECKSUM_OFFSET, 0);
    boolean admitted = table.admit(page, word, frame);
    assert admitted : "WORD-1: a cold page changed under the token: " + page;
    ADMITTED_COUNT.setOpaque(this, admittedCount + 1);
    return true;
  }

  /// Why the last [#admit] that found no frame would find none later either; null if pages are
  /// being written for it.
  public @Nullable BudgetExhaustedException finalRefusal() {
    return finalRefusal;
  }

  /// The command that was aside is done: what was fetched for it may leave.
  public void releaseHeld() {
    while (heldCount > 0) {
      images.holdPage(held[--heldCount], false);
    }
  }

  @Override
  public boolean isInMemory(int page) {
    long word = table.word(page);
    if (PageWord.state(word) == PageWord.COLD) {
      return false;
    }
    table.touch(page);
    return true;
  }

  // ---- changes

  @Override
  public boolean prepareChange(int page) {
    assert PageWord.isInMemory(table.word(page)) : "CLEAN-1: page " + page + " is not in memory";
    return images.beforePageChange(page);
  }

  @Override
  public boolean prepareChange(int page, int headBytes, int offset, int length) {
    assert PageWord.isInMemory(table.word(page)) : "CLEAN-1: page " + page + " is not in memory";
    return images.beforePageChange(page, headBytes, offset, length);
  }

  @Override
  public boolean mayRefuseChange() {
    return images.isImaging();
  }

  @Override
  public boolean lacksRoom() {
    if (images.dirtyPageCount() >= dirtyLimit()) {
      awaitCleaning();
    }
    return !images.hasRoom();
  }

  @Override
  public @Nullable Throwable roomFailure() {
    return images.cleaningFailure();
  }

  // ---- checkpoints

  @Override
  public void noteColdChain() {
    coldChains = true;
  }

  /// Whether a chain may have been let go that is not in memory, since this was asked last. Any
  /// thread; who asks looks at the tables afterwards.
  public boolean takeColdChains() {
    boolean noted = coldChains;
    if (noted) {
      coldChains = false;
    }
    return noted;
  }

  @Override
  public void restorePage(int page, Owner owner) {
    images.pageOwner(page, owner == Owner.OVERFLOW);
    table.restore(page);
  }
}
