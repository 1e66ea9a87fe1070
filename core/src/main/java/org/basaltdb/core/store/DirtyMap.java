package org.basaltdb.core.store;

import static org.basaltdb.core.store.UnitLayout.*;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageLayout;

/// Of all units of one kind in a partition (pages, or blocks of indexes), by number: where the
/// newest image of each is, and whether the unit has changed since.
///
/// The *mark* of a unit says in which *epoch* that was. Epoch e ends with the cut of checkpoint e.
///
/// ```
///                        beforeChange, allocated
///          +----------------------------------------------+
///          |                                              v
///     0 CLEAN  <---- collected, image on its way ---- +e DIRTY since epoch e
///          |                                           |  ^
///          |                    freed                  v  |  allocated
///          +--------------------------------------> -e FREED in epoch e
/// ```
///
/// - **CUT-2.** While checkpoint c is made, a unit with mark 0 < m <= c is *pending*: c needs its
///   image, and it stands as it was at the cut. Whoever changes a few bytes of it keeps them first
///   ([UndoBytes]): it is pending still, with mark c + 1; whoever may change any of them copies it
///   into the reserve. Marks are numbers so that a cut does not walk them.
/// - **CUT-3.** While c is made, images change by it alone; what becomes of units after the cut
///   shows in their marks. So the images are the mapping of c once nothing is pending.
/// - **CUT-6.** To free is to change: who frees a unit says so before, and c keeps its image.
///
/// - **CLEAN-1.** A unit that is CLEAN and not being written equals its newest image.
/// - **CLEAN-4.** A unit has at most one write in flight: there is one thread that writes.
///
/// Thread rules: the holder of the partition's token; images that belong to a checkpoint are also
/// read by the checkpointer after it has collected everything, and those of cold pages by whoever
/// reads them.
final class DirtyMap {
  /// Where the units are in memory.
  interface Units {
    /// Address of 8 KiB.
    long address(int unit);
  }

  private final Region region;
  private final long base;
  private final Units units;
  private final SlotSpace slots;
  private final int kind;
  private final CopyReserve reserve;
  private final UndoBytes undo;
  private int unitCount;

  /// The number of the next checkpoint.
  private int epoch = 1;

  private boolean imaging;

  /// Units below were there at the cut.
  private int cutCount;

  /// Units below are not pending.
  private int hand;

  /// Where the cleaner goes on.
  private int cleanHand;

  private int lastSteps;

  /// Units whose mark is above zero.
  private int dirtyCount;

  /// An empty map.
  ///
  /// @param region [UnitLayout#ENTRY_BYTES] for each number there can be
  /// @param kind of [Unit]: the other half of each entry is that of the other kind
  /// @param reserve takes images of pending units
  /// @param undo takes bytes of pending units
  DirtyMap(
      Region region, int kind, Units units, SlotSpace slots, CopyReserve reserve, UndoBytes undo) {
    this.region = region;
    this.kind = kind;
    this.reserve = reserve;
    this.undo = undo;
    this.base = region.base() + (long) kind * UNIT_BYTES;
    this.units = units;
    this.slots = slots;
  }

  /// Makes the entries of units below `count` usable; they are CLEAN and have no image.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing
  ///   changed
  void commit(int count) {
    if (count > unitCount) {
      region.commitTo((long) count * ENTRY_BYTES);
      unitCount = count;
    }
  }

  int unitCount() {
    return unitCount;
  }

  private long entry(int unit) {
    assert unit >= 0 && unit < unitCount : unit;
    return base + (long) unit * ENTRY_BYTES;
  }

  private int mark(int unit) {
    return Memory.getInt(entry(unit) + MARK_OFFSET);
  }

  private void mark(int unit, int mark) {
    long address = entry(unit) + MARK_OFFSET;
    dirtyCount += (mark > 0 ? 1 : 0) - (Memory.getInt(address) > 0 ? 1 : 0);
    Memory.putInt(address, mark);
  }

  private boolean has(int unit, int bit) {
    return (Memory.getInt(entry(unit) + STATE_OFFSET) & bit) != 0;
  }

  private void put(int unit, int bit, boolean value) {
    long address = entry(unit) + STATE_OFFSET;
    int state = Memory.getInt(address);
    Memory.putInt(address, value ? state | bit : state & ~bit);
  }

  /// Units that have changed since their newest image, or have none.
  int dirtyCount() {
    return dirtyCount;
  }

  boolean isDirty(int unit) {
    return mark(unit) > 0;
  }

