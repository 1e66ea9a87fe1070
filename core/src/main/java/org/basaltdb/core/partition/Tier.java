package org.basaltdb.core.partition;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.buffer.ColdPages;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.OverflowLayout;
import org.jspecify.annotations.Nullable;

/// What a partition has on disk: the images of its pages, and the frames of those that are in
/// memory too.
///
/// A read that meets a cold page reads it by itself ([#readCold]). A command never waits for the
/// device under the token: it steps aside (ASIDE-1), the thread that waits for it, or the fetcher,
/// brings the page in and has it held until the command is done ([#fetch]).
///
/// Thread rules: any thread, but for what its parts say.
public final class Tier implements AutoCloseable {
  private final PartitionImages images;
  private final BufferPool pages;
  private final ColdPages cold;
  private final Runnable cleaner;
  private final MemoryBudget budget;
  private final ColdPages.Use nothing = (page, word, image) -> {};
  private final ColdPages.Use admission = (page, word, image) -> admit(page, word, image, false);
  private final ColdPages.Use held = this::admitHeld;
  private final BooleanSupplier lackingRoom = this::lacksRoom;

  /// Set before anybody else can see the partition.
  private @Nullable CommandQueue queue;

  /// Whether the token has to be held: not at open, when there is one thread.
  private boolean shared;

  /// For [#fetch]; guarded by this object, as is what follows.
  private @Nullable PageImages fetched;

  private boolean admitted;

  /// Why not, if it is of no use to try again.
  private @Nullable BudgetExhaustedException refusal;

  /// What a fetch met; consumed by the command that finds its page missing again.
  private volatile @Nullable Unfetched unfetched;

  /// The page that a dedicated writer asked for and, above it, the number of the command that lacks
  /// it; or [#NONE].
  private final AtomicLong wantedFetch = new AtomicLong(NONE);

  private static final long NONE = -1;

  /// Who replays the log: there is no command, and nobody else who fetches.
  private static final int REPLAY = 0;

  private record Unfetched(int page, int aside, RuntimeException failure) {}

  Tier(
      PartitionImages images,
      BufferPool pages,
      ColdPages cold,
      Runnable cleaner,
      MemoryBudget budget) {
    this.images = images;
    this.pages = pages;
    this.cold = cold;
    this.cleaner = cleaner;
    this.budget = budget;
  }

  void queue(CommandQueue commands) {
    queue = commands;
  }

  /// The database is open: from now on there are other threads.
  public void opened() {
    shared = true;
  }

  /// Its images on disk.
  public PartitionImages images() {
    return images;
  }

  /// Its frames.
  public BufferPool pages() {
    return pages;
  }

  /// Its pages that are not in memory.
  public ColdPages cold() {
    return cold;
  }

  /// Takes the token, if need be. Ends with [#giveBackForNow].
  public void borrow() {
    if (shared && queue != null) {
      queue.borrow();
    }
  }

  /// Ends what [#borrow] began, and waits for nothing: see [CommandQueue#giveBackForNow].
  public void giveBackForNow() {
    if (shared && queue != null) {
      queue.giveBackForNow();
    }
  }

  /// Waits, without any token, until something was written that a command has to wait for.
  void awaitRoom() {
    if (shared && lacksRoom()) {
      cleaner.run();
      Partition.awaitFalse(lackingRoom);
    }
  }

  private boolean lacksRoom() {
    return !images.hasRoom();
  }

  /// Reads a cold page for a reader.
  ///
  /// @param into image 0 of it afterwards
  /// @param wanted whether to give it a frame
  /// @return as [ColdPages#read]
  /// @throws BasaltException if the image is damaged, or the device fails the read
  public long readCold(int page, PageImages into, boolean wanted) {
    try {
      return cold.read(page, into, wanted ? admission : nothing);
    } catch (IOException e) {
      throw unreadable(page, e);
    }
  }

