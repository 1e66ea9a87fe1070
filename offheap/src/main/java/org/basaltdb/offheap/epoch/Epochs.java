package org.basaltdb.offheap.epoch;

import static org.basaltdb.offheap.epoch.EpochSlotLayout.EPOCH;
import static org.basaltdb.offheap.epoch.EpochSlotLayout.INDEX;
import static org.basaltdb.offheap.epoch.EpochSlotLayout.OUTSIDE;
import static org.basaltdb.offheap.epoch.EpochSlotLayout.SLOT_BYTES;

import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.posix.Posix;
import org.jspecify.annotations.Nullable;

/// Says when memory that lock-free readers walk may be reused: when every reader that could have
/// found a way to it has left.
///
/// A reader announces itself in its slot before it follows the first link and takes the
/// announcement back after it read the last byte. A writer that unlinked something calls [#advance]
/// and keeps the result as a stamp; once [#oldestActive] is greater than the stamp, nobody can be
/// looking at it.
///
/// ```
///   reader                                writer
///   enter: slot = epoch                   unlink x
///   (light fence)                         stamp = advance: epoch++, (heavy fence)
///   follow links, read                    ...
///   exit: slot = 0                        stamp < oldestActive: reuse x
/// ```
///
/// Source: K. Fraser, Practical lock-freedom, 2004 (epochs); the asymmetric fence is that of Linux
/// `membarrier`, as user-space RCU uses it (M. Desnoyers et al., 2012).
///
/// **Why it is right.** Let the reader have stored e into its slot, and the writer's own `advance`
/// have returned s for x. The epoch is read with acquire and raised by an atomic add, so a reader
/// with e > s sees everything the writer did before that add: x is unlinked, it cannot find it. A
/// reader with e <= s may have found it. Either the writer's later scan sees its slot: then
/// `oldestActive` <= e <= s, and x waits. Or the scan does not see the slot. The scan comes after
/// the heavy fence; the reader's store then had not reached memory when that fence ran, so every
/// read the reader does after its own light fence comes after the writer's unlinking: it cannot
/// find x (EPOCH-1). This is Dekker's store, fence, load on both sides. The reader's half of the
/// fence only has to stop the compiler, when the writer's half is `membarrier`, which executes a
/// full fence on every processor that runs a thread of this process; otherwise it is a full fence.
/// That [VarHandle#acquireFence] keeps the compiler from moving later reads above the earlier store
/// is a property of HotSpot (any fence node orders all memory there), not of the Java memory model.
/// A reader's reads complete before its exit, by release and acquire on the slot; entering stores
/// with release too, so that a scan that meets a later entry has still seen the exit before it.
///
/// - EPOCH-1 Whoever read a link before it was removed is seen by the scan that decides about
///   reuse.
/// - EPOCH-2 A slot has at most one owner. Only its owner enters and leaves by it.
/// - EPOCH-3 The memory of a slot is never reused while anybody can reach this object, so that an
///   entry that lost the race against a close hurts nobody.
///
/// *Closing.* The one who closes stores a mark, calls [#awaitIdle], and may then unmap. A reader
/// looks for the mark after it entered and leaves again when it is set. By the same argument,
/// either the reader sees the mark or it is waited for.
///
/// *Dead threads.* A slot has the thread that acquired it as its owner. Once that thread has died
/// the slot is nobody's: a slot that was idle is handed out again, and one that was left inside no
/// longer holds anything back. A slot that goes from thread to thread is put down by [#disown] and
/// taken up by [#adopt] around each loan.
///
/// Thread rules: [#enter], [#exit] by the owner of the slot; everything else by any thread.
@SuppressWarnings("ReferenceEquality") // a thread is itself and no other
public final class Epochs {
  private static final boolean ASYMMETRIC = Posix.membarrierAvailable();

  private static final int SLOTS_PER_CHUNK = 64;
  private static final int CHUNK_BYTES = SLOTS_PER_CHUNK * SLOT_BYTES;
  private static final long FIRST_EPOCH = 1;
  private static final int SPINS_BEFORE_PARKING = 100;
  private static final long PARK_NANOS = 50_000;

  /// In place of a thread, and never started: held by somebody who is no thread, and never reaped.
  private static final Thread DISOWNED = Thread.ofPlatform().unstarted(() -> {});

  /// Slots that were made together.
  ///
  /// @param address of the first
  /// @param owners by slot: null when free, [#DISOWNED], or a thread
  private record Chunk(long address, AtomicReferenceArray<@Nullable Thread> owners) {
    long slot(int position) {
      return address + (long) position * SLOT_BYTES;
    }