  /// CLEAN-1: whether the newest image, which is written, is what the unit holds.
  boolean isClean(int unit) {
    return mark(unit) == 0 && hasImage(unit) && !has(unit, WRITING);
  }

  /// Whose memory the unit is in, for the accounts.
  void overflow(int unit, boolean value) {
    put(unit, OVERFLOW, value);
  }

  /// Whether a command wants the unit to stay where it is.
  void held(int unit, boolean value) {
    put(unit, HELD, value);
  }

  boolean isHeld(int unit) {
    return has(unit, HELD);
  }

  boolean isOverflow(int unit) {
    return has(unit, OVERFLOW);
  }

  long address(int unit) {
    return units.address(unit);
  }

  // ---- changes

  /// The unit is about to be changed, and counts as changed from now on.
  ///
  /// @return false if it is pending and there is no room for its image: then nothing has changed
  boolean beforeChange(int unit) {
    if (isPending(unit)) {
      if (reserve.isFull()) {
        return false;
      }
      copyAsCut(unit, reserve.add(kind, unit));
    }
    mark(unit, epoch);
    return true;
  }

  /// The same, of a change of no more than its first bytes and some others.
  ///
  /// @param headBytes so many of the first, always the same number for a unit
  boolean beforeChange(int unit, int headBytes, int offset, int length) {
    if (isPending(unit)) {
      if (length > UndoBytes.MOST_BYTES) {
        return beforeChange(unit);
      }
      int newest = undo.keep(undoOf(unit), units.address(unit), headBytes, offset, length);
      if (newest == UndoBytes.NONE) {
        return beforeChange(unit);
      }
      undoOf(unit, newest);
    }
    mark(unit, epoch);
    return true;
  }

  /// Copies a pending unit as it was at the cut.
  void copyAsCut(int unit, long into) {
    Memory.copy(units.address(unit), into, PageLayout.PAGE_BYTES);
    int newest = undoOf(unit);
    if (newest != UndoBytes.NONE) {
      undo.undo(newest, into);
      undoOf(unit, UndoBytes.NONE);
    }
  }

  /// The newest chunk of bytes that were kept of a unit.
  private int undoOf(int unit) {
    return (Memory.getInt(entry(unit) + STATE_OFFSET) >>> UNDO_SHIFT) - 1;
  }

  private void undoOf(int unit, int chunk) {
    long address = entry(unit) + STATE_OFFSET;
    int others = Memory.getInt(address) & ((1 << UNDO_SHIFT) - 1);
    Memory.putInt(address, others | ((chunk + 1) << UNDO_SHIFT));
  }

  /// The unit is in use from now on.
  void allocated(int unit) {
    int mark = mark(unit);
    if (mark < 0 && -mark < epoch) {
      forgetFreed(unit);
    }
    mark(unit, epoch);
  }

  /// The unit is not in use any more.
  void freed(int unit) {
    assert !isPending(unit) : "CUT-6: unit " + unit + " freed while its image is wanted";
    mark(unit, -epoch);
  }

  /// Whether a checkpoint that is being made still needs the unit's image.
  boolean isPending(int unit) {
    int mark = mark(unit);
    return imaging && mark > 0 && (mark < epoch || undoOf(unit) != UndoBytes.NONE);
  }

  /// Freed before the last cut: its image is that of nothing.
  private void forgetFreed(int unit) {
    if (hasImage(unit)) {
      slots.retireForCheckpoint(slot(unit));
      Memory.putLong(entry(unit) + IMAGE_OFFSET, 0);
    }
    mark(unit, 0);
  }

  // ---- a checkpoint

  /// Begins checkpoint `checkpoint`: what is DIRTY is pending.
  void cut(int checkpoint) {
    assert checkpoint >= epoch && !imaging : checkpoint + ", " + epoch;
    epoch = checkpoint + 1;
    imaging = true;
    cutCount = unitCount;
    hand = 0;
  }

  /// Looks for the next pending unit, and forgets units that were freed before the cut.
  ///
  /// @param steps how many units to look at, at most
  /// @return a unit, which the caller copies at once by [#copyAsCut]; it is CLEAN now if it has not
  ///   changed since the cut; -1 if there was none among these
  int collect(int steps) {
    int end = Math.min(cutCount, hand + steps);
    while (hand < end) {
      int unit = hand++;
      int mark = mark(unit);
      if (isPending(unit)) {
        beginWrite(unit, mark < epoch);
        return unit;
      }
      if (mark < 0 && -mark < epoch) {
        forgetFreed(unit);
      }
    }
    return -1;
  }