  private static NotReadableException unreadable(int page, IOException e) {
    return new NotReadableException(
        "of its page files", "page " + page + ": " + FileErrorException.brief(e), e);
  }

  private boolean admit(int page, long word, long image, boolean hold) {
    borrow();
    try {
      return pages.admit(page, word, image, hold);
    } finally {
      giveBackForNow();
    }
  }

  private void admitHeld(int page, long word, long image) {
    borrow();
    try {
      admitted = pages.admit(page, word, image, true);
      refusal = admitted ? null : pages.finalRefusal();
    } finally {
      giveBackForNow();
    }
  }

  /// Brings the page that a command lacks into memory, and what follows it in a large value; they
  /// stay until the command is done. What fails is kept for [#fetchFailure].
  ///
  /// @param aside the number of the command
  void fetch(int page, int aside) {
    if (!tryFetch(page, aside)) {
      awaitRoom();
    }
  }

  /// As [#fetch], at open, for a record of the log.
  ///
  /// @throws BasaltException if it cannot be read, or is damaged
  public void fetchForReplay(int page) {
    fetch(page, REPLAY);
    RuntimeException failure = fetchFailure(page, REPLAY);
    if (failure != null) {
      throw failure;
    }
  }

  /// @return false if there is no frame before something was written
  private boolean tryFetch(int page, int aside) {
    try {
      return fetchHeld(page);
    } catch (BudgetExhaustedException e) {
      unfetched =
          new Unfetched(
              page,
              aside,
              new MemoryBudgetExceededException(
                  e.owner().toString(), e.requestedBytes(), e.usedBytes(), e.limitBytes(), e));
    } catch (BasaltException failure) {
      unfetched = new Unfetched(page, aside, failure);
    }
    return true;
  }

  /// @return false if there is no frame for now
  private synchronized boolean fetchHeld(int firstPage) {
    PageImages into = fetched;
    if (into == null) {
      into = new PageImages(1, budget);
      fetched = into;
    }
    int page = firstPage;
    admitted = true;
    refusal = null;
    while (page >= 0 && admitted && readHeld(page, into)) {
      page =
          images.isOverflowPage(page)
              ? Memory.getInt(into.address(0) + OverflowLayout.NEXT_OFFSET) - 1
              : -1;
    }
    BudgetExhaustedException refused = refusal;
    if (refused != null) {
      throw refused;
    }
    return admitted;
  }

  private boolean readHeld(int page, PageImages into) {
    try {
      return cold.read(page, into, held) != 0;
    } catch (IOException e) {
      throw unreadable(page, e);
    }
  }

  /// Why a page could not be fetched for a command since this was asked last, or null. The holder
  /// of the token.
  @Nullable RuntimeException fetchFailure(int page, int aside) {
    Unfetched found = unfetched;
    if (found == null || found.page != page || found.aside != aside) {
      return null;
    }
    unfetched = null;
    return found.failure;
  }

  /// The command that had stepped aside is done: what was fetched for it may leave. The holder of
  /// the token.
  void resumedDone() {
    pages.releaseHeld();
    unfetched = null;
  }

  /// A dedicated writer wants that page; the fetcher looks by itself.
  void requestFetch(int page, int aside) {
    wantedFetch.set((long) aside << Integer.SIZE | page);
    cleaner.run();
  }

  /// The fetcher: brings in what a dedicated writer has asked for.
  ///
  /// @return whether something was asked for
  public boolean serveFetch() {
    long wanted = wantedFetch.getAndSet(NONE);
    if (wanted == NONE) {
      return false;
    }
    // Who serves is who writes pages: it must not wait for that. The command asks again.
    tryFetch((int) wanted, (int) (wanted >>> Integer.SIZE));
    return true;
  }

  /// Gives the memory back. Nobody may be inside any more.
  @Override
  public void close() {
    PageImages open = fetched;
    if (open != null) {
      fetched = null;
      open.close();
    }
    images.close();
  }
}
