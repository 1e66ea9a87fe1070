package org.basaltdb.offheap.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.offheap.posix.RefusingCalls;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class LockFileTest {
  @TempDir private Path directory;
  private Path file = Path.of("LOCK");

  @BeforeEach
  void nameTheFile() {
    file = directory.resolve("LOCK");
  }

  /// LOCKFILE-1: the application copies the directory.
  @Test
  void copyingTheFileDoesNotUnlock() throws Exception {
    Assumptions.assumeTrue(Posix.available(), "portable mode has the lock of the process only");
    try (LockFile lock = LockFile.acquire(file)) {
      lock.write("the test");
      Files.copy(file, directory.resolve("copy"));
      Files.newByteChannel(file).close();
      assertThat(tryInAnotherProcess()).isEqualTo("refused: the test");
    }
    assertThat(tryInAnotherProcess()).isEqualTo("locked");
  }

  /// LOCKFILE-1: a refused opener, as from another class loader, ends no lock.
  @Test
  void aSecondOpenerInThisProcessIsRefusedAndUnlocksNothing() throws Exception {
    LockFile lock = LockFile.acquire(file);
    refusesASecond(() -> LockFile.acquire(file));
    lock.close();
    lock.close();
    LockFile.acquire(file).close();
  }

  @Test
  void soItIsInPortableMode() throws Exception {
    LockFile lock = PortableLockFile.lock(file);
    refusesASecond(() -> PortableLockFile.lock(file));
    lock.close();
    lock.close();
    PortableLockFile.lock(file).close();
  }

  private interface Opening {
    LockFile acquire() throws IOException;
  }

  private void refusesASecond(Opening opening) throws Exception {
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(opening::acquire).isInstanceOf(LockFile.LockedException.class);
    }
    assertThat(tryInAnotherProcess()).startsWith("refused");
  }

  @Test
  void theLockOfAKilledProcessIsGone() throws Exception {
    Process holder = probe();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> LockFile.acquire(file))
          .isInstanceOf(LockFile.LockedException.class)
          .hasMessageContaining("the probe");
    } finally {
      holder.destroyForcibly();
      holder.waitFor();
    }
    LockFile.acquire(file).close();
  }

  /// Both kinds of lock keep each other out.
  @Test
  void aProcessInPortableModeIsKeptOut() throws Exception {
    try (LockFile lock = LockFile.acquire(file)) {
      lock.write("the test");
      assertThat(tryInAnotherProcess("-Dbasalt.portable=true")).isEqualTo("refused: the test");
    }
  }

  @Test
  void aKernelWithoutSuchLocksIsSaidSo() throws Exception {
    class OldKernel extends RefusingCalls {
      @Override
      public long open(String path, int flags, int mode) {
        return 5;
      }

      @Override
      public long lockFile(int descriptor) {
        return -Errno.EINVAL;
      }
    }
    assertThat(NativeLockFile.lock(new OldKernel(), file)).isNull();
  }

  private String tryInAnotherProcess(String... options) throws Exception {
    Process process = probe(options);
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      process.outputWriter(StandardCharsets.UTF_8).close();
      return output.readLine();
    } finally {
      process.waitFor();
    }
  }

  private Process probe(String... options) throws IOException {
    return JavaProcess.of(LockProbe.class, options, file.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
