package org.basaltdb.offheap.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.posix.Degradation;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.RefusingCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What the system may answer, answered by a test.
class NativeFilesTest {
  private static final Path PATH = Path.of("/data/log-7");

  private final long memory = Memory.allocate(1 << 20, 4096);
  private final FakeKernel kernel = new FakeKernel();
  private final NativeFiles files = new NativeFiles(kernel);

  /// One file of 1 MiB of ones; every result can be scripted.
  private static class FakeKernel extends RefusingCalls {
    final List<Long> script = new ArrayList<>();
    final List<String> calls = new ArrayList<>();
    long directResult;
    long openResult = 77;
    long fileBytes = 1 << 20;
    int opens;
    int closes;

    private long next(long otherwise) {
      return script.isEmpty() ? otherwise : script.removeFirst();
    }

    @Override
    public long open(String path, int flags, int mode) {
      opens++;
      return openResult;
    }

    @Override
    public long setDirect(int descriptor) {
      return directResult;
    }

    @Override
    public long close(int descriptor) {
      closes++;
      return 0;
    }

    @Override
    public long pread(int descriptor, long address, long length, long offset) {
      calls.add("read " + length + " at " + offset);
      long result = next(Math.clamp(fileBytes - offset, 0L, length));
      if (result > 0) {
        Memory.fill(address, result, (byte) 1);
      }
      return result;
    }

    @Override
    public long pwrite(int descriptor, long address, long length, long offset) {
      calls.add("write " + length + " at " + offset);
      return next(length);
    }

    @Override
    public long fdatasync(int descriptor) {
      calls.add("sync");
      return next(0);
    }

    @Override
    public long fsync(int descriptor) {
      calls.add("sync all");
      return next(0);
    }

    @Override
    public long fallocate(int descriptor, int mode, long offset, long length) {
      calls.add(
          (mode == (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE) ? "punch " : "allocate ")
              + length
              + " at "
              + offset);
      return next(0);
    }

    @Override
    public long ftruncate(int descriptor, long length) {
      return next(0);
    }
  }

  @AfterEach
  void free() {
    Memory.free(memory);
  }

  @Test
  void shortReadsAndSignalsAreGoneThrough() throws IOException {
    DataFile file = open(false);
    kernel.script.addAll(List.of(100L, (long) -Errno.EINTR, 1L, (long) -Errno.EINTR, 899L));
    file.read(memory, 1000, 50);
    assertThat(kernel.calls)
        .containsExactly(
            "read 1000 at 50",
            "read 900 at 150",
            "read 900 at 150",
            "read 899 at 151",
            "read 899 at 151");
    assertThat(Memory.getByte(memory + 999)).isEqualTo((byte) 1);
    assertThat(Memory.getByte(memory + 1000)).isZero();
  }

  @Test
  void shortWritesAndSignalsAreGoneThrough() throws IOException {
    DataFile file = open(false);
    kernel.script.addAll(List.of((long) -Errno.EINTR, 400L, 600L));
    file.write(memory, 1000, 0);
    assertThat(kernel.calls)
        .containsExactly("write 1000 at 0", "write 1000 at 0", "write 600 at 400");
  }

  @Test
  void aShortDirectWriteGoesOnFromAWholeBlock() throws IOException {
    DataFile file = open(true);
    assertThat(file.direct()).isTrue();
    kernel.script.addAll(List.of(4096L + 512));
    file.write(memory, 16384, 8192);
    assertThat(kernel.calls).containsExactly("write 16384 at 8192", "write 12288 at 12288");
  }

