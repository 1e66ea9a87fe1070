package org.basaltdb.core.table;

import static org.basaltdb.offheap.hash.SegmentLayout.pageOf;
import static org.basaltdb.offheap.hash.SegmentLayout.rowOffsetOf;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntUnaryOperator;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.PrimaryIndex;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.RecordType;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table in one partition.
 *
 * <p>Reads ({@link #read}, {@link #scanPage}, {@link #complete}) are any thread's, inside an epoch.
 * Everything else is for the holder of the partition's writer token.
 *
 * <ul>
 *   <li>TABLE-1 (LOG-1): a write finds its row, reserves pages, index room and log space, publishes
 *       its record, and only then changes anything that a reader can see; from the claim on it
 *       cannot fail. If it does all the same the partition is failed, never patched up.
 *   <li>TABLE-2 (READ-2): an entry of the index is put, changed and taken away only while the page
 *       of its row is odd; a row that moves has both its pages odd, and its home's.
 *   <li>CUT-2: pages and index segments that a write may change are prepared before its record is
 *       claimed ({@link PreparedChanges}); what the checkpoint has no room to copy makes the
 *       command step aside.
 *   <li>TABLE-3: a row that outgrows its page keeps its row id: the slot it had becomes a MOVED
 *       stub, the row a GUEST elsewhere that knows its home (PAGE-4).
 * </ul>
 */
public final class TablePartition implements PrimaryIndex.RowMatcher {
  private static final VarHandle ROW_COUNT;

  static {
    try {
      ROW_COUNT =
          MethodHandles.lookup().findVarHandle(TablePartition.class, "rowCount", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final int tableId;
  private final RowLayout layout;
  private final boolean longKey;
  private final int keyOffset;
  private final PageAccess pages;
  private final BlockPool pool;
  private final Runnable reclaimer = this::reclaim;
  private final PrimaryIndex.RowMatcher coldMatcher = this::isCold;
  private final PrimaryIndex index;
  private final RowHeap heap;
  private final OverflowChains chains;
  private final PreparedChanges changes;
  private final CommitLog log;
  private final PointReader reader;
  private final PageScanner scanner;
  private final StoredRow stored;

  private long rowCount;

  /** Why the partition can no longer be trusted; null while it can. */
  private volatile @Nullable Throwable failure;

  private long wantedKeyWord;
  private long wantedKeyImage;

  /** What the last look for a row lacked, or -1. */
  private int missingPage = -1;

  /**
   * @param partition what the table shares with others in its partition
   */
  public TablePartition(
      PartitionMemory partition, int tableId, RowLayout layout, KeyHasher hasher, CommitLog log) {
    this.tableId = tableId;
    this.layout = layout;
    this.longKey = layout.isLongKey();
    this.keyOffset = layout.keyOffset();
    this.log = log;
    this.pages = partition.pages();
    this.pool = partition.pool();
    this.index = partition.newIndex(tableId, hasher.slotLeads());
    this.heap = new RowHeap(pages, tableId, layout.rowsPerPage());
    this.changes = new PreparedChanges(pages, index, heap, layout, hasher);
    this.chains = new OverflowChains(pages, partition.epochs(), tableId);
    this.stored = new StoredRow(layout, layout.maxStoredBytes(), chains, partition.budget());
    this.reader = new PointReader(index, pages.wordBase(), layout, log);
    this.scanner = new PageScanner(pages, heap);
    pool.addReclaimer(reclaimer);
  }

  /** POOL-3: gives back what no reader can see any more. */
  private void reclaim() {
    index.reclaim();
    chains.reclaim();
  }

  public int tableId() {
    return tableId;
  }

  public RowLayout layout() {
    return layout;
  }

  /** Rows; exact for the writer, recent for others. */
  public long rowCount() {
    return (long) ROW_COUNT.getOpaque(this);
  }

  /** Bytes of the primary index. */
  public long indexBytes() {
    return index.memoryBytes();
  }

  /** Row pages in use; grows only, but for a drop. Any thread. */
  public int pageCount() {
    return heap.pageCount();
  }

  /** Why there will be no room for a write that stepped aside, for the time being, or null. */
  public @Nullable Throwable roomFailure() {
    return pages.roomFailure();
  }

  /** Why writes must not go on, or null. */
  public @Nullable Throwable failure() {
    return failure;
  }

  boolean allDurable() {
    return log.lastSyncLsn() <= log.durableLsn();
  }

  /** The lock-free reads by key. */
  public PointReader reader() {
    return reader;
  }

  /** In place of bytes: a page is not in memory. */
  public static final int COLD_PAGE = PointReader.COLD_PAGE;

  // ---- reading, any thread inside an epoch

  /**
   * Copies the row with a key to {@code dest}, which has room for a page.
   *
   * @return bytes copied; zero if there is no such row; -1 if the page stayed locked for so long
   *     that the read should be asked of the writer; {@link #COLD_PAGE} if the row's page has to be
   *     read from the device: see the context
   */
  public int read(ReadContext context, long hashWord, long keyWord, long keyImage, long dest) {
    return reader.read(context, hashWord, keyWord, keyImage, dest);
  }

  /**
   * Copies the rows whose home is the table's page {@code localPage} into {@code rows}.
   *
   * @return zero or more if they were copied; -1 if the page stayed locked for so long that the
   *     writer should be asked; {@link #COLD_PAGE}
   */
  public int scanPage(ReadContext context, int localPage, PageRows rows) {
    int found = scanner.copy(localPage, rows, context);
    if (found == PageScanner.COPIED && !allDurable()) {
      context.requiredDurableLsn = Math.max(context.requiredDurableLsn, rows.syncLsn());
    }
    return found == PageScanner.COLD ? COLD_PAGE : found;
  }

  /** The projection onto all columns. */
  public Projection everything() {
    return stored.everything();
  }

  /** Bytes of the complete image of a row copy that holds overflow pointers. */
  public int completeBytes(long row, Projection projection) {
    return stored.completeBytes(row, projection);
  }

  /**
   * Builds the complete image of a row copy that holds overflow pointers. Goes on where it was left
   * for a page that was not in memory: with the same row, projection and destination.
   *
   * @return bytes of the image; -1 if a chain is gone, because the row has changed since: read
   *     again; {@link #COLD_PAGE}
   */
  public int complete(long row, Projection projection, long dest, ReadContext context) {
    int bytes = stored.complete(row, projection, dest, context);
    return bytes == OverflowChains.COLD ? COLD_PAGE : bytes;
  }

  // ---- writing, token held

  /**
   * Applies one write; {@link Mutation#outcome} says what came of it.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing
   *     changed
   * @throws org.basaltdb.core.error.BasaltException if the row is too large; nothing changed
   */
  public void apply(Mutation m) {
    m.endLsn = 0;
    try {
      applyOnce(m);
    } catch (BudgetExhaustedException refused) {
      // POOL-3: what waits for room in the reserve holds memory back.
      if (m.endLsn != 0 || !pages.lacksRoom()) {
        throw refused;
      }
      m.outcome = Mutation.NO_ROOM;
    }
  }

  private void applyOnce(Mutation m) {
    long entryAddress = find(m.hashWord, m.keyWord, m.keyImageAddress);
    if (missingPage >= 0) {
      m.stepAsideFor(missingPage);
      return;
    }
    if (entryAddress == 0) {
      switch (m.kind) {
        case Mutation.INSERT, Mutation.UPSERT -> insert(m);
        default -> {
          m.outcome = Mutation.ABSENT;
          m.endLsn = reader.lastSyncLsn();
        }
      }
      return;
    }
    switch (m.kind) {
      case Mutation.INSERT -> {
        m.outcome = Mutation.DUPLICATE;
        m.endLsn = reader.lastSyncLsn();
      }
      case Mutation.UPSERT -> replace(m, entryAddress, m.imageAddress, m.imageBytes);
      case Mutation.UPDATE -> update(m, entryAddress);
      case Mutation.DELETE -> remove(m, entryAddress);
      default -> throw new IllegalArgumentException("mutation kind " + m.kind);
    }
  }

  private long find(long hashWord, long keyWord, long keyImage) {
    wantedKeyWord = keyWord;
    wantedKeyImage = keyImage;
    missingPage = -1;
    return index.find(hashWord, this);
  }

  /**
   * The page that a write of such a hash would lack first, or -1 if it is in memory. Changes
   * nothing.
   */
  public int coldPageOf(long hashWord) {
    missingPage = -1;
    index.find(hashWord, coldMatcher);
    return missingPage;
  }

  private boolean isCold(long entry) {
    boolean cold = !pages.isInMemory(pageOf(entry));
    if (cold) {
      missingPage = pageOf(entry);
    }
    return cold;
  }

  /** A row whose page is not in memory may be the one, so the search ends there. */
  @Override
  public boolean matches(long entry) {
    if (!pages.isInMemory(pageOf(entry))) {
      missingPage = pageOf(entry);
      return true;
    }
    long row = pages.frame(pageOf(entry)) + rowOffsetOf(entry);
    return longKey
        ? Memory.getLong(row + keyOffset) == wantedKeyWord
        : KeyCodec.matches(layout, wantedKeyImage, row, RowCodec.rowBytes(row));
  }

  private void update(Mutation m, long entryAddress) {
    if (m.setMaskAddress == 0) {
      replace(m, entryAddress, m.imageAddress, m.imageBytes);
      return;
    }
    long row = rowAt(Memory.getLong(entryAddress));
    int mergedBytes = stored.merge(row, m.imageAddress, m.setMaskAddress);
    if (mergedBytes == OverflowChains.COLD) {
      m.stepAsideFor(stored.coldPage());
      return;
    }
    int maxRowBytes = MutationRecordLayout.maxImageBytes(log.maxPayloadBytes());
    if (mergedBytes > maxRowBytes) {
      stored.finish(false);
      throw RowTooLargeException.ofLog(layout.schema().name(), mergedBytes, maxRowBytes);
    }
    replace(m, entryAddress, stored.mergedImage(), mergedBytes);
  }

  private void insert(Mutation m) {
    if (!changes.mayBegin(m)) {
      return;
    }
    stored.prepare(m.imageAddress, m.imageBytes);
    boolean claimed = false;
    try {
      int page = heap.pageFor(stored.bytes());
      if (!changes.prepareEntry(m) || !changes.prepareRoom(m, page, stored.bytes())) {
        return;
      }
      index.reserve(m.hashWord);
      claimed = publish(m, MutationRecordLayout.PUT, m.imageAddress, m.imageBytes);
      if (claimed) {
        long frame = pages.beginChange(page);
        int slot = heap.allocateSlot(page, frame, stored.bytes(), changes);
        int offset = PageLayout.offsetOfSlot(PageLayout.slot(frame, slot));
        stored.write(frame + offset, slot);
        index.insert(m.hashWord, page, offset);
        endChange(page, frame, m);
        ROW_COUNT.setOpaque(this, rowCount + 1);
        m.outcome = Mutation.INSERTED;
      }
    } catch (Throwable t) {
      noteFailure(t, m);
      throw t;
    } finally {
      stored.finish(claimed);
    }
  }

  private void replace(Mutation m, long entryAddress, long image, int imageBytes) {
    if (!changes.mayBegin(m)) {
      return;
    }
    stored.prepare(image, imageBytes);
    boolean claimed = false;
    try {
      long entry = Memory.getLong(entryAddress);
      int page = pageOf(entry);
      int offset = rowOffsetOf(entry);
      if (!changes.isThere(page, m)) {
        return;
      }
      long frame = pages.frame(page);
      long row = frame + offset;
      boolean guest = isGuest(row);
      int needed = stored.bytes() + (guest ? RowLayout.GUEST_TRAILER_BYTES : 0);
      int oldBytes = RowCodec.rowBytes(row);
      boolean stays = needed <= oldBytes || needed <= PageLayout.freeBytes(frame) + oldBytes;
      // What is prepared stays in memory, whatever the target takes.
      if (!stays
          && (!changes.prepareRow(m, page, offset, PageLayout.STUB_BYTES)
              || (guest && !changes.prepareStub(m, homeOf(row))))) {
        return;
      }
      int target = stays ? page : targetOfMove(row, guest);
      boolean inPlace = stays && needed <= oldBytes;
      int newBytes = stays ? needed : stored.bytes() + RowLayout.GUEST_TRAILER_BYTES;
      if (!(inPlace
          ? changes.prepareRow(m, page, offset, oldBytes)
          : changes.prepareEntry(m) && changes.prepareRoom(m, target, newBytes))) {
        return;
      }
      stored.collectChains(row);
      claimed = publish(m, MutationRecordLayout.PUT, image, imageBytes);
      if (claimed) {
        if (stays) {
          replaceInPage(m, entryAddress, page, offset, needed);
        } else if (!guest) {
          moveAway(m, entryAddress, page, offset, target);
        } else {
          moveGuest(m, entryAddress, page, offset, target);
        }
        m.outcome = Mutation.REPLACED;
      }
    } catch (Throwable t) {
      noteFailure(t, m);
      throw t;
    } finally {
      stored.finish(claimed);
    }
  }

  /** A guest goes home if there is room again; else any page with room for the row as a guest. */
  private int targetOfMove(long row, boolean guest) {
    if (guest) {
      int home = PageLayout.pageOfLocation(homeOf(row));
      if (PageLayout.freeBytes(pages.frame(home)) + PageLayout.STUB_BYTES >= stored.bytes()) {
        return home;
      }
    }
    return heap.pageFor(stored.bytes() + RowLayout.GUEST_TRAILER_BYTES);
  }

  private void replaceInPage(Mutation m, long entryAddress, int page, int offset, int needed) {
    long frame = pages.beginChange(page);
    long row = frame + offset;
    int oldBytes = RowCodec.rowBytes(row);
    int slot = RowCodec.slot(row);
    boolean guest = isGuest(row);
    long home = guest ? homeOf(row) : 0;
    int at = offset;
    if (needed > oldBytes) {
      at = heap.reallocate(page, frame, slot, needed, changes);
      PrimaryIndex.replace(entryAddress, page, at);
    } else if (needed < oldBytes) {
      heap.shrink(frame, oldBytes, needed);
    }
    if (guest) {
      stored.writeGuest(frame + at, slot, home);
    } else {
      stored.write(frame + at, slot);
    }
    endChange(page, frame, m);
  }

  /** TABLE-3: from its home page to {@code target}, leaving a stub. */
  private void moveAway(Mutation m, long entryAddress, int page, int offset, int target) {
    long home = pages.beginChange(page);
    long frame = pages.beginChange(target);
    int homeSlot = RowCodec.slot(home + offset);
    int slot =
        heap.allocateSlot(target, frame, stored.bytes() + RowLayout.GUEST_TRAILER_BYTES, changes);
    int at = PageLayout.offsetOfSlot(PageLayout.slot(frame, slot));
    stored.writeGuest(frame + at, slot, PageLayout.location(page, homeSlot));
    heap.leaveStub(home, homeSlot, PageLayout.location(target, slot));
    PrimaryIndex.replace(entryAddress, target, at);
    carrySyncLsn(home, frame);
    endChange(target, frame, m);
    endChange(page, home, m);
  }

  /** A guest moves on to {@code target}, or back to its home page. */
  private void moveGuest(Mutation m, long entryAddress, int page, int offset, int target) {
    long from = pages.beginChange(page);
    long location = homeOf(from + offset);
    int homePage = PageLayout.pageOfLocation(location);
    int homeSlot = PageLayout.slotOfLocation(location);
    long home = pages.beginChange(homePage);
    int at;
    if (target == homePage) {
      at = heap.reallocate(homePage, home, homeSlot, stored.bytes(), changes);
      stored.write(home + at, homeSlot);
      carrySyncLsn(from, home);
      PrimaryIndex.replace(entryAddress, target, at);
    } else {
      long frame = pages.beginChange(target);
      int slot =
          heap.allocateSlot(target, frame, stored.bytes() + RowLayout.GUEST_TRAILER_BYTES, changes);
      at = PageLayout.offsetOfSlot(PageLayout.slot(frame, slot));
      stored.writeGuest(frame + at, slot, location);
      RowHeap.redirectStub(home, homeSlot, PageLayout.location(target, slot));
      carrySyncLsn(from, frame);
      PrimaryIndex.replace(entryAddress, target, at);
      endChange(target, frame, m);
    }
    heap.freeSlot(from, RowCodec.slot(from + offset));
    endChange(homePage, home, m);
    endChange(page, from, m);
  }

  private void remove(Mutation m, long entryAddress) {
    if (!changes.mayBegin(m)) {
      return;
    }
    boolean claimed = false;
    try {
      long entry = Memory.getLong(entryAddress);
      int page = pageOf(entry);
      int offset = rowOffsetOf(entry);
      long before = pages.frame(page) + offset;
      if (!changes.prepareEntry(m)
          || !changes.prepareRow(m, page, offset, 0)
          || (isGuest(before) && !changes.prepareStub(m, homeOf(before)))) {
        return;
      }
      stored.collectChains(before);
      claimed = publish(m, MutationRecordLayout.REMOVE, m.imageAddress, m.imageBytes);
      if (claimed) {
        long frame = pages.beginChange(page);
        long row = frame + offset;
        index.remove(entryAddress, m.hashWord);
        if (isGuest(row)) {
          long location = homeOf(row);
          int homePage = PageLayout.pageOfLocation(location);
          long home = pages.beginChange(homePage);
          heap.freeSlot(home, PageLayout.slotOfLocation(location));
          endChange(homePage, home, m);
        }
        heap.freeSlot(frame, RowCodec.slot(row));
        endChange(page, frame, m);
        ROW_COUNT.setOpaque(this, rowCount - 1);
        m.outcome = Mutation.DELETED;
      }
    } catch (Throwable t) {
      noteFailure(t, m);
      throw t;
    } finally {
      stored.finish(claimed);
    }
  }

  /**
   * Claims and publishes the log record of a write (TABLE-1).
   *
   * @return false if the log has no room now; nothing has changed
   */
  private boolean publish(Mutation m, byte operation, long image, int imageBytes) {
    if (m.replayedLsn != 0) {
      m.endLsn = m.replayedLsn;
      return true;
    }
    int payloadBytes = MutationRecordLayout.payloadBytes(imageBytes);
    long lsn = log.claim(payloadBytes);
    if (lsn == CommitLog.NO_SPACE) {
      m.outcome = Mutation.NO_LOG_SPACE;
      return false;
    }
    try {
      MutationRecordLayout.write(
          log.payloadAddress(lsn), tableId, KeyHash.slot(m.hashWord), operation, image, imageBytes);
    } catch (Throwable t) {
      log.publishPadding(lsn, payloadBytes);
      throw t;
    }
    log.publish(lsn, payloadBytes, RecordType.MUTATION, m.durability);
    m.endLsn = log.endLsn(lsn, payloadBytes);
    if (m.durability == Durability.SYNC) {
      reader.lastSyncLsn(m.endLsn);
    }
    return true;
  }

  /**
   * LOG-5: a row that moves takes its page's word along on how durable it is. A write that did not
   * ask for SYNC may have kept columns of one that did.
   */
  private static void carrySyncLsn(long from, long to) {
    if (PageLayout.syncLsn(from) > PageLayout.syncLsn(to)) {
      PageLayout.syncLsn(to, PageLayout.syncLsn(from));
    }
  }

  private void endChange(int page, long frame, Mutation m) {
    PageLayout.lsn(frame, m.endLsn);
    if (m.durability == Durability.SYNC) {
      PageLayout.syncLsn(frame, m.endLsn);
    }
    pages.endChange(page);
  }

  /** A throwable past the claim leaves the partition in doubt for good (READ-6). */
  private void noteFailure(Throwable t, Mutation m) {
    if (m.endLsn != 0) {
      failure = t;
    }
  }

  // ---- checkpoints

  /** Writes down what a checkpoint needs besides pages and index; the token is held. */
  public void save(StateWriter state) {
    state.putLong(rowCount);
    heap.save(state);
    chains.save(state);
  }

  /**
   * Takes up what {@link #save} wrote, at open: has its pages loaded.
   *
   * @throws IllegalArgumentException if a page is missing
   * @throws java.nio.BufferUnderflowException if the state ends too early
   */
  public void restore(StateReader state, RestoredPages inUse) {
    ROW_COUNT.setOpaque(this, state.getLong());
    int count = heap.restore(state);
    for (int localPage = 0; localPage < count; localPage++) {
      if (!inUse.load(heap.pageOf(localPage), Owner.FRAMES)) {
        throw new IllegalArgumentException(
            "page " + localPage + " of table " + tableId + " has no image");
      }
    }
    chains.restore(state, inUse);
  }

  /**
   * Whether large values were let go of which pages that are not in memory name others. Any thread.
   */
  public boolean hasColdChain() {
    return chains.hasColdHeads();
  }

  /**
   * Lets such values go as far as they are in memory.
   *
   * @return a page that has to be read to go on, or -1
   */
  public int followChainInMemory() {
    return chains.followInMemory();
  }

  /** The image of the page that {@link #followChainInMemory} named was read. */
  public void followChain(int page, long image) {
    chains.follow(page, image);
  }

  /** That page could not be read for now: other chains come first. */
  public void deferChain(int page) {
    chains.defer(page);
  }

  /** That page is damaged: what begins there stays until the database is opened again. */
  public void setChainAside(int page) {
    chains.setAside(page);
  }

  /** See {@link PrimaryIndex#restore}. */
  public void restoreIndex(int[] blocks, int blockCount, IntUnaryOperator newBlock) {
    index.restore(blocks, blockCount, newBlock);
    if (index.entryCount() != rowCount) {
      throw new IllegalArgumentException(
          "table "
              + tableId
              + " has "
              + rowCount
              + " rows and "
              + index.entryCount()
              + " entries of its index");
    }
  }

  private static boolean isGuest(long row) {
    return (RowCodec.flags(row) & RowLayout.FLAG_GUEST) != 0;
  }

  private static long homeOf(long row) {
    return Memory.getLong(row + RowCodec.rowBytes(row) - RowLayout.GUEST_TRAILER_BYTES);
  }

  private long rowAt(long entry) {
    return pages.frame(pageOf(entry)) + rowOffsetOf(entry);
  }

  /**
   * Checks what is in memory of the structures against one another; the writer's, for tests and for
   * an embedder in doubt. Time linear in the table.
   *
   * @return the first fault found, or null
   */
  public @Nullable String findFault() {
    for (int localPage = 0; localPage < heap.pageCount(); localPage++) {
      String fault = heap.findFault(localPage);
      if (fault != null) {
        return fault;
      }
    }
    String[] found = new String[1];
    index.forEach(entry -> {
      if (!pages.isInMemory(pageOf(entry))) {
        return;
      }
      long row = rowAt(entry);
      int slotValue = PageLayout.slot(row - rowOffsetOf(entry), RowCodec.slot(row));
      if (PageLayout.offsetOfSlot(slotValue) != rowOffsetOf(entry)) {
        found[0] =
            "READ-2: the index names page "
                + pageOf(entry)
                + ", offset "
                + rowOffsetOf(entry)
                + "; no slot does";
      } else if (isGuest(row) && !stubNames(homeOf(row), entry)) {
        found[0] = "PAGE-4: a guest in page " + pageOf(entry) + " has no stub at home";
      }
    });
    return found[0] != null || index.entryCount() == rowCount
        ? found[0]
        : "the index has " + index.entryCount() + " entries; expected " + rowCount + " rows";
  }

  private boolean stubNames(long home, long entry) {
    if (!pages.isInMemory(PageLayout.pageOfLocation(home))) {
      return true;
    }
    long frame = pages.frame(PageLayout.pageOfLocation(home));
    int stub = PageLayout.slot(frame, PageLayout.slotOfLocation(home));
    return (stub & PageLayout.SLOT_MOVED) != 0
        && PageLayout.pageOfLocation(Memory.getLong(frame + PageLayout.offsetOfSlot(stub)))
            == pageOf(entry);
  }

  /** Gives back pages, index and chains of a dropped table; readers inside find nothing more. */
  public void destroy() {
    pool.removeReclaimer(reclaimer);
    index.destroy();
    index.reclaim();
    heap.destroy();
    chains.destroy();
    ROW_COUNT.setOpaque(this, 0L);
  }

  /** Frees the memory outside the pool; no thread uses the table any more, or ever will. */
  public void free() {
    index.free();
    heap.free();
    stored.free();
    changes.free();
  }
}
