package org.basaltdb.core.store;

import java.util.Arrays;

/// Which slots of a page file are free.
///
/// ```
///            take                    settle                    retire
///   FREE ----------> IN FLIGHT ----------------> CURRENT -----------------> RETIRED
///    ^ ^ ^               |                          |                          |
///    | | +---------------+ giveUp                   |                          |
///    | +--------------------------------------------+ retire: no checkpoint    |
///    |                                                names it                 |
///    +-------------------------------------------------------------------------+ published
/// ```
///
/// A *cut* begins a checkpoint, whose number is one more than that of the one before; what is
/// CURRENT at the cut, or settled for it, is named by it.
///
/// - SLOT-1 A slot that a durable manifest may name, one of the two newest, or the checkpoint that
///   is being made, is not FREE. A slot retired after cut c is named by checkpoints up to c at
///   most, so it is FREE when both durable manifests are of later ones.
/// - SLOT-4 A slot born after the last cut and not for its checkpoint is named by none: retired, it
///   is FREE at once. So pages that are written often do not fill the disk between two checkpoints.
///
/// - SLOT-5 What a checkpoint settles counts as named from the moment on at which its manifest may
///   be found by an open ([#naming]). So what was written for one that was given up before is free
///   as soon as it is replaced, however often that is tried again.
///
/// - SLOT-6 Extents of slots that stay free go back to the file system ([#takeIdle]): not those
///   that each checkpoint uses in turn, but those that were all free when a checkpoint was
///   published, and none of which the next one took. It takes no slot meanwhile who gives them
///   back, and there is nobody else who takes any.
///
/// Source of the idea: shadow paging (Lorie 1977) with the free list by age of LMDB and its
/// ancestors; here the age is that of a checkpoint and not of a transaction.
///
/// Thread rules: the holder of the partition's token. All operations take constant time on average,
/// except that looking for a free slot is linear in what is full between two free ones.
public final class SlotSpace {
  /// The most slots of a file: 8 TiB of pages.
  public static final int MAX_SLOTS = 1 << 30;

  /// In place of a run: there is no free slot, and the file may not grow.
  public static final long NONE = -1;

  private static final int LENGTH_BITS = 32;

  /// Slots that are given back together: 1 MiB of the file.
  static final int EXTENT_SLOTS = 128;

  /// The most extents that are given back at once, so that no call takes long.
  static final int MAX_IDLE_RUN = 64;

  private static final int EXTENT_WORDS = EXTENT_SLOTS / Long.SIZE;

  // States of an extent: in use; free since a checkpoint was published, which is one more than in
  // use; free since the one before that; given back.
  private static final byte IN_USE = 0;

  private static final byte IDLE = 2;
  private static final byte GIVEN_BACK = 3;

  private final int maxSlots;

  /// A bit a slot, set unless it is FREE.
  private long[] occupied = new long[1];

  /// A bit a slot, set while IN FLIGHT.
  private long[] inFlight = new long[1];

  /// A bit a slot, set if it was taken since the last cut and not for its checkpoint (SLOT-4). One
  /// that was in flight at the cut is not: what it holds may be what the page was then.
  private long[] born = new long[1];

  /// A bit a slot, set if a checkpoint that has its name, or may have, names it.
  private long[] named = new long[1];

  /// A state an extent.
  private byte[] extents = new byte[1];

  /// Slots ever handed out: the file is as long.
  private int slotCount;

  private int freeCount;

  /// Where to look for a free slot next.
  private int hand;

  private int lastCut;
  private int lastPublished;

  /// The checkpoint published before it.
  private int nextToLastPublished;

  private int lastNamed;

  /// The older of the two manifests that were found at open; zero if there was none.
  private int restoredOlder;

  /// Retired slots and the last cut before each, oldest first: a ring.
  private long[] retired = new long[16];

  private int retiredHead;
  private int retiredCount;

  /// The space of an empty file.
  ///
  /// @param maxSlots the most slots that the file may have, 1 to [#MAX_SLOTS]
  /// @throws IllegalArgumentException if that is out of range
  public SlotSpace(int maxSlots) {
    if (maxSlots < 1 || maxSlots > MAX_SLOTS) {
      throw new IllegalArgumentException(
          "slots of a page file; found " + maxSlots + "; expected 1 to " + MAX_SLOTS);
    }
    this.maxSlots = maxSlots;
  }

  /// Slots of the file.
  public int slotCount() {
    return slotCount;
  }

  /// Of these, how many are free.
  public int freeCount() {
    return freeCount;
  }

  /// How many wait for manifests to be published.
  public int retiredCount() {
    return retiredCount;
  }

