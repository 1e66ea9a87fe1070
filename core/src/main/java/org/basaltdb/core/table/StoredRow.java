package org.basaltdb.core.table;

import java.util.Arrays;
import org.basaltdb.core.codec.OverflowPointerLayout;
import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.codec.SpillPlan;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;

/**
 * The row that a write is about to store: its image as the page will hold it, the overflow chains
 * that it begins, and those of the row it replaces. The writer's alone, reused for every write.
 *
 * <p>Chains are written before the log record is claimed, while nobody can reach them; a write that
 * does not come to pass gives them back at once ({@link #finish}).
 */
final class StoredRow {
  private final RowLayout layout;
  private final int maxRowBytes;
  private final OverflowChains chains;
  private final SpillPlan plan = new SpillPlan();
  private final ScratchMemory spilled;
  private final ScratchMemory pointers;
  private final ScratchMemory old;
  private final ScratchMemory merged;
  private final Projection everything;
  private final ReadContext context = new ReadContext();
  private int[] newChains = new int[4];
  private int newChainCount;
  private int[] oldChains = new int[4];
  private int oldChainCount;
  private long source;
  private int bytes;

  StoredRow(RowLayout layout, int maxRowBytes, OverflowChains chains, MemoryBudget budget) {
    this.spilled = new ScratchMemory(budget);
    this.pointers = new ScratchMemory(budget);
    this.old = new ScratchMemory(budget);
    this.merged = new ScratchMemory(budget);
    this.layout = layout;
    this.maxRowBytes = maxRowBytes;
    this.chains = chains;
    int[] ordinals = new int[layout.columnCount()];
    Arrays.setAll(ordinals, i -> i);
    this.everything = Projection.of(layout, ordinals);
  }

  /**
   * Takes an image, writing values that no page could hold into chains.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing is
   *     kept
   */
  void prepare(long image, int imageBytes) {
    newChainCount = 0;
    oldChainCount = 0;
    source = image;
    bytes = imageBytes;
    if (RowCodec.isWide(image) || imageBytes > maxRowBytes) {
      spill(image);
    }
  }

  private void spill(long image) {
    RowCodec.spillPlan(layout, image, maxRowBytes, plan);
    long pointer = pointers.ensure((long) plan.count() * OverflowPointerLayout.POINTER_BYTES);
    try {
      for (int i = plan.next(0); i >= 0; i = plan.next(i + 1)) {
        int start = RowCodec.valueStart(layout, image, i);
        int length = RowCodec.valueEnd(layout, image, i) - start;
        long chainId = chains.newChainId();
        int firstPage = chains.write(chainId, image + start, length);
        newChains = append(newChains, newChainCount++, firstPage);
        OverflowPointerLayout.put(pointer, chainId, firstPage, length);
        pointer += OverflowPointerLayout.POINTER_BYTES;
      }
      spilled.ensure(plan.storedBytes());
    } catch (Throwable t) {
      finish(false);
      throw t;
    }
    long destination = spilled.address();
    bytes = RowCodec.writeStored(layout, image, plan, pointers.address(), destination);
    source = destination;
  }

  /** Bytes that the row takes in its page, without a guest's trailer. */
  int bytes() {
    return bytes;
  }

  /** Puts the row at its place in an odd page. */
  void write(long row, int slot) {
    Memory.copy(source, row, bytes);
    Memory.putByte(row + RowLayout.SLOT_OFFSET, (byte) slot);
  }

  /** Puts the row away from its home, to which its trailer leads back. */
  void writeGuest(long row, int slot, long home) {
    write(row, slot);
    int guestBytes = bytes + RowLayout.GUEST_TRAILER_BYTES;
    Memory.putShort(row + RowLayout.ROW_BYTES_OFFSET, (short) guestBytes);
    Memory.putByte(
        row + RowLayout.FLAGS_OFFSET,
        (byte) (Memory.getByte(row + RowLayout.FLAGS_OFFSET) | RowLayout.FLAG_GUEST));
    Memory.putLong(row + bytes, home);
  }

