package org.basaltdb.offheap.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every layer promises.
class FileLayerTest {
  private static final int BYTES = 64 << 10;

  /// The layers under test.
  enum Kind {
    NATIVE,
    PORTABLE,
    SIMULATED;

    FileLayer layer(Path root) {
      return switch (this) {
        // in portable mode there is one real layer, and it is tested twice
        case NATIVE -> FileLayer.system();
        case PORTABLE -> new PortableFiles();
        case SIMULATED -> new FaultyFiles(root, 1);
      };
    }
  }

  @TempDir private Path root;
  private long out;
  private long in;

  @BeforeEach
  void allocate() {
    out = Memory.allocate(BYTES, 4096);
    in = Memory.allocate(BYTES, 4096);
    byte[] bytes = new byte[BYTES];
    new SplittableRandom(9).nextBytes(bytes);
    Memory.copyFromArray(bytes, 0, out, BYTES);
  }

  @AfterEach
  void free() {
    Memory.free(out);
    Memory.free(in);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsWrittenIsReadBack(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    Path path = root.resolve("data");
    try (DataFile file = files.open(path, OpenMode.CREATE_NEW, false)) {
      file.write(out, 10_000, 12_345);
      file.write(out + 50, 7, 3);
      file.sync();
      assertThat(file.size()).isEqualTo(22_345);
      assertThat(file.path()).isEqualTo(path);
      assertThat(file.direct()).isFalse();
    }
    files.syncDirectory(root);
    try (DataFile file = files.open(path, OpenMode.OPEN_EXISTING, false)) {
      file.read(in, 10_000, 12_345);
      assertThat(Memory.equal(in, out, 10_000)).isTrue();
      file.read(in, 12_345, 0);
      assertThat(Memory.equal(in + 3, out + 50, 7)).isTrue();
      assertThat(Memory.getByte(in)).isZero();
      assertThat(Memory.getByte(in + 12_344)).isZero();
      file.read(in, 0, 1 << 30);
      file.write(out, 0, 1 << 30);
      assertThat(file.size()).isEqualTo(22_345);
    }
    assertThat(files.size(path)).isEqualTo(22_345);
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void directFilesTakeWholeBlocks(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    try (DataFile file = files.open(root.resolve("direct"), OpenMode.CREATE_NEW, true)) {
      file.write(out, BYTES, 4096);
      file.sync();
      file.read(in, BYTES, 4096);
      assertThat(Memory.equal(in, out, BYTES)).isTrue();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> file.write(out + 1, 4096, 0))
          .withMessageContaining("direct")
          .withMessageContaining("multiples of 4096");
      assertThatIllegalArgumentException().isThrownBy(() -> file.write(out, 4095, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> file.read(in, 4096, 512));
      assertThatIllegalArgumentException().isThrownBy(() -> file.zeroFill(0, 1000));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void readingPastTheEndNamesTheFileAndTheOffset(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    for (boolean direct : new boolean[] {false, true}) {
      Path path = root.resolve("short-" + direct);
      try (DataFile file = files.open(path, OpenMode.CREATE_NEW, direct)) {
        file.write(out, 4096, 0);
        assertThatExceptionOfType(EOFException.class)
            .isThrownBy(() -> file.read(in, 8192, 0))
            .withMessageContaining(path.toString())
            .withMessageContaining("offset 4096")
            .withMessageContaining("8192");
        assertThat(Memory.equal(in, out, 4096)).isTrue();
        assertThatExceptionOfType(EOFException.class)
            .isThrownBy(() -> file.read(in, 4096, 1 << 20));
        file.truncate(100);
        assertThatExceptionOfType(EOFException.class).isThrownBy(() -> file.read(in, 4096, 0));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void zeroFillWritesZeroesAndGrows(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    try (DataFile file = files.open(root.resolve("zeroes"), OpenMode.CREATE_NEW, true)) {
      file.write(out, BYTES, 0);
      file.zeroFill(8192, 3 << 20);
      assertThat(file.size()).isEqualTo(3 << 20);
      file.read(in, BYTES, 0);
      assertThat(Memory.equal(in, out, 8192)).isTrue();
      for (int at = 8192; at < BYTES; at++) {
        assertThat(Memory.getByte(in + at)).isZero();
      }
      file.zeroFill(4096, 4096);
      assertThatIllegalArgumentException().isThrownBy(() -> file.zeroFill(8192, 4096));
      assertThatIllegalArgumentException().isThrownBy(() -> file.zeroFill(-4096, 0));
    }
  }

  /// Where there is such a call; else nothing changes.
  @ParameterizedTest
  @EnumSource(Kind.class)
  void aHoleReadsAsZeroesAndLeavesTheSize(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    try (DataFile file = files.open(root.resolve("hole"), OpenMode.CREATE_NEW, true)) {
      file.write(out, BYTES, 0);
      boolean punched = file.punchHole(8192, BYTES - 4096);
      assertThat(file.size()).isEqualTo(BYTES);
      file.read(in, BYTES, 0);
      assertThat(Memory.equal(in, out, 8192)).isTrue();
      assertThat(Memory.equal(in + BYTES - 4096, out + BYTES - 4096, 4096)).isTrue();
      for (int at = 8192; at < BYTES - 4096; at++) {
        assertThat(Memory.getByte(in + at)).isEqualTo(punched ? 0 : Memory.getByte(out + at));
      }
      file.punchHole(4096, 4096);
      assertThatIllegalArgumentException().isThrownBy(() -> file.punchHole(8192, 4096));
      assertThatIllegalArgumentException().isThrownBy(() -> file.punchHole(-4096, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> file.punchHole(0, 1000));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void truncateCutsAndGrows(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    try (DataFile file = files.open(root.resolve("cut"), OpenMode.CREATE_NEW, false)) {
      file.write(out, 1000, 0);
      file.truncate(10);
      assertThat(file.size()).isEqualTo(10);
      file.truncate(100_000);
      assertThat(file.size()).isEqualTo(100_000);
      file.read(in, 1000, 0);
      assertThat(Memory.equal(in, out, 10)).isTrue();
      for (int at = 10; at < 1000; at++) {
        assertThat(Memory.getByte(in + at)).isZero();
      }
      file.truncate(0);
      assertThat(file.size()).isZero();
      assertThatIllegalArgumentException().isThrownBy(() -> file.truncate(-1));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void anInterruptStopsNothingAndStaysSet(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    try (DataFile file = files.open(root.resolve("interrupted"), OpenMode.CREATE_NEW, false)) {
      Thread.currentThread().interrupt();
      file.write(out, 4096, 0);
      file.sync();
      file.read(in, 4096, 0);
      file.zeroFill(4096, 8192);
      file.truncate(8192);
      files.syncDirectory(root);
      files.rename(root.resolve("interrupted"), root.resolve("renamed"));
      assertThat(file.size()).isEqualTo(8192);
      assertThat(files.list(root)).containsExactly(root.resolve("renamed"));
      assertThat(Thread.interrupted()).isTrue();
      file.write(out, 4096, 0);
    }
    assertThat(Memory.equal(in, out, 4096)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void usedAfterCloseItSaysSo(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    DataFile file = files.open(root.resolve("closed"), OpenMode.CREATE_NEW, false);
    file.close();
    file.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> file.write(out, 1, 0))
        .withMessageContaining("closed")
        .withMessageContaining(root.toString());
    assertThatIllegalStateException().isThrownBy(() -> file.read(in, 1, 0));
    assertThatIllegalStateException().isThrownBy(file::sync);
    assertThatIllegalStateException().isThrownBy(file::size);
    assertThatIllegalStateException().isThrownBy(() -> file.truncate(0));
    assertThatIllegalStateException().isThrownBy(() -> file.zeroFill(0, 0));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void negativeRangesAreRefused(Kind kind) throws IOException {
    try (DataFile file =
        kind.layer(root).open(root.resolve("negative"), OpenMode.CREATE_NEW, false)) {
      assertThatIllegalArgumentException().isThrownBy(() -> file.write(out, -1, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> file.read(in, 1, -1));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void namesAreMadeMovedListedAndDeleted(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    Path directory = root.resolve("a/b");
    files.createDirectories(directory);
    files.createDirectories(directory);
    Path first = directory.resolve("first");
    Path second = directory.resolve("second");
    files.open(second, OpenMode.CREATE_NEW, false).close();
    try (DataFile file = files.open(first, OpenMode.CREATE_NEW, false)) {
      file.write(out, 5, 0);
    }
    assertThat(files.list(directory)).containsExactly(first, second);
    assertThat(files.exists(first)).isTrue();
    assertThat(files.exists(directory)).isTrue();
    files.rename(first, second);
    assertThat(files.exists(first)).isFalse();
    assertThat(files.size(second)).isEqualTo(5);
    files.syncDirectory(directory);
    files.delete(second);
    assertThat(files.list(directory)).isEmpty();
    assertThat(files.list(root)).containsExactly(root.resolve("a"));
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whatIsThereOrMissingIsNamed(Kind kind) throws IOException {
    FileLayer files = kind.layer(root);
    Path there = root.resolve("there");
    Path missing = root.resolve("missing");
    files.open(there, OpenMode.CREATE_NEW, false).close();
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> files.open(there, OpenMode.CREATE_NEW, true))
        .withMessageContaining(there.toString());
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.open(missing, OpenMode.OPEN_EXISTING, true))
        .withMessageContaining(missing.toString());
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.open(missing.resolve("below"), OpenMode.CREATE_NEW, false));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.delete(missing));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.size(missing));
    assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> files.list(missing));
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.rename(missing, there));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> files.syncDirectory(missing));
    assertThat(files.exists(missing)).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void threadsShareAFile(Kind kind) throws IOException, InterruptedException {
    try (DataFile file =
        kind.layer(root).open(root.resolve("shared"), OpenMode.CREATE_NEW, false)) {
      Thread[] writers = new Thread[4];
      for (int i = 0; i < writers.length; i++) {
        int part = BYTES / writers.length;
        int from = i * part;
        writers[i] = Thread.ofPlatform().start(() -> writeInPieces(file, from, part));
      }
      for (Thread writer : writers) {
        writer.join();
      }
      file.read(in, BYTES, 0);
      assertThat(Memory.equal(in, out, BYTES)).isTrue();
    }
  }

  private void writeInPieces(DataFile file, int from, int length) {
    try {
      for (int at = from; at < from + length; at += 512) {
        file.write(out + at, 512, at);
      }
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
