package org.basaltdb.offheap.memory;

import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/// Where the address range of a [Region] comes from: the system, or in portable mode the JDK.
///
/// Addresses and lengths are multiples of [Region#EXTENT_BYTES].
sealed interface RangeSource permits MappedRanges, PortableRanges {
  /// Finds a range; nothing of it is accessible by promise before [#commit].
  ///
  /// @throws BudgetExhaustedException if there is none
  long reserve(String name, Owner owner, long capacityBytes);

  /// Makes part of a range accessible, zeroed.
  ///
  /// @return zero, or the negated error number
  long commit(long address, long length);

  /// Drops the contents of part of a range; it reads as zero from then on.
  ///
  /// @return whether the memory left the process
  boolean giveBack(long address, long length);

  /// Whether memory that is given back leaves the process.
  boolean releasesMemory();

  /// Lets a range go.
  ///
  /// @param committedBytes how much of it, from its start, was made accessible
  void release(long base, long capacityBytes, long committedBytes);
}
