package org.basaltdb.offheap.epoch;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.basaltdb.offheap.memory.Memory;

/// The native memory of one [Epochs], freed when nobody can reach that object any more.
///
/// A session that is about to enter while its database closes writes to its slot once more before
/// it notices. So closing frees nothing; the memory goes when the last session that could do so has
/// gone, and that the garbage collector knows. What it found is freed when the next epochs are
/// made: no thread waits for it.
final class SlotMemory extends PhantomReference<Epochs> {
  private static final ReferenceQueue<Epochs> UNREACHABLE = new ReferenceQueue<>();

  /// Keeps the references themselves reachable.
  private static final Set<SlotMemory> ALIVE = new HashSet<>();

  private final List<Long> addresses = new ArrayList<>();

  private SlotMemory(Epochs epochs) {
    super(epochs, UNREACHABLE);
  }

  /// Memory for `epochs`. Frees that of epochs found unreachable since the last call.
  static SlotMemory of(Epochs epochs) {
    synchronized (ALIVE) {
      for (Reference<? extends Epochs> found = UNREACHABLE.poll();
          found != null;
          found = UNREACHABLE.poll()) {
        if (found instanceof SlotMemory memory && ALIVE.remove(memory)) {
          memory.addresses.forEach(Memory::free);
        }
      }
      SlotMemory memory = new SlotMemory(epochs);
      ALIVE.add(memory);
      return memory;
    }
  }

  /// Allocates zeroed memory that lives as long as the epochs.
  synchronized long allocate(long bytes, long alignment) {
    long address = Memory.allocate(bytes, alignment);
    addresses.add(address);
    return address;
  }
}