  @Test
  void aWriteThatMakesNoProgressIsAnError() throws IOException {
    DataFile file = open(true);
    kernel.script.add(512L);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.write(memory, 4096 * 2, 0))
        .withMessageContaining("EIO");
    kernel.script.add(0L);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.write(memory, 4096, 0));
  }

  @Test
  void aDirectReadThatStopsWithinABlockIsTheEnd() throws IOException {
    kernel.fileBytes = 5000;
    DataFile file = open(true);
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(() -> file.read(memory, 8192, 0))
        .withMessageContaining("offset 5000");
    assertThat(kernel.calls).hasSize(1);
  }

  @Test
  void aFullDiskIsNamed() throws IOException {
    DataFile file = open(false);
    kernel.script.addAll(List.of(10L, (long) -Errno.ENOSPC));
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.write(memory, 100, 5))
        .withMessage(
            "write failed; found ENOSPC (no space left on device); in /data/log-7 at offset 15;"
                + " make room on the device")
        .satisfies(error -> {
          assertThat(error.operation()).isEqualTo("write");
          assertThat(error.path()).isEqualTo(PATH);
          assertThat(error.offset()).isEqualTo(15);
          assertThat(error.errno()).isEqualTo(Errno.ENOSPC);
          assertThat(error.diskFull()).isTrue();
        });
  }

  @Test
  void aFailingDeviceIsNamedAndASyncIsNotTriedAgain() throws IOException {
    DataFile file = open(false);
    kernel.script.addAll(List.of((long) -Errno.EINTR, (long) -Errno.EIO));
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(file::sync)
        .withMessageStartingWith("sync failed; found EIO (input/output error); in /data/log-7;")
        .satisfies(error -> assertThat(error.diskFull()).isFalse());
    assertThat(kernel.calls).containsExactly("sync", "sync");
  }

  @Test
  void fillingAsksForRoomFirstAndDoesWithoutWhereThatIsUnknown() throws IOException {
    DataFile file = open(true);
    kernel.script.add((long) -Errno.EOPNOTSUPP);
    file.zeroFill(4096, 4096 + (2 << 20));
    assertThat(kernel.calls)
        .containsExactly(
            "allocate 2097152 at 4096", "write 1048576 at 4096", "write 1048576 at 1052672");
    kernel.calls.clear();
    kernel.script.add((long) -Errno.ENOSPC);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.zeroFill(0, 4096))
        .satisfies(error -> assertThat(error.diskFull()).isTrue());
    assertThat(kernel.calls).hasSize(1);
  }

  @Test
  void refusedDirectIoIsBufferedAndListed() throws IOException {
    kernel.directResult = -Errno.EINVAL;
    DataFile file = files.open(Path.of("/refusing/file"), OpenMode.CREATE_NEW, true);
    assertThat(file.direct()).isFalse();
    assertThat(Degradations.list())
        .anyMatch(each ->
            each.kind() == Degradation.Kind.DIRECT_IO
                && each.subject().equals("files in /refusing")
                && each.detail().contains("EINVAL"));
  }

  @Test
  void otherFailuresToOpenAreNamed() {
    kernel.openResult = -Errno.EACCES;
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> files.open(PATH, OpenMode.OPEN_EXISTING, false))
        .withMessageContaining("open failed; found EACCES")
        .withMessageContaining("/data/log-7");
  }

  @Test
  void aDirectoryIsClosedAlsoWhenItsSyncFails() {
    kernel.script.add((long) -Errno.EIO);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> files.syncDirectory(Path.of("/data")))
        .withMessageContaining("sync directory failed");
    assertThat(kernel.closes).isEqualTo(kernel.opens).isEqualTo(1);
  }

  @Test
  void file1ADescriptorIsClosedByTheLastOneOut() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    FakeKernel slow =
        new FakeKernel() {
          @Override
          public long pread(int descriptor, long address, long length, long offset) {
            inside.countDown();
            try {
              go.await();
            } catch (InterruptedException interrupted) {
              throw new AssertionError(interrupted);
            }
            return length;
          }
        };
    DataFile file = new NativeFiles(slow).open(PATH, OpenMode.OPEN_EXISTING, false);
    Throwable[] failure = new Throwable[1];
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                file.read(memory, 10, 0);
              } catch (IOException | RuntimeException thrown) {
                failure[0] = thrown;
              }
            });
    inside.await();
    file.close();
    assertThat(slow.closes).as("a reader is inside").isZero();
    assertThatIllegalStateException().isThrownBy(() -> file.read(memory, 10, 0));
    go.countDown();
    reader.join();
    assertThat(failure[0]).isNull();
    assertThat(slow.closes).isEqualTo(1);
    file.close();
    assertThat(slow.closes).isEqualTo(1);
  }

  private DataFile open(boolean direct) throws IOException {
    return files.open(PATH, OpenMode.OPEN_EXISTING, direct);
  }

  /// A hole that is refused is no error, one that fails is, and an interrupted call is repeated.
  @Test
  void aHoleIsPunchedOrRefusedOrFails() throws IOException {
    try (DataFile file = files.open(PATH, OpenMode.OPEN_EXISTING, true)) {
      kernel.script.addAll(List.of((long) -Errno.EINTR, 0L));
      assertThat(file.punchHole(8192, 16_384)).isTrue();
      assertThat(kernel.calls).containsExactly("punch 8192 at 8192", "punch 8192 at 8192");
      assertThat(file.punchHole(8192, 8192)).isTrue();
      assertThat(kernel.calls).hasSize(2);
      for (int refusal : new int[] {Errno.EOPNOTSUPP, Errno.ENOSYS}) {
        kernel.script.add((long) -refusal);
        assertThat(file.punchHole(0, 4096)).isFalse();
      }
      kernel.script.add((long) -Errno.EIO);
      assertThatExceptionOfType(FileErrorException.class)
          .isThrownBy(() -> file.punchHole(4096, 8192))
          .withMessageContaining("punch hole")
          .withMessageContaining("EIO")
          .withMessageContaining("offset 4096");
    }
  }
}