  /// Takes free slots that follow one another, behind those taken last, so that what is written
  /// together lies together.
  ///
  /// @param wanted the most, 1 or more
  /// @return [#first] and [#length] of a run, or [#NONE]
  public long take(int wanted) {
    int first = freeCount > 0 ? nextFree() : slotCount;
    int length = 0;
    while (length < wanted && isFreeOrNew(first + length)) {
      length++;
    }
    if (length == 0) {
      return NONE;
    }
    grow(first + length);
    for (int slot = first; slot < first + length; slot++) {
      set(occupied, slot);
      set(inFlight, slot);
      set(born, slot);
      extents[slot / EXTENT_SLOTS] = IN_USE;
    }
    freeCount -= length;
    hand = first + length;
    return (long) first << LENGTH_BITS | length;
  }

  /// The first slot of a run.
  public static int first(long run) {
    return (int) (run >>> LENGTH_BITS);
  }

  /// How many slots a run has.
  public static int length(long run) {
    return (int) run;
  }

  private boolean isFreeOrNew(int slot) {
    return slot < slotCount ? !isSet(occupied, slot) : slot < maxSlots;
  }

  /// The first free slot from the hand on, around the end; there is one.
  private int nextFree() {
    int word = hand / Long.SIZE;
    long free = word < occupied.length ? ~occupied[word] & -1L << hand : 0;
    while (true) {
      if (free != 0) {
        int slot = word * Long.SIZE + Long.numberOfTrailingZeros(free);
        if (slot < slotCount) {
          return slot;
        }
        word = -1; // around the end
      }
      word++;
      if (word >= occupied.length) {
        word = 0;
      }
      free = ~occupied[word];
    }
  }

  private void grow(int count) {
    if (count <= slotCount) {
      return;
    }
    int words = (count + Long.SIZE - 1) / Long.SIZE;
    if (words > occupied.length) {
      int capacity = Math.max(words, occupied.length * 2);
      occupied = Arrays.copyOf(occupied, capacity);
      inFlight = Arrays.copyOf(inFlight, capacity);
      born = Arrays.copyOf(born, capacity);
      named = Arrays.copyOf(named, capacity);
      extents = Arrays.copyOf(extents, capacity / EXTENT_WORDS + 1);
    }
    freeCount += count - slotCount;
    slotCount = count;
  }

  /// What was written to a slot in flight is the newest image of its page.
  public void settle(int slot) {
    land(slot);
  }

  /// The same, and the checkpoint that is being made names it.
  public void settleForCheckpoint(int slot) {
    land(slot);
    clear(born, slot);
  }

  /// What was written to a slot in flight is named by the checkpoint that is being made, and is the
  /// newest image of no page: the page has changed since.
  public void settleForCheckpointOnly(int slot) {
    land(slot);
    clear(born, slot);
    retire(slot);
  }

  private void land(int slot) {
    checkInFlight(slot);
    clear(inFlight, slot);
  }

  /// What was to be in a slot in flight is not wanted any more.
  public void giveUp(int slot) {
    checkInFlight(slot);
    clear(inFlight, slot);
    clear(born, slot);
    free(slot);
  }

  private void checkInFlight(int slot) {
    if (slot < 0 || slot >= slotCount || !isSet(inFlight, slot)) {
      throw new IllegalStateException(
          "slot " + slot + " is not in flight; expected one that was taken and not settled since");
    }
  }

  /// A slot's image is not the newest of its page any more.
  public void retire(int slot) {
    if (slot < 0 || slot >= slotCount || !isSet(occupied, slot) || isSet(inFlight, slot)) {
      throw new IllegalStateException(
          "slot " + slot + " retired; expected one that holds the newest image of a page");
    }
    if (isSet(born, slot)) {
      clear(born, slot);
      free(slot);
    } else {
      addRetired(slot, lastCut);
    }
  }

  /// As [#retire], of a slot that the checkpoint that is being made has no use for: it names
  /// another image of the page, or none.
  public void retireForCheckpoint(int slot) {
    if (slot < 0 || slot >= slotCount || !isSet(occupied, slot) || isSet(inFlight, slot)) {
      throw new IllegalStateException(
          "slot " + slot + " retired; expected one that held the newest image of a page");
    }
    clear(born, slot);
    if (isSet(named, slot)) {
      addRetired(slot, lastNamed);
    } else {
      free(slot); // written for a checkpoint that was given up
    }
  }

  /// The checkpoint that was cut last is about to get its name: from now on it may be found by an
  /// open, and what is current is named. Linear in the slots.
  public void naming() {
    for (int word = 0; word < named.length; word++) {
      named[word] = occupied[word] & ~inFlight[word];
    }
    lastNamed = lastCut;
  }

  private void addRetired(int slot, int cut) {
    if (retiredCount == retired.length) {
      long[] grown = new long[retired.length * 2];
      for (int i = 0; i < retiredCount; i++) {
        grown[i] = retired[(retiredHead + i) & (retired.length - 1)];
      }
      retired = grown;
      retiredHead = 0;
    }
    retired[(retiredHead + retiredCount) & (retired.length - 1)] = (long) cut << LENGTH_BITS | slot;
    retiredCount++;
  }

