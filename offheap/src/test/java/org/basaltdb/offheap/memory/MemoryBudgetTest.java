package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryBudgetTest {
  @Test
  void accountsByOwnerAndInAll() {
    MemoryBudget budget = new MemoryBudget(100);
    budget.reserve(Owner.FRAMES, 60);
    budget.reserve(Owner.INDEX, 40);
    budget.release(Owner.FRAMES, 10);
    budget.transfer(Owner.FRAMES, Owner.OVERFLOW, 20);
    assertThat(budget.used(Owner.FRAMES)).isEqualTo(30);
    assertThat(budget.used(Owner.OVERFLOW)).isEqualTo(20);
    assertThat(budget.used(Owner.INDEX)).isEqualTo(40);
    assertThat(budget.used()).isEqualTo(90);
    assertThat(budget.limitBytes()).isEqualTo(100);
  }

  @Test
  void budget1ExceedingTheLimitChangesNothingAndNamesTheFigures() {
    MemoryBudget budget = new MemoryBudget(100);
    budget.reserve(Owner.LOG, 70);
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> budget.reserve(Owner.SESSIONS, 31))
        .withMessageContaining("70 bytes in use")
        .withMessageContaining("31 more")
        .withMessageContaining("at most 100")
        .satisfies(exhausted -> {
          assertThat(exhausted.owner()).isEqualTo(Owner.SESSIONS);
          assertThat(exhausted.requestedBytes()).isEqualTo(31);
          assertThat(exhausted.usedBytes()).isEqualTo(70);
          assertThat(exhausted.limitBytes()).isEqualTo(100);
        });
    assertThat(budget.used()).isEqualTo(70);
    assertThat(budget.used(Owner.SESSIONS)).isZero();
    budget.reserve(Owner.SESSIONS, 30);
    assertThatExceptionOfType(BudgetExhaustedException.class)
        .isThrownBy(() -> budget.reserve(Owner.SESSIONS, Long.MAX_VALUE));
  }

  @Test
  void refusesNegativeFigures() {
    MemoryBudget budget = new MemoryBudget(100);
    assertThatIllegalArgumentException().isThrownBy(() -> new MemoryBudget(0));
    assertThatIllegalArgumentException().isThrownBy(() -> budget.reserve(Owner.LOG, -1));
    assertThatIllegalArgumentException().isThrownBy(() -> budget.release(Owner.LOG, -1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> budget.transfer(Owner.LOG, Owner.INDEX, -1));
  }

  @Test
  void budget1HoldsAmongThreads() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(1_000);
    AtomicLong most = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (Owner owner : List.of(Owner.FRAMES, Owner.INDEX, Owner.LOG)) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int round = 0; round < 50_000; round++) {
                  try {
                    budget.reserve(owner, 400);
                    most.accumulateAndGet(budget.used(), Math::max);
                    budget.release(owner, 400);
                  } catch (BudgetExhaustedException expected) {
                    Thread.onSpinWait();
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(most.get()).isLessThanOrEqualTo(1_000);
    assertThat(budget.used()).isZero();
  }

  @Test
  void readsTheLeastLimitOfAVersion2Group(@TempDir Path root) throws IOException {
    write(root, "proc/self/cgroup", "0::/app/worker\n");
    write(root, "sys/fs/cgroup/app/worker/memory.max", "max\n");
    write(root, "sys/fs/cgroup/app/memory.max", "123456789\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(123456789);
  }

  @Test
  void readsTheMountPointWhenTheGroupIsTheHosts(@TempDir Path root) throws IOException {
    write(root, "proc/self/cgroup", "0::/../../kubepods/pod7\n");
    write(root, "sys/fs/cgroup/memory.max", "4096\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isIn(4096L, Long.MAX_VALUE);
    write(root, "proc/self/cgroup", "0::/kubepods/pod7\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(4096);
  }

  @Test
  void readsAVersion1Group(@TempDir Path root) throws IOException {
    write(root, "proc/self/cgroup", "5:cpu,cpuacct:/\n3:memory:/docker/abc\n");
    write(root, "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1073741824\n");
    write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(1L << 30);
  }

  @Test
  void noLimitIsTheLargestNumber(@TempDir Path root) throws IOException {
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(Long.MAX_VALUE);
    write(root, "proc/self/cgroup", "3:memory:/\n");
    write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(Long.MAX_VALUE);
    write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "nonsense\n");
    assertThat(MemoryBudget.cgroupLimitBytes(root)).isEqualTo(Long.MAX_VALUE);
    assertThat(MemoryBudget.cgroupLimitBytes()).isPositive();
  }

  private static void write(Path root, String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }
}
