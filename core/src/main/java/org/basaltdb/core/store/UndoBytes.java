package org.basaltdb.core.store;

import static org.basaltdb.core.store.UndoBytesLayout.*;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.zip.CRC32C;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// Bytes of units as they were at a cut, kept by commands that have overwritten them since: put
/// back into a copy of the unit, the newest first, they make it what it was. A small change costs a
/// few hundred bytes so, where a copy of the unit costs eight thousand.
///
/// Each unit has a chain of chunks of equal size. Holds memory only while a checkpoint is made.
///
/// Thread rules: the holder of the partition's token; [#open] and [#close] the checkpointer while
/// nothing is imaged, [#touchAhead] the checkpointer at any time.
final class UndoBytes {
  /// No chunk.
  static final int NONE = -1;

  /// A unit that would need more has its image copied.
  private static final int MOST_CHUNKS = 8;

  /// A change of more bytes has the image copied.
  static final int MOST_BYTES = 2048;

  /// So many chunks are touched before they are used: 8 MiB.
  private static final int AHEAD_CHUNKS = 1 << 14;

  private static final VarHandle FRESH;
  private static final VarHandle READY;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      FRESH = lookup.findVarHandle(UndoBytes.class, "fresh", int.class);
      READY = lookup.findVarHandle(UndoBytes.class, "ready", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private @Nullable Region region;
  private long base;
  private int capacity;

  /// Chunks below have been used. Opaque: the checkpointer looks at it without the token.
  private int fresh;

  /// Chunks below may be used: the system has given memory for them. Raised by the checkpointer
  /// with release, read with acquire.
  private int ready;

  private int firstFree = NONE;
  private int inUse;

  /// Takes memory, in place of what it may have.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if there is none
  void open(int chunks, MemoryBudget budget) {
    close();
    long bytes = (long) chunks << CHUNK_SHIFT;
    Region reserved = Region.reserve("undo bytes", bytes, Region.ANY_NODE, budget, Owner.OTHER);
    try {
      reserved.commitTo(bytes);
    } catch (Throwable refused) {
      reserved.close();
      throw refused;
    }
    region = reserved;
    base = reserved.base();
    capacity = chunks;
    touchAhead();
  }

  /// Has the system give memory for the chunks that will be used next. It zeroes a huge page for
  /// milliseconds: a command that touched it first would stand still so long.
  void touchAhead() {
    int touched = ready;
    int end = Math.min(capacity, (int) FRESH.getOpaque(this) + AHEAD_CHUNKS);
    if (touched < end) {
      for (; touched < end; touched++) {
        Memory.putLong(base + ((long) touched << CHUNK_SHIFT), 0);
      }
      READY.setRelease(this, touched);
    }
  }

  /// Gives the memory back; again does nothing.
  void close() {
    Region open = region;
    if (open != null) {
      region = null;
      open.close();
    }
    capacity = 0;
    fresh = 0;
    ready = 0;
    firstFree = NONE;
    inUse = 0;
  }

  /// Chunks that units have.
  int inUse() {
    return inUse;
  }

  /// Keeps bytes of a unit that are about to be overwritten.
  ///
  /// @param newest the unit's newest chunk, or [#NONE]
  /// @param unit where it is
  /// @param headBytes so many of its first bytes too, if it has no chunk yet
  /// @param offset of the bytes, a multiple of eight
  /// @param length at most [#MOST_BYTES]
  /// @return its newest chunk now; [#NONE] if its image has to be copied instead: then nothing has
  ///   changed
  int keep(int newest, long unit, int headBytes, int offset, int length) {
    assert length <= MOST_BYTES && headBytes <= MOST_BYTES : headBytes + ", " + length;
    if ((int) READY.getAcquire(this) - inUse < MOST_CHUNKS
        || (newest != NONE && Memory.getInt(chunk(newest) + DEPTH_OFFSET) >= MOST_CHUNKS)) {
      return NONE;
    }
    int to = newest;
    if (to == NONE) {
      to = allocate(NONE);
      assert noteChecksum(to, unit);
      to = keepAll(to, unit, 0, headBytes);
    }
    return keepAll(to, unit, offset, length);
  }

  private int keepAll(int newest, long unit, int offset, int length) {
    int to = newest;
    for (int done = 0; done < length; ) {
      long chunk = chunk(to);
      int low = Memory.getInt(chunk + LOW_OFFSET);
      int room = low - ENTRIES_OFFSET - ENTRY_DATA_OFFSET;
      if (room < Long.BYTES) {
        to = allocate(to);
        continue;
      }
      int count = Math.min(room & -Long.BYTES, length - done);
      int entry = low - ENTRY_DATA_OFFSET - ((count + Long.BYTES - 1) & -Long.BYTES);
      Memory.putInt(chunk + entry + ENTRY_OFFSET_OFFSET, offset + done);
      Memory.putInt(chunk + entry + ENTRY_LENGTH_OFFSET, count);
      Memory.copy(unit + offset + done, chunk + entry + ENTRY_DATA_OFFSET, count);
      Memory.putInt(chunk + LOW_OFFSET, entry);
      done += count;
    }
    return to;
  }

  /// Makes a copy of a unit what the unit was at the cut, and lets the unit's chunks go.
  void undo(int newest, long copy) {
    int first = newest;
    for (int at = newest; at != NONE; ) {
      long chunk = chunk(at);
      for (int entry = Memory.getInt(chunk + LOW_OFFSET); entry < CHUNK_BYTES; ) {
        int length = Memory.getInt(chunk + entry + ENTRY_LENGTH_OFFSET);
        Memory.copy(
            chunk + entry + ENTRY_DATA_OFFSET,
            copy + Memory.getInt(chunk + entry + ENTRY_OFFSET_OFFSET),
            length);
        entry += ENTRY_DATA_OFFSET + ((length + Long.BYTES - 1) & -Long.BYTES);
      }
      first = at;
      at = Memory.getInt(chunk + OLDER_OFFSET);
    }
    assert checksum(copy) == Memory.getInt(chunk(first) + CHECKSUM_OFFSET)
        : "CUT-2: bytes were changed that nobody had announced, of page id 0x"
            + Long.toHexString(PageLayout.pageId(copy));
    release(newest);
  }

  /// Lets a unit's chunks go.
  void release(int newest) {
    for (int at = newest; at != NONE; ) {
      long chunk = chunk(at);
      int older = Memory.getInt(chunk + OLDER_OFFSET);
      Memory.putInt(chunk + OLDER_OFFSET, firstFree);
      firstFree = at;
      inUse--;
      at = older;
    }
  }

  private int allocate(int older) {
    int taken = firstFree;
    if (taken == NONE) {
      taken = fresh;
      FRESH.setOpaque(this, taken + 1);
    } else {
      firstFree = Memory.getInt(chunk(taken) + OLDER_OFFSET);
    }
    inUse++;
    long chunk = chunk(taken);
    Memory.putInt(chunk + OLDER_OFFSET, older);
    Memory.putInt(
        chunk + DEPTH_OFFSET, older == NONE ? 1 : Memory.getInt(chunk(older) + DEPTH_OFFSET) + 1);
    Memory.putInt(chunk + LOW_OFFSET, CHUNK_BYTES);
    return taken;
  }

  private long chunk(int chunk) {
    assert chunk >= 0 && chunk < capacity : chunk + " of " + capacity;
    return base + ((long) chunk << CHUNK_SHIFT);
  }

  private boolean noteChecksum(int chunk, long unit) {
    Memory.putInt(chunk(chunk) + CHECKSUM_OFFSET, checksum(unit));
    return true;
  }

  private static int checksum(long unit) {
    CRC32C crc = new CRC32C();
    crc.update(Memory.byteBuffer(unit, PageLayout.PAGE_BYTES));
    return (int) crc.getValue();
  }
}