    /// Whether the owner is a thread that has died. After the epoch was read with acquire: whoever
    /// wrote it had become the owner before.
    boolean abandoned(int position) {
      Thread owner = owners.get(position);
      return owner != null && owner != DISOWNED && !owner.isAlive();
    }
  }

  private final Clock clock;
  private final SlotMemory memory;

  /// The epoch, alone on its lines: read by every entry, written by every advance.
  private final long epochAddress;

  private final ReentrantLock lock = new ReentrantLock();

  /// Which slots have an owner; guarded by the lock.
  private final BitSet taken = new BitSet();

  /// Grows by copying, under the lock; scans read it without.
  private volatile Chunk[] chunks = new Chunk[0];

  /// Epochs with the machine's clock.
  public Epochs() {
    this(Clock.system());
  }

  /// Epochs that wait by `clock`.
  public Epochs(Clock clock) {
    this.clock = clock;
    this.memory = SlotMemory.of(this);
    this.epochAddress = memory.allocate(SLOT_BYTES, SLOT_BYTES);
    Memory.putLongRelease(epochAddress, FIRST_EPOCH);
  }

  /// Acquires a slot; the calling thread becomes its owner. Takes a lock, and grows the table when
  /// every slot has a living owner.
  ///
  /// @return the slot, for the other methods
  public long acquireSlot() {
    lock.lock();
    try {
      int index = freeIndex();
      taken.set(index);
      Chunk chunk = chunks[index / SLOTS_PER_CHUNK];
      int position = index % SLOTS_PER_CHUNK;
      Memory.putLongRelease(chunk.slot(position) + EPOCH, OUTSIDE);
      chunk.owners().set(position, Thread.currentThread());
      return chunk.slot(position);
    } finally {
      lock.unlock();
    }
  }

  /// Gives a slot back; it must not be used any more. A slot whose owner has died, or which is in
  /// use while everything closes, needs no giving back.
  ///
  /// @throws IllegalStateException if the calling thread neither owns the slot nor finds it put
  ///   down, or is inside
  public void releaseSlot(long slot) {
    lock.lock();
    try {
      AtomicReferenceArray<@Nullable Thread> owners = chunkOf(slot).owners();
      Thread owner = owners.get(positionOf(slot));
      if (owner != Thread.currentThread() && owner != DISOWNED) {
        throw inOtherHands(owner, Thread.currentThread());
      }
      if (Memory.getLongAcquire(slot + EPOCH) != OUTSIDE) {
        throw new IllegalStateException("epoch slot released by a reader that is inside");
      }
      owners.set(positionOf(slot), null);
      taken.clear(indexOf(slot));
    } finally {
      lock.unlock();
    }
  }

  /// Puts a slot down: it stays held, but no thread owns it, and nobody enters by it before
  /// [#adopt].
  ///
  /// @throws IllegalStateException if the calling thread is not the owner, or is inside
  public void disown(long slot) {
    if (Memory.getLongOpaque(slot + EPOCH) != OUTSIDE) {
      throw new IllegalStateException("epoch slot put down by a reader that is inside");
    }
    changeOwner(slot, Thread.currentThread(), DISOWNED);
  }

  /// Takes up a slot that was put down: the calling thread becomes its owner.
  ///
  /// @throws IllegalStateException if the slot was not put down
  public void adopt(long slot) {
    changeOwner(slot, DISOWNED, Thread.currentThread());
  }

  /// Announces the calling thread before it follows a link. Does not nest.
  ///
  /// @param slot owned by the calling thread, which is outside
  public void enter(long slot) {
    assert isOwnedByCaller(slot) : "EPOCH-2: entered by a thread that does not own the slot";
    assert Memory.getLongOpaque(slot + EPOCH) == OUTSIDE : "entered twice";
    Memory.putLongRelease(
        Memory.bounded(slot) + EPOCH, Memory.getLongAcquire(Memory.bounded(epochAddress)));
    if (ASYMMETRIC) {
      VarHandle.acquireFence(); // the compiler's half; advance() has every processor do the other
    } else {
      VarHandle.fullFence();
    }
  }

  /// Takes the announcement back, after the last byte was read.
  ///
  /// @param slot by which the calling thread entered
  public void exit(long slot) {
    assert Memory.getLongOpaque(slot + EPOCH) != OUTSIDE : "left without having entered";
    Memory.putLongRelease(Memory.bounded(slot) + EPOCH, OUTSIDE);
  }

