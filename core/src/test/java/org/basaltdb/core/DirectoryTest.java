package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.basaltdb.core.error.AlreadyOpenException;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.recovery.Manifest;
import org.basaltdb.core.row.RowView;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Directories that are not what they should be. None is changed, and the right one can be opened
/// afterwards.
@Tag("engine")
@Timeout(60)
class DirectoryTest {
  private final EngineFixture fixture = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    EngineFixture.requireFiles();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Path filledDatabase() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    db.useSession(session ->
        session.insert(users, users.newRow().setLong("id", 1).setString("name", "kept")));
    db.close();
    return fixture.directory();
  }

  private static void isWhole(Basalt db) {
    Table users = db.table("users");
    RowView view = users.newView();
    db.useSession(session -> assertThat(session.get(users, 1, view)).isTrue());
    assertThat(view.getString("name")).isEqualTo("kept");
  }

  @Test
  void createsDirectoriesThatAreMissing() {
    Path deep = fixture.newDirectory().resolve("a/b/c");
    try (Basalt db = Basalt.open(deep, EngineFixture.options())) {
      assertThat(db.environment().directory()).isEqualTo(deep);
      assertThat(db.tables()).isEmpty();
    }
    assertThat(deep.resolve("MANIFEST")).exists();
  }

  @Test
  void finishesACreationThatWasCutShort() throws IOException {
    Path directory = fixture.newDirectory();
    Files.writeString(directory.resolve("MANIFEST.tmp"), "torn");
    Files.writeString(directory.resolve("LOCK"), "pid 1");
    Basalt.open(directory, EngineFixture.options()).close();
    assertThat(directory.resolve("MANIFEST.tmp")).doesNotExist();
  }

  @Test
  void aFileIsNoDirectory() throws IOException {
    Path file = Files.writeString(fixture.newDirectory().resolve("file"), "text");
    assertThatThrownBy(() -> Basalt.open(file))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("a file");
    assertThat(Files.readString(file)).isEqualTo("text");
  }

  @Test
  void someoneElsesDirectoryIsLeftAlone() throws IOException {
    Path directory = fixture.newDirectory();
    Files.writeString(directory.resolve("letter.txt"), "dear");
    assertThatThrownBy(() -> Basalt.open(directory))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("letter.txt")
        .hasMessageContaining("MANIFEST");
    try (var entries = Files.list(directory)) {
      assertThat(entries).hasSize(1);
    }
  }

  @Test
  void aDirectoryThatCannotBeMade() {
    Path unwritable = Path.of("/proc/basalt-test");
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")));
    assertThatThrownBy(() -> Basalt.open(unwritable))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("/proc/basalt-test")
        .hasMessageContaining("found ");
  }

  private Options refusing(Path directory, FileOperation operation, int errno) {
    FaultyFiles files = new FaultyFiles(directory, 1);
    files.failFrom(operation, 1, errno);
    return EngineFixture.options(
        builder -> builder.seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  @Test
  void aDirectoryInWhichNothingMayBeMade() {
    Path directory = fixture.newDirectory();
    assertThatThrownBy(
            () -> Basalt.open(directory, refusing(directory, FileOperation.OPEN, Errno.EACCES)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("open of " + directory)
        .hasMessageContaining("EACCES (permission denied)");
    assertThatThrownBy(
            () -> Basalt.open(directory, refusing(directory, FileOperation.WRITE, Errno.EROFS)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("EROFS (read-only file system)");
    Basalt.open(directory, EngineFixture.options()).close();
  }

  @Test
  void filesThatCannotBeRead() throws IOException {
    Path directory = fixture.newDirectory();
    FaultyFiles files = new FaultyFiles(directory, 1);
    Options options =
        EngineFixture.options(
            builder -> builder.seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
    Basalt.open(directory, options).close();
    for (int nth = 1; nth <= 3; nth++) {
      files.fail(FileOperation.READ, nth, Errno.EIO);
      assertThatThrownBy(() -> Basalt.open(directory, options))
          .isInstanceOf(NotReadableException.class)
          .hasMessageContaining("read of " + directory)
          .hasMessageContaining("EIO");
    }
    Basalt.open(directory, options).close();
  }

  @Test
  void aManifestThatIsADirectory() throws IOException {
    Path directory = fixture.newDirectory();
    Files.createDirectory(directory.resolve("MANIFEST"));
    assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
        .isInstanceOf(NotReadableException.class)
        .hasMessageContaining("MANIFEST")
        .hasMessageContaining("directory");
  }

  @Test
  void aLinkThatLeadsNowhere() throws IOException {
    Path link = fixture.newDirectory().resolve("link");
    Files.createSymbolicLink(link, Path.of("nowhere"));
    assertThatThrownBy(() -> Basalt.open(link, EngineFixture.options()))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("a symbolic link that leads nowhere");
  }

  @Test
  void aNewerFormat() throws IOException {
    Path directory = filledDatabase();
    byte[] original = Files.readAllBytes(directory.resolve("MANIFEST"));
    byte[] newer = original.clone();
    ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 2);
    Files.write(directory.resolve("MANIFEST"), seal(newer));
    NewerFormatException failure =
        catchThrowableOfType(
            NewerFormatException.class, () -> Basalt.open(directory, EngineFixture.options()));
    assertThat(failure.foundVersion()).isEqualTo(2);
    assertThat(failure.newestVersion()).isEqualTo(1);
    Files.write(directory.resolve("MANIFEST"), original);
    isWhole(fixture.open());
  }

  @Test
  void everyFlippedBitOfTheManifestIsNoticed() throws IOException {
    Path directory = filledDatabase();
    byte[] original = Files.readAllBytes(directory.resolve("MANIFEST"));
    for (int bit = 0; bit < original.length * 8; bit += 5) {
      byte[] damaged = original.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(directory.resolve("MANIFEST"), damaged);
      assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
          .isInstanceOfAny(CorruptManifestException.class, NewerFormatException.class)
          .hasMessageContaining("MANIFEST");
    }
    Files.write(directory.resolve("MANIFEST"), original);
    isWhole(fixture.open());
  }

  @Test
  void aTruncatedManifest() throws IOException {
    Path directory = filledDatabase();
    byte[] original = Files.readAllBytes(directory.resolve("MANIFEST"));
    for (int length : new int[] {0, 7, 40, original.length - 1}) {
      Files.write(directory.resolve("MANIFEST"), java.util.Arrays.copyOf(original, length));
      assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
          .isInstanceOf(CorruptManifestException.class)
          .hasMessageContaining(length + " bytes");
    }
    Files.write(directory.resolve("MANIFEST"), original);
    isWhole(fixture.open());
  }

  @Test
  void anotherNumberOfPartitionsThanItHas() {
    Path directory = filledDatabase();
    assertThatThrownBy(
            () -> Basalt.open(directory, EngineFixture.options(builder -> builder.partitions(3))))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("partitions: found 3, expected 2");
    isWhole(fixture.open());
  }

  @Test
  void alreadyOpenInThisProcess() {
    Path directory = fixture.directory();
    Basalt db = fixture.open();
    assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
        .isInstanceOf(AlreadyOpenException.class)
        .hasMessageContaining("found its lock held by this process")
        .hasMessageContaining(Thread.currentThread().getName());
    db.close();
    fixture.open();
  }

  @Test
  void alreadyOpenThroughASymbolicLink() throws IOException {
    Path directory = fixture.directory();
    fixture.open();
    Path link = fixture.newDirectory().resolve("link");
    Files.createSymbolicLink(link, directory);
    assertThatThrownBy(() -> Basalt.open(link, EngineFixture.options()))
        .isInstanceOf(AlreadyOpenException.class)
        .hasMessageContaining("this process");
  }

  @Test
  void alreadyOpenInAnotherProcess() throws Exception {
    Path directory = filledDatabase();
    Path source = fixture.newDirectory().resolve("Holder.java");
    Files.writeString(
        source,
        """
        import java.nio.channels.*;
        import java.nio.file.*;
        class Holder {
          public static void main(String[] args) throws Exception {
            try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
                var lock = channel.lock()) {
              System.out.println("locked");
              System.in.read();
            }
          }
        }
        """);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(),
                directory.resolve("LOCK").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
          .isInstanceOf(AlreadyOpenException.class)
          .hasMessageContaining("another process");
    } finally {
      holder.destroy();
      holder.waitFor();
    }
    isWhole(fixture.open());
  }

  /// LOCKFILE-1: an application may copy the directory of an open database.
  @Test
  void aCopyOfTheDirectoryDoesNotUnlockIt() throws Exception {
    Path directory = fixture.directory();
    Basalt db = fixture.open();
    Assumptions.assumeTrue(db.environment().mode() == EnvironmentReport.Mode.NATIVE);
    Path copy = fixture.newDirectory();
    Files.copy(directory.resolve("LOCK"), copy.resolve("LOCK"));
    Path source = copy.resolve("Taker.java");
    Files.writeString(
        source,
        """
        import java.nio.channels.*;
        import java.nio.file.*;
        class Taker {
          public static void main(String[] args) throws Exception {
            try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
              System.out.println(channel.tryLock() == null ? "refused" : "locked");
            }
          }
        }
        """);
    Process taker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(),
                directory.resolve("LOCK").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader output = taker.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("refused");
    } finally {
      taker.destroy();
      taker.waitFor();
    }
  }

  /// What the layout's diagram says, read without the code that wrote it.
  @Test
  void theManifestIsWhatItsDiagramSays() throws IOException {
    Path directory = filledDatabase();
    byte[] bytes = Files.readAllBytes(directory.resolve(Manifest.FILE_NAME));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(new String(bytes, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("BASALTDB");
    assertThat(buffer.getInt(8)).isEqualTo(1);
    assertThat(buffer.getInt(12)).isEqualTo(bytes.length).isEqualTo(68);
    assertThat(buffer.getInt(48)).isEqualTo(2);
    assertThat(buffer.getInt(52)).isEqualTo(16384);
    assertThat(buffer.getInt(56)).isEqualTo(8192);
    assertThat(seal(bytes.clone())).isEqualTo(bytes);
  }

  private static byte[] seal(byte[] manifest) {
    CRC32C crc = new CRC32C();
    crc.update(manifest, 0, 64);
    ByteBuffer.wrap(manifest).order(ByteOrder.LITTLE_ENDIAN).putInt(64, (int) crc.getValue());
    return manifest;
  }
}
