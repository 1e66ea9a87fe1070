package org.basaltdb.core.table;

import static org.basaltdb.offheap.page.PageLayout.*;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/**
 * The row pages of one table in one partition: which pages there are, where a row goes, and how a
 * page is packed. Knows slots and bytes, not keys; the index is told of moved rows through {@link
 * RowMoved}.
 *
 * <p>The writer's alone, but for {@link #pageCount} and {@link #pageOf}, which scans use.
 */
final class RowHeap {
  /** A page with less than this part of its heap free is not worth remembering. */
  private static final int ROOM_DIVISOR = 4;

  /** Pages with room that are tried before a new page is taken. */
  private static final int ROOM_TRIES = 8;

  /** Told of rows that {@link #compact} moved within their page, while the page is odd. */
  interface RowMoved {
    void moved(int page, long row, int oldOffset, int newOffset);
  }

  private static final VarHandle PAGE_COUNT;

  static {
    try {
      PAGE_COUNT = MethodHandles.lookup().findVarHandle(RowHeap.class, "pageCount", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final PageAccess pages;
  private final int tableId;
  private final int slotCount;
  private final int heapStart;
  private final RoomList room = new RoomList();
  private final long scratch;
  private final int[] order = new int[MAX_SLOTS];

  /**
   * First partition page of each extent. A place is filled once, before pageCount reaches it, which
   * publishes it; when all are filled, a longer array takes over.
   */
  private int[] extents = new int[1];

  /** Pages in use; stored with release after the extent and the page's word. */
  private int pageCount;

  private int fillPage = -1;

  RowHeap(PageAccess pages, int tableId, int slotCount) {
    this.pages = pages;
    this.tableId = tableId;
    this.slotCount = slotCount;
    this.heapStart = PageLayout.heapStart(slotCount);
    this.scratch = Memory.allocate(PAGE_BYTES, Long.BYTES);
  }

  int slotCount() {
    return slotCount;
  }

  /** Bytes of header and slots of each page. */
  int heapStart() {
    return heapStart;
  }

  /** Pages in use; local pages below it can be asked for. Any thread. */
  int pageCount() {
    return (int) PAGE_COUNT.getAcquire(this);
  }

  /** Partition page of the table's page {@code localPage}, which is below {@link #pageCount}. */
  int pageOf(int localPage) {
    return extents[localPage >>> PageAccess.EXTENT_SHIFT]
        + (localPage & (PageAccess.EXTENT_PAGES - 1));
  }

  /**
   * Chooses a page with room for a row of {@code rowBytes}, taking a new one if need be. Nothing
   * that a reader can tell changes. Pages that are not in memory are passed over, and remembered.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
   */
  int pageFor(int rowBytes) {
    assert rowBytes <= PAGE_BYTES - heapStart : rowBytes;
    if (fillPage >= 0 && pages.isInMemory(fillPage) && fits(pages.frame(fillPage), rowBytes)) {
      return fillPage;
    }
    for (int i = 0; i < ROOM_TRIES; i++) {
      int localPage = room.poll();
      if (localPage < 0) {
        break;
      }
      int page = pageOf(localPage);
      if (!pages.isInMemory(page)) {
        room.addLast(localPage);
      } else if (fits(pages.frame(page), rowBytes)) {
        changeFillPage(page);
        return page;
      }
    }
    changeFillPage(appendPage());
    return fillPage;
  }

  private void changeFillPage(int page) {
    if (fillPage >= 0 && pages.isInMemory(fillPage)) {
      noteRoom(pages.frame(fillPage));
    }
    fillPage = page;
  }

  private int appendPage() {
    int localPage = pageCount;
    if ((localPage & (PageAccess.EXTENT_PAGES - 1)) == 0) {
      pages.reserve(1);
      int extent = localPage >>> PageAccess.EXTENT_SHIFT;
      int first = pages.allocateExtent();
      if (extent == extents.length) {
        int[] grown = Arrays.copyOf(extents, extent * 2 + 1);
        VarHandle.storeStoreFence(); // a reader of earlier pages may come by the new array
        extents = grown;
      }
      extents[extent] = first;
    }
    room.ensureCapacity(localPage + 1);
    int page = pageOf(localPage);
    long frame = pages.allocate(page, Owner.FRAMES);
    PageLayout.format(frame, PageLayout.pageId(tableId, localPage), slotCount);
    PAGE_COUNT.setRelease(this, localPage + 1);
    return page;
  }

  boolean fits(long frame, int rowBytes) {
    return PageLayout.rowCount(frame) < slotCount && freeBytes(frame) >= rowBytes;
  }

  /** Remembers a page if it has room worth coming back for. */
  private void noteRoom(long frame) {
    if (PageLayout.rowCount(frame) < slotCount
        && freeBytes(frame) >= (PAGE_BYTES - heapStart) / ROOM_DIVISOR) {
      room.add((int) PageLayout.localPageOf(PageLayout.pageId(frame)));
    }
  }

  // ---- changes of one page; the caller has begun a change of it

  /**
   * Takes a free slot and {@code rowBytes} of heap; the page has room for them.
   *
   * @return the slot; its offset is set
   */
  int allocateSlot(int page, long frame, int rowBytes, RowMoved moved) {
    int slot = freeSlot(frame);
    int offset = allocateBytes(page, frame, rowBytes, -1, moved);
    PageLayout.slot(frame, slot, offset >>> 3);
    PageLayout.rowCount(frame, PageLayout.rowCount(frame) + 1);
    return slot;
  }

  /**
   * Moves a slot to new bytes of its own page: the page has room once the slot's old bytes are
   * given up.
   *
   * @return offset of the new bytes
   */
  int reallocate(int page, long frame, int slot, int rowBytes, RowMoved moved) {
    int oldBytes = bytesOfSlot(frame, slot);
    PageLayout.garbageBytes(frame, PageLayout.garbageBytes(frame) + oldBytes);
    int offset = allocateBytes(page, frame, rowBytes, slot, moved);
    PageLayout.slot(frame, slot, offset >>> 3);
    return offset;
  }

  private int allocateBytes(int page, long frame, int rowBytes, int exceptSlot, RowMoved moved) {
    int top = PageLayout.heapTop(frame);
    if (PAGE_BYTES - top < rowBytes) {
      compact(page, frame, exceptSlot, moved);
      top = PageLayout.heapTop(frame);
      assert PAGE_BYTES - top >= rowBytes : "PAGE-2: " + top + " + " + rowBytes;
    }
    PageLayout.heapTop(frame, top + rowBytes);
    return top;
  }

  /** Lets go of the last bytes of a row that shrank in place. */
  void shrink(long frame, int oldBytes, int newBytes) {
    PageLayout.garbageBytes(frame, PageLayout.garbageBytes(frame) + oldBytes - newBytes);
    noteRoom(frame);
  }

  /** Turns a row's slot into a stub; the stub takes the first bytes of the row. */
  void leaveStub(long frame, int slot, long location) {
    int offset = offsetOfSlot(PageLayout.slot(frame, slot));
    int garbage = bytesOfSlot(frame, slot) - STUB_BYTES;
    PageLayout.garbageBytes(frame, PageLayout.garbageBytes(frame) + garbage);
    Memory.putLong(frame + offset, location);
    PageLayout.slot(frame, slot, (offset >>> 3) | SLOT_MOVED);
    noteRoom(frame);
  }

  /** Points an existing stub elsewhere. */
  static void redirectStub(long frame, int slot, long location) {
    int value = PageLayout.slot(frame, slot);
    assert (value & SLOT_MOVED) != 0 : "PAGE-4: slot " + slot + " is no stub";
    Memory.putLong(frame + offsetOfSlot(value), location);
  }

  /** Frees a slot and its bytes. */
  void freeSlot(long frame, int slot) {
    int bytes = bytesOfSlot(frame, slot);
    PageLayout.slot(frame, slot, 0);
    int count = PageLayout.rowCount(frame) - 1;
    PageLayout.rowCount(frame, count);
    if (count == 0) {
      PageLayout.heapTop(frame, heapStart);
      PageLayout.garbageBytes(frame, 0);
    } else {
      PageLayout.garbageBytes(frame, PageLayout.garbageBytes(frame) + bytes);
    }
    noteRoom(frame);
  }

  private int freeSlot(long frame) {
    int guess = PageLayout.rowCount(frame);
    if (PageLayout.slot(frame, guess) == 0) {
      return guess;
    }
    for (int i = 0; i < slotCount; i++) {
      if (PageLayout.slot(frame, i) == 0) {
        return i;
      }
    }
    throw new IllegalStateException("PAGE-3: no free slot though rowCount is " + guess);
  }

  private static int bytesOfSlot(long frame, int slot) {
    int value = PageLayout.slot(frame, slot);
    return (value & SLOT_MOVED) != 0 ? STUB_BYTES : RowCodec.rowBytes(frame + offsetOfSlot(value));
  }

  /**
   * Packs the rows of an odd page to the front, leaving {@code exceptSlot}'s bytes behind. Rows go
   * in the order of their offsets: then no row's new offset is the old one of a row still to come,
   * and the index can tell two rows of equal hash apart by where they were.
   */
  private void compact(int page, long frame, int exceptSlot, RowMoved moved) {
    Memory.copy(frame, scratch, PAGE_BYTES);
    int count = 0;
    for (int slot = 0; slot < slotCount; slot++) {
      int value = PageLayout.slot(scratch, slot);
      if (value != 0 && slot != exceptSlot) {
        order[count++] = (offsetOfSlot(value) << 8) | slot;
      }
    }
    sortOrder(count);
    int top = heapStart;
    for (int i = 0; i < count; i++) {
      int slot = order[i] & 0xFF;
      int value = PageLayout.slot(scratch, slot);
      int oldOffset = offsetOfSlot(value);
      int bytes = bytesOfSlot(scratch, slot);
      Memory.copy(scratch + oldOffset, frame + top, bytes);
      PageLayout.slot(frame, slot, (value & SLOT_MOVED) | (top >>> 3));
      if ((value & SLOT_MOVED) == 0 && oldOffset != top) {
        moved.moved(page, frame + top, oldOffset, top);
      }
      top += bytes;
    }
    PageLayout.heapTop(frame, top);
    PageLayout.garbageBytes(frame, 0);
  }

  /** By insertion: nearly sorted already, and the library's sort allocates (READ-6). */
  private void sortOrder(int count) {
    for (int i = 1; i < count; i++) {
      int value = order[i];
      int j = i - 1;
      for (; j >= 0 && order[j] > value; j--) {
        order[j + 1] = order[j];
      }
      order[j + 1] = value;
    }
  }

  void save(StateWriter state) {
    int count = pageCount;
    state.putInt(count);
    state.putInts(extents, (count + PageAccess.EXTENT_PAGES - 1) >>> PageAccess.EXTENT_SHIFT);
    state.putInt(fillPage);
    room.save(state);
  }

  /**
   * Takes up what {@link #save} wrote, at open; the pages follow by themselves.
   *
   * @return how many pages it has
   */
  int restore(StateReader state) {
    int count = state.getInt();
    extents = state.getInts();
    fillPage = state.getInt();
    room.ensureCapacity(count);
    room.restore(state);
    PAGE_COUNT.setRelease(this, count);
    return count;
  }

  /** Frees all pages and extents. */
  void destroy() {
    int count = pageCount;
    for (int localPage = 0; localPage < count; localPage++) {
      pages.free(pageOf(localPage), Owner.FRAMES);
    }
    for (int first = 0; first < count; first += PageAccess.EXTENT_PAGES) {
      pages.freeExtent(pageOf(first));
    }
    PAGE_COUNT.setRelease(this, 0);
    fillPage = -1;
  }

  /**
   * Checks PAGE-1 to PAGE-3 of a page.
   *
   * @return what is wrong, or null; null for a page that is not in memory
   */
  @Nullable String findFault(int localPage) {
    if (!pages.isInMemory(pageOf(localPage))) {
      return null;
    }
    long frame = pages.frame(pageOf(localPage));
    int bytes = 0;
    int count = 0;
    for (int slot = 0; slot < slotCount; slot++) {
      int value = PageLayout.slot(frame, slot);
      if (value != 0) {
        int offset = offsetOfSlot(value);
        if (offset < heapStart || offset + bytesOfSlot(frame, slot) > PageLayout.heapTop(frame)) {
          return "PAGE-1: slot " + slot + " of page " + localPage + " at offset " + offset;
        }
        bytes += bytesOfSlot(frame, slot);
        count++;
      }
    }
    int used = PageLayout.heapTop(frame) - heapStart - PageLayout.garbageBytes(frame);
    if (bytes != used) {
      return "PAGE-2: page " + localPage + " holds " + bytes + " bytes; expected " + used;
    }
    return count == PageLayout.rowCount(frame)
        ? null
        : "PAGE-3: page "
            + localPage
            + " has "
            + count
            + " slots in use; expected "
            + PageLayout.rowCount(frame);
  }

  /** Frees the writer's own scratch memory. */
  void free() {
    Memory.free(scratch);
  }
}