  /// Begins a checkpoint: what is current is named by it.
  ///
  /// @return its number
  public int cut() {
    cut(lastCut + 1);
    return lastCut;
  }

  /// The same, with a number: higher than that of any before.
  public void cut(int checkpoint) {
    if (checkpoint <= lastCut) {
      throw new IllegalStateException(
          "checkpoint " + checkpoint + " begun; expected one above " + lastCut);
    }
    Arrays.fill(born, 0);
    lastCut = checkpoint;
  }

  /// The manifest of a checkpoint is durable. It and the one published before it are the two that
  /// count from now on; what only earlier ones name, [#freeRetired] frees.
  public void published(int checkpoint) {
    if (checkpoint <= lastPublished || checkpoint > lastCut) {
      throw new IllegalStateException(
          "checkpoint "
              + checkpoint
              + " published; expected one from "
              + (lastPublished + 1)
              + " to "
              + lastCut);
    }
    nextToLastPublished = lastPublished;
    lastPublished = checkpoint;
  }

  /// Frees slots that no checkpoint names any more.
  ///
  /// @param most how many at most: some ten nanoseconds each
  /// @return how many; fewer than that if no more are left
  public int freeRetired(int most) {
    int count = 0;
    while (count < most
        && retiredCount > 0
        && (int) (retired[retiredHead] >>> LENGTH_BITS) < nextToLastPublished) {
      free((int) retired[retiredHead]);
      retiredHead = (retiredHead + 1) & (retired.length - 1);
      retiredCount--;
      count++;
    }
    return count;
  }

  /// A checkpoint was published, and all slots freed that only older ones name: extents that are
  /// all free have been so for one checkpoint more (SLOT-6).
  public void rest() {
    for (int extent = 0; extent < slotCount / EXTENT_SLOTS; extent++) {
      int word = extent * EXTENT_WORDS;
      if (extents[extent] < IDLE && (occupied[word] | occupied[word + 1]) == 0) {
        extents[extent]++;
      }
    }
  }

  /// The next slots to give back to the file system (SLOT-6). They stay free, and count as given
  /// back.
  ///
  /// @param from where to begin: zero, or behind the run that this returned before
  /// @return [#first] and [#length] of a run of whole extents, or [#NONE]
  public long takeIdle(int from) {
    int count = slotCount / EXTENT_SLOTS;
    int extent = from / EXTENT_SLOTS;
    while (extent < count && extents[extent] != IDLE) {
      extent++;
    }
    int end = extent;
    while (end < count && end - extent < MAX_IDLE_RUN && extents[end] == IDLE) {
      extents[end++] = GIVEN_BACK;
    }
    long first = (long) extent * EXTENT_SLOTS;
    long length = (long) (end - extent) * EXTENT_SLOTS;
    return length == 0 ? NONE : first << LENGTH_BITS | length;
  }

  /// At open, on an empty space: the two manifests that were found.
  ///
  /// @param newest number of the newest checkpoint that is whole
  /// @param older number of the one before it, or zero
  /// @param slots that the file has
  public void restore(int newest, int older, int slots) {
    assert slotCount == 0 && older < newest : older + ", " + newest;
    grow(slots);
    lastCut = newest;
    lastPublished = newest;
    lastNamed = newest;
    restoredOlder = older;
  }

  /// At open: the newest manifest names that slot.
  ///
  /// @return false if it was named before, or the file has no such slot
  public boolean nameCurrent(int slot) {
    if (slot < 0 || slot >= slotCount || isSet(occupied, slot)) {
      return false;
    }
    set(occupied, slot);
    set(named, slot);
    freeCount--;
    return true;
  }

  /// At open, after all of the newest: the older manifest names that slot.
  public void nameOlder(int slot) {
    if (slot >= 0 && slot < slotCount && !isSet(occupied, slot)) {
      set(occupied, slot);
      freeCount--;
      addRetired(slot, restoredOlder);
    }
  }

  /// Whether a slot is free.
  public boolean isFree(int slot) {
    return slot < slotCount && !isSet(occupied, slot);
  }

  private void free(int slot) {
    assert isSet(occupied, slot) : slot;
    clear(occupied, slot);
    clear(named, slot);
    freeCount++;
  }

  private static boolean isSet(long[] bits, int slot) {
    return (bits[slot / Long.SIZE] >>> slot & 1) != 0;
  }

  private static void set(long[] bits, int slot) {
    bits[slot / Long.SIZE] |= 1L << slot;
  }

  private static void clear(long[] bits, int slot) {
    bits[slot / Long.SIZE] &= ~(1L << slot);
  }
}
