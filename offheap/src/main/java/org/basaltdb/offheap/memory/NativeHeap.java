package org.basaltdb.offheap.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.offheap.posix.SystemCalls;

/// Small, long-lived native allocations, the same in both modes.
///
/// Sizes up to [#LARGEST_CLASS_BYTES] are rounded up to a power of two and carved from chunks that
/// are never given back, so that an address that went stale never faults; what was freed waits in a
/// list of its size. Larger ones have a mapping of their own.
///
/// HEAP-1 An address is out at most once: [#free] of an address that is not out throws and changes
/// nothing.
///
/// Thread rules: all methods may be called by any thread; one lock.
final class NativeHeap {
  static final long LARGEST_ALIGNMENT_BYTES = 4096;
  static final long SMALLEST_CLASS_BYTES = 64;
  static final long LARGEST_CLASS_BYTES = 256 << 10;

  private static final String SUBJECT = "the native heap";
  private static final NativeHeap PROCESS = new NativeHeap();

  /// Everything that is out, by address.
  private final Map<Long, Block> out = new HashMap<>();

  /// What was freed, a list for each power of two.
  private final List<ArrayDeque<Long>> freeByClass = new ArrayList<>();

  private long chunkNext;
  private long chunkEnd;
  private long outBytes;

  /// One allocation.
  ///
  /// @param bytes what was asked for
  /// @param heldBytes what it takes: a power of two, or the length of its own mapping
  private record Block(long bytes, long heldBytes) {
    boolean mapped() {
      return heldBytes > LARGEST_CLASS_BYTES;
    }
  }

  private NativeHeap() {
    for (long bytes = SMALLEST_CLASS_BYTES; bytes <= LARGEST_CLASS_BYTES; bytes <<= 1) {
      freeByClass.add(new ArrayDeque<>());
    }
  }

  static long allocate(long bytes, long alignment) {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "allocation size out of range; found " + bytes + " bytes; expected at least 1");
    }
    if (alignment < 1 || alignment > LARGEST_ALIGNMENT_BYTES || Long.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "alignment out of range; found "
              + alignment
              + "; expected a power of two up to "
              + LARGEST_ALIGNMENT_BYTES);
    }
    // a block is aligned to its own size up to a page, so an alignment is met by a block that is as
    // large
    return PROCESS.take(bytes, Math.max(Math.max(bytes, alignment), SMALLEST_CLASS_BYTES));
  }

  static void free(long address) {
    PROCESS.giveBack(address);
  }

  static long allocatedBytes() {
    synchronized (PROCESS) {
      return PROCESS.outBytes;
    }
  }

  private synchronized long take(long bytes, long neededBytes) {
    long address;
    long heldBytes;
    if (neededBytes > LARGEST_CLASS_BYTES) {
      heldBytes = (neededBytes + Region.EXTENT_BYTES - 1) & -Region.EXTENT_BYTES;
      address = map(heldBytes);
    } else {
      heldBytes = ceilingPowerOfTwo(neededBytes);
      address = takeFromClass(heldBytes);
      Memory.fill(address, bytes, (byte) 0);
    }
    Block before = out.put(address, new Block(bytes, heldBytes));
    assert before == null : "HEAP-1: handed out twice: " + address;
    outBytes += bytes;
    return address;
  }

  private synchronized void giveBack(long address) {
    Block block = out.remove(address);
    if (block == null) {
      throw new IllegalArgumentException(
          "native memory freed that is not out; found address 0x"
              + Long.toHexString(address)
              + "; expected one that was allocated and not freed since");
    }
    outBytes -= block.bytes();
    if (block.mapped()) {
      unmap(address, block);
    } else {
      freeList(block.heldBytes()).push(address);
    }
  }

  private static long ceilingPowerOfTwo(long value) {
    return value == 1 ? 1 : Long.highestOneBit(value - 1) << 1;
  }

  private ArrayDeque<Long> freeList(long classBytes) {
    return freeByClass.get(Long.numberOfTrailingZeros(classBytes / SMALLEST_CLASS_BYTES));
  }

  private long takeFromClass(long classBytes) {
    Long freed = freeList(classBytes).poll();
    if (freed != null) {
      return freed;
    }
    long alignment = Math.min(classBytes, LARGEST_ALIGNMENT_BYTES);
    long start = (chunkNext + alignment - 1) & -alignment;
    if (start + classBytes > chunkEnd) {
      // the rest of the old chunk is lost: less than one block of the largest class, once a chunk
      start = map(Region.EXTENT_BYTES);
      chunkEnd = start + Region.EXTENT_BYTES;
    }
    chunkNext = start + classBytes;
    return start;
  }

  private static long map(long bytes) {
    if (!Posix.available()) {
      return PortableMemory.take(SUBJECT, Owner.OTHER, bytes);
    }
    SystemCalls calls = Posix.calls();
    long address =
        calls.mmap(bytes, SystemCalls.PROT_READ_WRITE, SystemCalls.MAP_PRIVATE_ANONYMOUS_NORESERVE);
    if (address < 0) {
      throw BudgetExhaustedException.refused(
          SUBJECT, Owner.OTHER, bytes, allocatedBytes(), Long.MAX_VALUE, address);
    }
    // a child that is forked while direct I/O is in flight must not come to share these pages
    calls.madvise(address, bytes, SystemCalls.MADV_DONTFORK);
    return address;
  }

  private static void unmap(long address, Block block) {
    if (Posix.available()) {
      long result = Posix.calls().munmap(address, block.heldBytes());
      assert result == 0 : "munmap failed: " + result;
    } else {
      PortableMemory.giveBack(address, block.heldBytes(), block.bytes());
    }
  }
}
