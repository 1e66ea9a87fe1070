package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Degradation;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.RefusingCalls;
import org.basaltdb.offheap.posix.SystemCalls;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The calls a region makes, seen by a machine with two nodes that exists only here.
class MappedRangesTest {
  private static final long EXTENT = Region.EXTENT_BYTES;

  @TempDir private Path sys;

  private final MemoryBudget budget = new MemoryBudget(1L << 30);
  private final FakeMachine machine = new FakeMachine();

  /// Records calls; memory is the test's own.
  private static final class FakeMachine extends RefusingCalls {
    final List<String> calls = new ArrayList<>();
    final List<byte[]> masks = new ArrayList<>();
    long misaligned;
    long mbindResult;
    long madviseResult;
    long mprotectResult;

    @Override
    public long mmap(long length, int protection, int flags) {
      calls.add("mmap protection " + protection);
      // aligned to a page only, as the kernel would
      misaligned = PortableMemory.take("test", Owner.OTHER, length + EXTENT) + 4096;
      return misaligned;
    }

    @Override
    public long munmap(long address, long length) {
      calls.add("munmap");
      return 0;
    }

    @Override
    public long mprotect(long address, long length, int protection) {
      calls.add("mprotect " + length / EXTENT + " extents, protection " + protection);
      return mprotectResult;
    }

    @Override
    public long madvise(long address, long length, int advice) {
      calls.add("madvise " + advice + " for " + length / EXTENT + " extents");
      return madviseResult;
    }

    @Override
    public long mbind(
        long address, long length, int policy, long maskAddress, long maxNode, int flags) {
      calls.add("mbind policy " + policy + " maxnode " + maxNode + " flags " + flags);
      byte[] mask = new byte[(int) (maxNode - 1) / 8];
      Memory.copyToArray(maskAddress, mask, 0, mask.length);
      masks.add(mask);
      return mbindResult;
    }
  }

  @BeforeEach
  void twoNodes() throws IOException {
    for (int node : new int[] {0, 65}) {
      Path directory = Files.createDirectories(sys.resolve("devices/system/node/node" + node));
      Files.writeString(directory.resolve("cpulist"), node == 0 ? "0" : "1");
      Files.writeString(directory.resolve("distance"), node == 0 ? "10 20" : "20 10");
    }
  }

  @Test
  void mbindGetsTheMaskOfTheNodeByteForByte() {
    Region region = reserve("bound", 65);
    assertThat(machine.calls)
        .contains("mbind policy " + SystemCalls.MPOL_PREFERRED + " maxnode 129 flags 0");
    assertThat(machine.masks).hasSize(1);
    assertThat(machine.masks.getFirst())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0);
    region.close();
    machine.masks.clear();
    reserve("bound to the first", 0).close();
    assertThat(machine.masks.getFirst()).containsExactly(1, 0, 0, 0, 0, 0, 0, 0);
  }

  @Test
  void region3PolicyAdviceAndForkRuleComeBeforeAccess() {
    Region region = reserve("ordered", 65);
    region.commitTo(1);
    int access =
        machine.calls.indexOf("mprotect 1 extents, protection " + SystemCalls.PROT_READ_WRITE);
    assertThat(access).isPositive();
    assertThat(machine.calls.subList(0, access))
        .contains(
            "mmap protection " + SystemCalls.PROT_NONE,
            "madvise " + SystemCalls.MADV_HUGEPAGE + " for 4 extents",
            "madvise " + SystemCalls.MADV_DONTFORK + " for 4 extents")
        .anyMatch(call -> call.startsWith("mbind"));
    assertThat(region.base() % EXTENT).isZero();
    assertThat(region.base()).isBetween(machine.misaligned, machine.misaligned + EXTENT);
    region.close();
  }

  @Test
  void nothingIsBoundWithoutANodeOrWithOneOnly() throws IOException {
    reserve("anywhere", Region.ANY_NODE).close();
    Path single = Files.createDirectories(sys.resolve("single/devices/system/node/node0"));
    Files.writeString(single.resolve("cpulist"), "0");
    Region.reserve(
            "single",
            EXTENT,
            budget,
            Owner.FRAMES,
            new MappedRanges(machine, NumaTopology.read(sys.resolve("single")), 0))
        .close();
    assertThat(machine.masks).isEmpty();
  }

  @Test
  void refusedBindingAndAdviceAreListedAndTheRegionWorks() {
    machine.mbindResult = -Errno.EPERM;
    machine.madviseResult = -Errno.EINVAL;
    Region region = reserve("refused binding", 65);
    region.commitTo(EXTENT);
    Memory.putLong(region.base(), 7);
    assertThat(Memory.getLong(region.base())).isEqualTo(7);
    assertThat(Degradations.list())
        .filteredOn(degradation -> degradation.subject().equals("region refused binding"))
        .extracting(Degradation::kind)
        .containsExactlyInAnyOrder(
            Degradation.Kind.NUMA_BINDING,
            Degradation.Kind.HUGE_PAGES,
            Degradation.Kind.FORK_PROTECTION);
    assertThat(Degradations.list()).anyMatch(degradation -> degradation.detail().contains("EPERM"));
    region.close();
  }

  @Test
  void memoryRefusedIsAnErrorAndLeavesTheBudgetAsItWas() {
    Region region = reserve("refused memory", Region.ANY_NODE);
    region.commitTo(EXTENT);
    machine.mprotectResult = -Errno.ENOMEM;
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> region.commitTo(2 * EXTENT))
        .withMessageContaining("ENOMEM")
        .withMessageContaining("refused memory");
    assertThat(budget.used()).isEqualTo(EXTENT);
    assertThat(region.committedBytes()).isEqualTo(EXTENT);
    region.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void reservationRefusedIsNamed() {
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() ->
            Region.reserve(
                "nowhere",
                EXTENT,
                budget,
                Owner.INDEX,
                new MappedRanges(new RefusingCalls(), NumaTopology.read(sys), Region.ANY_NODE)))
        .withMessageContaining("ENOSYS");
    assertThat(budget.used()).isZero();
  }

  @Test
  void aNodeThatIsNotThereIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> reserve("no node", 7))
        .withMessageContaining("[0, 65]");
  }

  private Region reserve(String name, int node) {
    return Region.reserve(
        name,
        4 * EXTENT,
        budget,
        Owner.FRAMES,
        new MappedRanges(machine, NumaTopology.read(sys), node));
  }
}