  /// CLEAN-4: from here to [#settle], [#settleClean] or [#giveUp] its image is on its way, and it
  /// has no other.
  private void beginWrite(int unit, boolean unchanged) {
    assert !has(unit, WRITING) : "CLEAN-4: unit " + unit + " is being written already";
    if (unchanged) {
      mark(unit, 0);
    }
    put(unit, WRITING, true);
  }

  /// Looks for the next DIRTY unit, outside of a checkpoint.
  ///
  /// @param steps how many units to look at, at most
  /// @return a unit, which is CLEAN now and being written: the caller copies it at once; -1 if
  ///   there was none among these
  int collectDirty(int steps) {
    assert !imaging : "CUT-3: pages are cleaned while a checkpoint collects";
    int most = Math.min(steps, unitCount);
    for (lastSteps = 1; lastSteps <= most; lastSteps++) {
      int unit = cleanHand < unitCount ? cleanHand : 0;
      cleanHand = unit + 1;
      // One that changes between two loans of a piece is DIRTY again, and written with the next
      // piece: of two images in one piece the older might be settled last.
      if (mark(unit) > 0 && !has(unit, WRITING)) {
        beginWrite(unit, true);
        return unit;
      }
    }
    return -1;
  }

  /// How many units the last [#collectDirty] looked at, at least one.
  int lastSteps() {
    return lastSteps;
  }

  /// The image of a unit as it was when it was collected outside of a checkpoint is in that slot,
  /// which was in flight. If it has changed since, the image is of no use and harms nothing: it is
  /// replaced before the unit is CLEAN again.
  void settleClean(int unit, int slot, int checksum) {
    put(unit, WRITING, false);
    if (hasImage(unit)) {
      slots.retire(slot(unit));
    }
    slots.settle(slot);
    putImage(unit, slot, checksum);
  }

  /// Units that [#collect] has yet to look at.
  int left() {
    return cutCount - hand;
  }

  /// Nothing is pending any more, or the checkpoint is given up.
  void endImaging() {
    for (; hand < cutCount && undo.inUse() > 0; hand++) {
      int newest = undoOf(hand);
      if (newest != UndoBytes.NONE) {
        undo.release(newest);
        undoOf(hand, UndoBytes.NONE);
      }
    }
    imaging = false;
  }

  /// The image of a unit as it was at the cut is in that slot, which was in flight.
  void settle(int unit, int slot, int checksum) {
    put(unit, WRITING, false);
    if (hasImage(unit)) {
      slots.retireForCheckpoint(slot(unit));
    }
    slots.settleForCheckpoint(slot);
    putImage(unit, slot, checksum);
  }

  /// The image of a unit that was collected will not be written.
  void giveUp(int unit) {
    put(unit, WRITING, false);
    if (mark(unit) == 0) {
      mark(unit, epoch);
    }
  }

  // ---- images

  boolean hasImage(int unit) {
    return image(unit) != 0;
  }

  /// The slot of its image, which it has.
  int slot(int unit) {
    int slot = slotOf(image(unit));
    assert slot >= 0 : "unit " + unit + " has no image";
    return slot;
  }

  /// Slot and checksum as one number; zero if there is no image.
  long image(int unit) {
    return Memory.getLongOpaque(entry(unit) + IMAGE_OFFSET);
  }

  static int slotOf(long image) {
    return (int) (image >>> SLOT_SHIFT) - 1;
  }

  static int checksumOf(long image) {
    return (int) image;
  }

  private void putImage(int unit, int slot, int checksum) {
    // Opaque: who reads a cold page looks at it without the token, and finds out by the page's word
    // whether it was of use.
    Memory.putLongOpaque(
        entry(unit) + IMAGE_OFFSET, (slot + 1L) << SLOT_SHIFT | Integer.toUnsignedLong(checksum));
  }

  // ---- at open

  /// The newest checkpoint, whose number is `checkpoint`, has that image of the unit.
  void restore(int unit, long image) {
    Memory.putLong(entry(unit) + IMAGE_OFFSET, image);
  }

  /// The checkpoint that was restored has that number.
  void restored(int checkpoint) {
    epoch = checkpoint + 1;
  }

  /// At open: the newest checkpoint has an image of a unit that is not in use.
  void restoreFreed(int unit) {
    mark(unit, -epoch);
  }
}
