package org.basaltdb.offheap.memory;

import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/// Ranges for portable mode: from [PortableMemory], accessible from the start, never leaving the
/// process.
final class PortableRanges implements RangeSource {
  @Override
  public long reserve(String name, Owner owner, long capacityBytes) {
    return PortableMemory.take("region " + name, owner, capacityBytes);
  }

  @Override
  public long commit(long address, long length) {
    return 0;
  }

  @Override
  public boolean giveBack(long address, long length) {
    Memory.fill(address, length, (byte) 0);
    return false;
  }

  @Override
  public boolean releasesMemory() {
    return false;
  }

  @Override
  public void release(long base, long capacityBytes, long committedBytes) {
    PortableMemory.giveBack(base, capacityBytes, committedBytes);
  }
}
