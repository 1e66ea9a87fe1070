package org.basaltdb.offheap.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Degradation;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.SystemCalls;

/// Ranges of the system: reserved without access, made accessible piece by piece, on huge pages of
/// one NUMA node.
///
/// What is refused except memory itself costs speed, never correctness: it is listed as a
/// degradation and the range is used as it is.
final class MappedRanges implements RangeSource {
  private static final Path HUGE_PAGE_SETTING =
      Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

  private final SystemCalls calls;
  private final NumaTopology topology;
  private final int numaNode;

  /// @param numaNode a node of `topology`, or [Region#ANY_NODE]
  MappedRanges(SystemCalls calls, NumaTopology topology, int numaNode) {
    if (numaNode != Region.ANY_NODE && !topology.hasNode(numaNode)) {
      throw new IllegalArgumentException(
          "no such NUMA node; found "
              + numaNode
              + "; expected one of "
              + topology.nodes()
              + ", or -1 for any");
    }
    this.calls = calls;
    this.topology = topology;
    this.numaNode = numaNode;
  }

  @Override
  public long reserve(String name, Owner owner, long capacityBytes) {
    long mappedBytes = capacityBytes + Region.EXTENT_BYTES;
    long mapped =
        calls.mmap(mappedBytes, SystemCalls.PROT_NONE, SystemCalls.MAP_PRIVATE_ANONYMOUS_NORESERVE);
    if (mapped < 0) {
      throw BudgetExhaustedException.refused(
          "region " + name, owner, mappedBytes, 0, Long.MAX_VALUE, mapped);
    }
    long base = (mapped + Region.EXTENT_BYTES - 1) & -Region.EXTENT_BYTES;
    trim(mapped, base);
    trim(base + capacityBytes, mapped + mappedBytes);
    // all before the first touch (REGION-3); on the whole range at once, so that committing is a
    // single call
    useHugePages(name, base, capacityBytes);
    bindToNode(name, base, capacityBytes);
    keepFromForks(name, base, capacityBytes);
    return base;
  }

  @Override
  public long commit(long address, long length) {
    return calls.mprotect(address, length, SystemCalls.PROT_READ_WRITE);
  }

  @Override
  public boolean giveBack(long address, long length) {
    long result = calls.madvise(address, length, SystemCalls.MADV_DONTNEED);
    if (result < 0) {
      // locked memory cannot be given back; what the caller was promised is that it reads as zero
      Memory.fill(address, length, (byte) 0);
    }
    return true;
  }

  @Override
  public boolean releasesMemory() {
    return true;
  }

  @Override
  public void release(long base, long capacityBytes, long committedBytes) {
    long result = calls.munmap(base, capacityBytes);
    assert result == 0 : "munmap failed: " + result;
  }

  private void trim(long from, long to) {
    if (from < to) {
      calls.munmap(from, to - from);
    }
  }

  private void useHugePages(String name, long base, long length) {
    long result = calls.madvise(base, length, SystemCalls.MADV_HUGEPAGE);
    if (result < 0) {
      reportHugePages(name, "the kernel refuses them with " + Errno.describe((int) -result));
    } else if (hugePagesSwitchedOff()) {
      reportHugePages(name, HUGE_PAGE_SETTING + " says never; set it to madvise");
    }
  }

  private static boolean hugePagesSwitchedOff() {
    try {
      return Files.readString(HUGE_PAGE_SETTING).contains("[never]");
    } catch (IOException | RuntimeException unreadable) {
      return false; // the kernel accepted the advice, and nothing says otherwise
    }
  }

  private static void reportHugePages(String name, String reason) {
    Degradations.report(
        Degradation.Kind.HUGE_PAGES,
        "region " + name,
        "no huge pages: " + reason + "; random reads take longer");
  }

  private void bindToNode(String name, long base, long length) {
    if (numaNode == Region.ANY_NODE || topology.nodeCount() < 2) {
      return;
    }
    long[] mask = topology.nodeMask(numaNode);
    long maskAddress = Memory.allocate((long) mask.length * Long.BYTES, Long.BYTES);
    long result;
    try {
      for (int word = 0; word < mask.length; word++) {
        Memory.putLong(maskAddress + (long) word * Long.BYTES, mask[word]);
      }
      // preferred, not strict: a full node costs speed, while a strict policy would have the
      // process killed
      result =
          calls.mbind(
              base,
              length,
              SystemCalls.MPOL_PREFERRED,
              maskAddress,
              (long) mask.length * Long.SIZE + 1,
              0);
    } finally {
      Memory.free(maskAddress);
    }
    if (result < 0) {
      Degradations.report(
          Degradation.Kind.NUMA_BINDING,
          "region " + name,
          "not bound to node "
              + numaNode
              + ": mbind is refused with "
              + Errno.describe((int) -result));
    }
  }

  private void keepFromForks(String name, long base, long length) {
    long result = calls.madvise(base, length, SystemCalls.MADV_DONTFORK);
    if (result < 0) {
      Degradations.report(
          Degradation.Kind.FORK_PROTECTION,
          "region " + name,
          "a forked child would share the memory: the kernel refuses with "
              + Errno.describe((int) -result));
    }
  }
}