  /** Notes the chains of a row that is about to be overwritten or removed. */
  void collectChains(long row) {
    oldChainCount = 0;
    if (RowCodec.hasOverflow(row)) {
      for (int i = 0; i < layout.variableCount(); i++) {
        if (RowCodec.isPointer(layout, row, i)) {
          long pointer = row + RowCodec.valueStart(layout, row, i);
          oldChains = append(oldChains, oldChainCount++, OverflowPointerLayout.firstPage(pointer));
        }
      }
    }
  }

  /**
   * Ends a write.
   *
   * @param stored whether it came to pass: then the old row's chains go, else the new row's
   */
  void finish(boolean stored) {
    if (stored) {
      for (int i = 0; i < oldChainCount; i++) {
        chains.retire(oldChains[i]);
      }
      chains.reclaimBatch();
    } else {
      for (int i = 0; i < newChainCount; i++) {
        chains.discard(newChains[i]);
      }
    }
    newChainCount = 0;
    oldChainCount = 0;
    spilled.trim();
    old.trim();
    merged.trim();
  }

  /**
   * Builds the image of {@code row} with the columns of {@code setMask} taken from {@code image}.
   *
   * @return its bytes; it stands at {@link #mergedImage}. {@link OverflowChains#COLD} if a page of
   *     a value is not in memory: {@link #coldPage}
   */
  int merge(long row, long image, long setMask) {
    long complete = row;
    if (RowCodec.hasOverflow(row)) {
      complete = old.ensure(completeBytes(row, everything));
      context.begin();
      int bytes = complete(row, everything, complete, context);
      if (bytes == OverflowChains.COLD) {
        old.trim();
        return bytes;
      }
      if (bytes < 0) {
        throw new IllegalStateException("CHAIN-1: the writer lost a chain of a live row");
      }
    }
    long destination = merged.ensure(RowCodec.mergedBytes(layout, complete, image, setMask));
    return RowCodec.merge(layout, complete, image, setMask, destination);
  }

  /** The page that a merge lacks. */
  int coldPage() {
    return context.coldPage;
  }

  long mergedImage() {
    return merged.address();
  }

  // ---- any thread

  /** Bytes of the complete image of a row copy with pointers. */
  int completeBytes(long row, Projection projection) {
    return RowCodec.assembledBytes(layout, row, projection);
  }

  /**
   * Builds the complete image of a row copy with pointers. Goes on where it was left with {@link
   * OverflowChains#COLD}, if the context says so: with the same row, projection and destination.
   *
   * @return its bytes; {@link OverflowChains#GONE} if a chain is gone, since the row changed after
   *     it was copied; {@link OverflowChains#COLD}
   */
  int complete(long row, Projection projection, long destination, ReadContext context) {
    int column = context.chainColumn;
    if (column < 0) {
      context.assembledBytes = RowCodec.assemble(layout, row, projection, destination);
      column = 0;
    }
    for (; column < layout.variableCount(); column++) {
      if (RowCodec.isPointer(layout, row, column) && projection.includesVariable(column)) {
        long pointer = row + RowCodec.valueStart(layout, row, column);
        if (context.chainColumn != column) {
          context.chainColumn = column;
          context.chainPage = OverflowPointerLayout.firstPage(pointer);
          context.chainLeft = OverflowPointerLayout.length(pointer);
          context.chainTo = destination + RowCodec.valueStart(layout, destination, column);
        }
        int copied = chains.copy(OverflowPointerLayout.chainId(pointer), context);
        if (copied != OverflowChains.COPIED) {
          if (copied == OverflowChains.GONE) {
            context.chainColumn = -1;
          }
          return copied;
        }
      }
    }
    context.chainColumn = -1;
    return context.assembledBytes;
  }

  /** The projection onto all columns. */
  Projection everything() {
    return everything;
  }

  /** Frees the writer's buffers. */
  void free() {
    spilled.free();
    pointers.free();
    old.free();
    merged.free();
  }

  private static int[] append(int[] list, int size, int value) {
    int[] room = size < list.length ? list : Arrays.copyOf(list, size * 2);
    room[size] = value;
    return room;
  }
}
