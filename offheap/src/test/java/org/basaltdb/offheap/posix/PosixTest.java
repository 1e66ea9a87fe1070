package org.basaltdb.offheap.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixTest {
  @TempDir private Path directory;

  @BeforeEach
  void nativeMode() {
    assumeTrue(Posix.available(), "system calls are for native mode");
  }

  @Test
  void anErrorIsTheNegatedNumber() {
    SystemCalls calls = Posix.calls();
    assertThat(calls.open(directory.resolve("none").toString(), SystemCalls.O_RDWR, 0))
        .isEqualTo(-Errno.ENOENT);
    assertThat(calls.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(calls.munmap(1, 4096)).isEqualTo(-Errno.EINVAL);
    assertThat(calls.fsync(1 << 20)).isEqualTo(-Errno.EBADF);
    assertThat(calls.mmap(0, SystemCalls.PROT_NONE, SystemCalls.MAP_PRIVATE_ANONYMOUS_NORESERVE))
        .isEqualTo(-Errno.EINVAL);
  }

  @Test
  void everyThreadSeesItsOwnErrors() throws InterruptedException {
    long[] other = new long[1];
    Thread thread = Thread.ofVirtual().start(() -> other[0] = Posix.calls().close(-1));
    assertThat(Posix.calls().munmap(1, 4096)).isEqualTo(-Errno.EINVAL);
    thread.join();
    assertThat(other[0]).isEqualTo(-Errno.EBADF);
  }

  @Test
  void aFileIsWrittenReadPunchedAndCut() {
    SystemCalls calls = Posix.calls();
    String path = directory.resolve("file").toString();
    int file =
        (int) calls.open(path, SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL, 0600);
    assertThat(file).isPositive();
    assertThat(
            calls.open(path, SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_EXCL, 0600))
        .isEqualTo(-Errno.EEXIST);
    long memory = Memory.allocate(8192, 4096);
    Memory.fill(memory, 8192, (byte) 9);
    assertThat(calls.pwrite(file, memory, 8192, 0)).isEqualTo(8192);
    assertThat(calls.fdatasync(file)).isZero();
    assertThat(calls.fsync(file)).isZero();
    assertThat(calls.size(file)).isEqualTo(8192);
    long punched =
        calls.fallocate(
            file, SystemCalls.FALLOC_FL_PUNCH_HOLE | SystemCalls.FALLOC_FL_KEEP_SIZE, 0, 4096);
    assertThat(calls.pread(file, memory, 8192, 0)).isEqualTo(8192);
    if (punched == 0) { // not every file system can
      assertThat(Memory.getByte(memory)).isZero();
    }
    assertThat(Memory.getByte(memory + 4096)).isEqualTo((byte) 9);
    assertThat(calls.ftruncate(file, 100)).isZero();
    assertThat(calls.pread(file, memory, 8192, 100)).isZero();
    assertThat(calls.close(file)).isZero();
    Memory.free(memory);
  }

  @Test
  void membarrierIsAnsweredOrListedAsMissing() {
    if (Posix.membarrierAvailable()) {
      Posix.membarrier();
    } else {
      assertThat(Degradations.list()).anyMatch(each -> each.kind() == Degradation.Kind.MEMBARRIER);
    }
  }

  @Test
  void theProcessorsOfAThreadAreReadAndSet() throws InterruptedException {
    boolean[] done = new boolean[1];
    Thread thread =
        Thread.ofPlatform()
            .start(() -> {
              long[] all = ThreadAffinity.current();
              long[] lowest = new long[all.length];
              for (int word = 0; word < all.length; word++) {
                if (all[word] != 0) {
                  lowest[word] = Long.lowestOneBit(all[word]);
                  break;
                }
              }
              if (ThreadAffinity.pin(lowest)) {
                long[] now = ThreadAffinity.current();
                done[0] = Long.bitCount(now[now.length - 1]) == 1;
              }
            });
    thread.join();
    assertThat(done[0]).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> ThreadAffinity.pin(new long[3]));
  }

  @Test
  void aThreadThatCannotBePinnedStays() {
    assertThat(ThreadAffinity.pin(new RefusingCalls(), new long[] {1})).isFalse();
    assertThat(Degradations.list())
        .anyMatch(each -> each.kind() == Degradation.Kind.THREAD_AFFINITY);
  }

  @Test
  void bothArchitecturesAreKnown() {
    assertThat(Architecture.of("amd64")).isEqualTo(Architecture.X86_64);
    assertThat(Architecture.of("aarch64")).isEqualTo(Architecture.AARCH64);
    assertThat(Architecture.of("riscv64")).isNull();
  }

  @Test
  void errorsHaveNames() {
    assertThat(Errno.describe(Errno.ENOSPC)).isEqualTo("ENOSPC (no space left on device)");
    assertThat(Errno.describe(9999)).isEqualTo("errno 9999");
    assertThat(Errno.meansFull(Errno.EDQUOT)).isTrue();
    assertThat(Errno.meansFull(Errno.EIO)).isFalse();
  }

  @Test
  void errorNumbersHaveNames() {
    assertThat(Errno.describe(21)).isEqualTo("EISDIR (is a directory)");
    assertThat(Errno.describe(20)).isEqualTo("ENOTDIR (not a directory)");
    assertThat(Errno.describe(28)).isEqualTo("ENOSPC (no space left on device)");
    assertThat(Errno.describe(9_999)).isEqualTo("errno 9999");
  }
}