  /// Ends the epoch and begins the next, with a full fence on every processor that runs a reader. A
  /// few microseconds: for batches.
  ///
  /// @return the stamp for what the calling thread unlinked before: reuse it once [#oldestActive]
  ///   is greater
  public long advance() {
    long ended = Memory.getAndAddLong(epochAddress, 1);
    heavyFence();
    return ended;
  }

  /// The epoch of the reader that has been inside longest, the current one when nobody is inside.
  /// Walks all slots.
  public long oldestActive() {
    // before the slots: who enters later enters in this epoch or a later one
    long oldest = Memory.getLongAcquire(epochAddress);
    for (Chunk chunk : chunks) {
      for (int position = 0; position < SLOTS_PER_CHUNK; position++) {
        long entered = Memory.getLongAcquire(chunk.slot(position) + EPOCH);
        if (entered != OUTSIDE && entered < oldest && !chunk.abandoned(position)) {
          oldest = entered;
        }
      }
    }
    return oldest;
  }

  /// Waits until no reader is inside. Those who enter meanwhile are not kept out: the caller stored
  /// a mark before, which they find. Not shortened by an interrupt.
  ///
  /// @param deadlineNanos by the clock of these epochs
  /// @return false if a reader was still inside at the deadline
  public boolean awaitIdle(long deadlineNanos) {
    heavyFence();
    for (int spins = 0; anyoneInside(); spins++) {
      if (clock.nanoTime() - deadlineNanos >= 0) {
        return false;
      }
      if (spins < SPINS_BEFORE_PARKING) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, PARK_NANOS); // at once while interrupted: then this spins
      }
    }
    return true;
  }

  /// How many slots have an owner.
  public int slotCount() {
    lock.lock();
    try {
      return taken.cardinality();
    } finally {
      lock.unlock();
    }
  }

  private static void heavyFence() {
    if (ASYMMETRIC) {
      Posix.membarrier();
    } else {
      VarHandle.fullFence();
    }
  }

  private boolean anyoneInside() {
    for (Chunk chunk : chunks) {
      for (int position = 0; position < SLOTS_PER_CHUNK; position++) {
        if (Memory.getLongAcquire(chunk.slot(position) + EPOCH) != OUTSIDE
            && !chunk.abandoned(position)) {
          return true;
        }
      }
    }
    return false;
  }

  /// A slot without an owner: a free one, else one whose owner has died, else a new one.
  private int freeIndex() {
    int slots = chunks.length * SLOTS_PER_CHUNK;
    int free = taken.nextClearBit(0);
    if (free < slots) {
      return free;
    }
    for (int index = 0; index < slots; index++) {
      if (chunks[index / SLOTS_PER_CHUNK].abandoned(index % SLOTS_PER_CHUNK)) {
        return index;
      }
    }
    addChunk();
    return slots;
  }

  private void addChunk() {
    Chunk[] grown = new Chunk[chunks.length + 1];
    System.arraycopy(chunks, 0, grown, 0, chunks.length);
    Chunk added =
        new Chunk(
            memory.allocate(CHUNK_BYTES, SLOT_BYTES), new AtomicReferenceArray<>(SLOTS_PER_CHUNK));
    for (int position = 0; position < SLOTS_PER_CHUNK; position++) {
      Memory.putInt(added.slot(position) + INDEX, chunks.length * SLOTS_PER_CHUNK + position);
    }
    grown[chunks.length] = added;
    chunks = grown;
  }

  private static int indexOf(long slot) {
    return Memory.getInt(slot + INDEX);
  }

  private static int positionOf(long slot) {
    return indexOf(slot) % SLOTS_PER_CHUNK;
  }

  private Chunk chunkOf(long slot) {
    return chunks[indexOf(slot) / SLOTS_PER_CHUNK];
  }

  private boolean isOwnedByCaller(long slot) {
    return chunkOf(slot).owners().get(positionOf(slot)) == Thread.currentThread();
  }

  private void changeOwner(long slot, Thread from, Thread to) {
    AtomicReferenceArray<@Nullable Thread> owners = chunkOf(slot).owners();
    if (!owners.compareAndSet(positionOf(slot), from, to)) {
      throw inOtherHands(owners.get(positionOf(slot)), from);
    }
  }

  private static IllegalStateException inOtherHands(@Nullable Thread owner, Thread expected) {
    return new IllegalStateException(
        "epoch slot in other hands; found " + name(owner) + "; expected " + name(expected));
  }

  private static String name(@Nullable Thread owner) {
    return owner == null
        ? "a free slot"
        : owner == DISOWNED ? "a slot that was put down" : "a slot of " + owner;
  }
}
