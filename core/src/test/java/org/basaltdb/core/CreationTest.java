package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.row.RowView;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// MANIFEST-1: where there is a manifest, there was a log; a creation that was cut short anywhere
/// is finished by the next open.
@Tag("engine")
@Timeout(120)
class CreationTest {
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
    db.useSession(session -> session.insert(users, users.newRow().setLong("id", 1)));
    db.close();
    return fixture.directory();
  }

  private static Map<Path, byte[]> contents(Path directory) throws IOException {
    Map<Path, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file, Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.toList();
    }
  }

  private void isReportedAndNothingIsTouched() throws IOException {
    Path directory = fixture.directory();
    Map<Path, byte[]> before = contents(directory);
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining(directory.resolve("log").toString())
          .hasMessageContaining("no segment of the log")
          .hasMessageContaining("backup");
    }
    Map<Path, byte[]> after = contents(directory);
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((file, bytes) -> assertThat(bytes).isEqualTo(before.get(file)));
  }

  @Test
  void aLogWithoutItsSegmentsIsReported() throws IOException {
    for (Path segment : segments(filledDatabase())) {
      Files.delete(segment);
    }
    isReportedAndNothingIsTouched();
  }

  @Test
  void aLogWithoutItsDirectoryIsReported() throws IOException {
    Path directory = filledDatabase();
    for (Path segment : segments(directory)) {
      Files.delete(segment);
    }
    Files.delete(directory.resolve("log"));
    isReportedAndNothingIsTouched();
  }

  @Test
  void aLogOfWhichOnlySparesAreLeftIsReported() throws IOException {
    Path directory = filledDatabase();
    for (Path segment : segments(directory)) {
      String name = String.valueOf(segment.getFileName());
      Files.move(segment, segment.resolveSibling(name.replace(".log", ".spare")));
    }
    isReportedAndNothingIsTouched();
  }

  /// A log without a manifest is a database that lost something, and not one that was begun.
  @Test
  void aLogWithoutItsManifestIsLeftAlone() throws IOException {
    Path directory = filledDatabase();
    byte[] manifest = Files.readAllBytes(directory.resolve("MANIFEST"));
    Files.delete(directory.resolve("MANIFEST"));
    Map<Path, byte[]> before = contents(directory);
    assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("'log'");
    assertThat(contents(directory).keySet()).isEqualTo(before.keySet());
    Files.write(directory.resolve("MANIFEST"), manifest);
    assertThat(fixture.open().table("users").rowCount()).isEqualTo(1);
  }

  private static Options options(FaultyFiles files) {
    return EngineFixture.options(builder ->
        builder
            .logSegmentBytes(64 << 10)
            .logBufferBytes(64 << 10)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  private static void worksAndKeepsWhatItIsGiven(Path directory, FaultyFiles files, long seed) {
    try (Basalt db = Basalt.open(directory, options(files))) {
      Table users = db.createTable(EngineFixture.users());
      db.useSession(session -> session.insert(users, users.newRow().setLong("id", 1)));
      files.restart(seed);
    } catch (BasaltException powerWasCut) {
      assertThat(powerWasCut).hasMessageContaining("power");
    }
    try (Basalt db = Basalt.open(directory, options(files))) {
      Table users = db.table("users");
      RowView view = users.newView();
      db.useSession(session -> assertThat(session.get(users, 1, view)).isTrue());
    }
  }

  @Test
  void aPowerCutAnywhereInTheCreationIsMadeGood() {
    Path directory = fixture.directory();
    FaultyFiles counted = new FaultyFiles(directory, 1);
    Basalt.open(directory, options(counted)).close();
    long operations = counted.count();
    assertThat(operations).isBetween(10L, 60L);
    for (int cut = 0; cut < operations; cut++) {
      for (long seed = 1; seed <= 6; seed++) {
        FaultyFiles files = new FaultyFiles(directory, seed);
        files.cutPowerAfter(cut);
        try {
          Basalt.open(directory, options(files)).close();
        } catch (BasaltException powerWasCut) {
          assertThat(powerWasCut).as("cut after %d", cut).hasMessageContaining("power");
        }
        files.restart(seed * 31 + cut);
        worksAndKeepsWhatItIsGiven(directory, files, seed * 37 + cut);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anErrorAnywhereInTheCreationIsMadeGood(FileOperation operation) {
    Path directory = fixture.directory();
    for (int nth = 1; nth < 8; nth++) {
      FaultyFiles files = new FaultyFiles(directory, nth);
      files.fail(operation, nth, Errno.EIO);
      try {
        Basalt.open(directory, options(files)).close();
      } catch (BasaltException failure) {
        assertThat(failure).hasMessageContaining("EIO");
      }
      files.heal();
      worksAndKeepsWhatItIsGiven(directory, files, nth);
    }
  }

  /// NAMES-1: the open before left names behind that were not synced.
  @Test
  void namesThatAnOpenLeftUnsyncedAreMadeDurableByTheNext() throws IOException {
    Path disk = fixture.newDirectory();
    Path directory = Files.createDirectory(disk.resolve("db")); // the lock is no file of that disk
    for (int nth = 1; nth < 8; nth++) {
      for (long seed = 1; seed <= 12; seed++) {
        FaultyFiles files = new FaultyFiles(disk, seed);
        files.fail(FileOperation.SYNC_DIRECTORY, nth, Errno.EIO);
        try {
          Basalt.open(directory, options(files)).close();
        } catch (BasaltException failure) {
          assertThat(failure).hasMessageContaining("EIO");
        }
        files.heal();
        worksAndKeepsWhatItIsGiven(directory, files, seed * 41 + nth);
      }
    }
  }

  @Test
  void aDiskThatIsFullWhenADatabaseIsMade() {
    Path directory = fixture.directory();
    FaultyFiles files = new FaultyFiles(directory, 1);
    files.limitBytes(20_000);
    assertThatThrownBy(() -> Basalt.open(directory, options(files)))
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("ENOSPC");
    files.heal();
    worksAndKeepsWhatItIsGiven(directory, files, 1);
  }
}
