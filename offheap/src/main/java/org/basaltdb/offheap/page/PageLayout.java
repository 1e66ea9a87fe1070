package org.basaltdb.offheap.page;

import org.basaltdb.offheap.memory.Memory;

/**
 * The only place that knows where the fields of an 8 KiB row page lie.
 *
 * <pre>
 * offset  bytes  field
 *      0      8  pageId        table 24 bits (high), local page 40 bits (low)
 *      8      4  checksum      CRC32C of the image on disk; zero while only in memory
 *     12      2  rowCount      slots in use, MOVED stubs included
 *     14      2  flags         zero
 *     16      8  lsn           end of the newest log record applied to the page
 *     24      8  syncLsn       end of the newest SYNC log record applied to the page
 *     32      2  heapTop       offset of the first byte never used by the row heap
 *     34      2  garbageBytes  dead bytes below heapTop
 *     36      4  reserved      zero
 *     40    2*C  slots         C slots: zero is free; bits 0-9 offset / 8, bit 15 MOVED
 *      .      .  rows          8-byte aligned, grow upwards to 8192
 * </pre>
 *
 * C, the slots of a page, is fixed per table, so the slot directory is reserved whole and a row id
 * ({@code localPage * C + slot}) stays dense.
 *
 * <ul>
 *   <li>PAGE-1: every slot in use names an 8-byte aligned offset in [heapStart(C), heapTop).
 *   <li>PAGE-2: {@code heapTop - heapStart(C)} is the sum of the bytes of the slots in use plus
 *       {@code garbageBytes}.
 *   <li>PAGE-3: {@code rowCount} is the number of slots in use, at most C.
 *   <li>PAGE-4: a MOVED slot names an 8-byte stub that locates the row in another page; that row
 *       carries GUEST and locates its stub in turn.
 * </ul>
 */
public final class PageLayout {
  /** Bytes of a page, and of a block of the pool. */
  public static final int PAGE_BYTES = 8192;

  /** {@code log2(PAGE_BYTES)}. */
  public static final int PAGE_SHIFT = 13;

  public static final int PAGE_ID_OFFSET = 0;
  public static final int CHECKSUM_OFFSET = PAGE_ID_OFFSET + Long.BYTES;
  public static final int ROW_COUNT_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  public static final int FLAGS_OFFSET = ROW_COUNT_OFFSET + Short.BYTES;
  public static final int LSN_OFFSET = FLAGS_OFFSET + Short.BYTES;
  public static final int SYNC_LSN_OFFSET = LSN_OFFSET + Long.BYTES;
  public static final int HEAP_TOP_OFFSET = SYNC_LSN_OFFSET + Long.BYTES;
  public static final int GARBAGE_BYTES_OFFSET = HEAP_TOP_OFFSET + Short.BYTES;
  public static final int RESERVED_OFFSET = GARBAGE_BYTES_OFFSET + Short.BYTES;
  public static final int SLOTS_OFFSET = RESERVED_OFFSET + Integer.BYTES;
  public static final int SLOT_BYTES = Short.BYTES;

  /** Bits of a slot that hold the row's offset in units of eight bytes. */
  public static final int SLOT_OFFSET_MASK = 0x3FF;

  /** Slot bit: the bytes at the offset are a stub that locates the row elsewhere. */
  public static final int SLOT_MOVED = 0x8000;

  /** Bytes of a MOVED stub: page number 28 bits, slot 8 bits. */
  public static final int STUB_BYTES = Long.BYTES;

  /** Rows are aligned to this many bytes, so that an offset fits ten bits. */
  public static final int ROW_ALIGNMENT = 8;

  public static final int MIN_SLOTS = 4;
  public static final int MAX_SLOTS = 256;

  private static final int TABLE_ID_SHIFT = 40;

  private PageLayout() {}

  /** First byte of the row heap of a page with {@code slotCount} slots. */
  public static int heapStart(int slotCount) {
    return (SLOTS_OFFSET + slotCount * SLOT_BYTES + ROW_ALIGNMENT - 1) & -ROW_ALIGNMENT;
  }

  /** Bytes that rows and stubs of a page with {@code slotCount} slots can fill. */
  public static int heapBytes(int slotCount) {
    return PAGE_BYTES - heapStart(slotCount);
  }

  /** Packs a page id from a table id (24 bits) and the table's own page number (40 bits). */
  public static long pageId(int tableId, long localPage) {
    assert tableId >>> 24 == 0 && localPage >>> TABLE_ID_SHIFT == 0;
    return ((long) tableId << TABLE_ID_SHIFT) | localPage;
  }

  public static int tableIdOf(long pageId) {
    return (int) (pageId >>> TABLE_ID_SHIFT);
  }

  public static long localPageOf(long pageId) {
    return pageId & ((1L << TABLE_ID_SHIFT) - 1);
  }

  /** Packs the place of a row, as stubs and guests hold it. */
  public static long location(int pageNumber, int slot) {
    return ((long) pageNumber << 8) | slot;
  }

  public static int pageOfLocation(long location) {
    return (int) (location >>> 8);
  }

  public static int slotOfLocation(long location) {
    return (int) (location & 0xFF);
  }

  public static long pageId(long page) {
    return Memory.getLong(page + PAGE_ID_OFFSET);
  }

  public static int rowCount(long page) {
    return Memory.getUnsignedShort(page + ROW_COUNT_OFFSET);
  }

  public static void rowCount(long page, int value) {
    Memory.putShort(page + ROW_COUNT_OFFSET, (short) value);
  }

  public static long lsn(long page) {
    return Memory.getLong(page + LSN_OFFSET);
  }

  public static void lsn(long page, long value) {
    Memory.putLong(page + LSN_OFFSET, value);
  }

  public static long syncLsn(long page) {
    return Memory.getLong(page + SYNC_LSN_OFFSET);
  }

  public static void syncLsn(long page, long value) {
    Memory.putLong(page + SYNC_LSN_OFFSET, value);
  }

  public static int heapTop(long page) {
    return Memory.getUnsignedShort(page + HEAP_TOP_OFFSET);
  }

  public static void heapTop(long page, int value) {
    Memory.putShort(page + HEAP_TOP_OFFSET, (short) value);
  }

  public static int garbageBytes(long page) {
    return Memory.getUnsignedShort(page + GARBAGE_BYTES_OFFSET);
  }

  public static void garbageBytes(long page, int value) {
    Memory.putShort(page + GARBAGE_BYTES_OFFSET, (short) value);
  }

  public static int slot(long page, int slot) {
    return Memory.getUnsignedShort(page + SLOTS_OFFSET + ((long) slot << 1));
  }

  public static void slot(long page, int slot, int value) {
    Memory.putShort(page + SLOTS_OFFSET + ((long) slot << 1), (short) value);
  }

  /** Writes the header of an empty page with {@code slotCount} free slots. */
  public static void format(long page, long pageId, int slotCount) {
    Memory.fill(page, heapStart(slotCount), (byte) 0);
    Memory.putLong(page + PAGE_ID_OFFSET, pageId);
    heapTop(page, heapStart(slotCount));
  }

  /** Bytes that new rows can fill, once the page is compacted. */
  public static int freeBytes(long page) {
    return PAGE_BYTES - heapTop(page) + garbageBytes(page);
  }

  /** Byte offset in its page of what a slot names. */
  public static int offsetOfSlot(int slotValue) {
    return (slotValue & SLOT_OFFSET_MASK) << 3;
  }
}
