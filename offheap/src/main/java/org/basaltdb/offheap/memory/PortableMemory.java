package org.basaltdb.offheap.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.SparseMapping;

/// Large ranges of memory from the JDK alone, for portable mode.
///
/// Memory that readers walk without a lock must never be unmapped under them, and the JDK closes a
/// shared arena only by stopping every thread. So a range is never closed: what is given back waits
/// here for the next taker, in the whole process.
///
/// A range is a [SparseMapping], touched page by page as it is used. Where none can be made, ranges
/// come from the global arena, which touches them when they are taken.
///
/// Where native access is denied altogether, no segment can span the address space. One mapping
/// made at the start, as large as the system grants, then is all there is ([Memory#ALL]), and
/// ranges are carved from it.
///
/// Thread rules: all methods may be called by any thread; one lock. Not for hot paths.
final class PortableMemory {
  private static final long LARGEST_SPACE_BYTES = 1L << 40;
  private static final long SMALLEST_SPACE_BYTES = 1L << 26;

  private static final Object LOCK = new Object();

  /// Ranges that nobody has, length by address. Neighbours are merged, and every byte is zero.
  private static final TreeMap<Long, Long> FREE = new TreeMap<>();

  private PortableMemory() {}

  /// Makes the one mapping from which everything is carved; its first extent stays unused, so that
  /// no address is 0.
  static MemorySegment mapBoundedSpace() {
    synchronized (LOCK) {
      for (long bytes = LARGEST_SPACE_BYTES; bytes >= SMALLEST_SPACE_BYTES; bytes >>>= 1) {
        try {
          MemorySegment space = SparseMapping.map(bytes);
          FREE.put(Region.EXTENT_BYTES, bytes - Region.EXTENT_BYTES);
          return space;
        } catch (IOException refused) {
          // a smaller one may be granted
        }
      }
    }
    throw new IllegalStateException(
        "no memory without native access; found no temporary file in "
            + System.getProperty("java.io.tmpdir")
            + " that can be mapped; expected at least "
            + SMALLEST_SPACE_BYTES
            + " bytes; start the JVM with --enable-native-access=org.basaltdb.offheap (or"
            + " ALL-UNNAMED)");
  }

  /// Takes a range of zeroes.
  ///
  /// @param bytes a multiple of [Region#EXTENT_BYTES]
  /// @return its address, a multiple of [Region#EXTENT_BYTES]
  /// @throws BudgetExhaustedException if there is no more
  static long take(String subject, Owner owner, long bytes) {
    assert bytes > 0 && bytes % Region.EXTENT_BYTES == 0 : bytes;
    // first, for it makes Memory ready: that decides where addresses begin
    boolean bounded = Memory.ALL.byteSize() < Memory.WHOLE_BYTES;
    long address;
    synchronized (LOCK) {
      address = takeFree(bytes);
    }
    if (address != 0) {
      return address;
    }
    if (bounded) {
      throw BudgetExhaustedException.refused(
          subject,
          owner,
          bytes,
          0,
          Memory.ALL.byteSize(),
          "native access denied and the one mapping used up");
    }
    long mapped = mapAligned(subject, owner, bytes);
    assert mapped % Region.EXTENT_BYTES == 0 : mapped;
    return mapped;
  }

  /// Gives a range from [#take] back. It stays readable.
  ///
  /// @param touchedBytes how much of it, from its start, may be other than zero; more is not read,
  ///   so that it stays untouched
  static void giveBack(long address, long bytes, long touchedBytes) {
    Memory.fill(address, touchedBytes, (byte) 0);
    synchronized (LOCK) {
      long start = address;
      long length = bytes;
      Map.Entry<Long, Long> below = FREE.lowerEntry(address);
      if (below != null && below.getKey() + below.getValue() == address) {
        start = below.getKey();
        length += below.getValue();
      }
      Long above = FREE.remove(address + bytes);
      if (above != null) {
        length += above;
      }
      FREE.put(start, length);
    }
  }

  /// The smallest free range that fits, or 0.
  private static long takeFree(long bytes) {
    long bestAddress = 0;
    long bestLength = Long.MAX_VALUE;
    for (Map.Entry<Long, Long> range : FREE.entrySet()) {
      if (range.getValue() >= bytes && range.getValue() < bestLength) {
        bestAddress = range.getKey();
        bestLength = range.getValue();
      }
    }
    if (bestAddress != 0) {
      FREE.remove(bestAddress);
      if (bestLength > bytes) {
        FREE.put(bestAddress + bytes, bestLength - bytes);
      }
    }
    return bestAddress;
  }

  private static long mapAligned(String subject, Owner owner, long bytes) {
    try {
      long address = SparseMapping.map(bytes + Region.EXTENT_BYTES).address();
      return (address + Region.EXTENT_BYTES - 1) & -Region.EXTENT_BYTES;
    } catch (IOException unmappable) {
      return allocateEagerly(subject, owner, bytes);
    }
  }

  private static long allocateEagerly(String subject, Owner owner, long bytes) {
    try {
      return Arena.global().allocate(bytes, Region.EXTENT_BYTES).address();
    } catch (OutOfMemoryError exhausted) {
      throw BudgetExhaustedException.refused(
          subject, owner, bytes, 0, Long.MAX_VALUE, String.valueOf(exhausted.getMessage()));
    }
  }
}
