package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What was deleted goes back to the file system (SLOT-6).
@Tag("engine")
@Timeout(60)
class IdleSlotsTest {
  private static final int ROWS = 60_000;
  private static final int KEPT = 500;

  private final EngineFixture fixture = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    EngineFixture.requireFiles();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Options options(Seam seam) {
    return EngineFixture.options(builder ->
        builder.partitions(1).checkpointLogBytes(1L << 30).durability(Durability.NONE).seam(seam));
  }

  private static Table fill(Basalt db) {
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setString("name", "x".repeat(180));
      for (int id = 0; id < ROWS; id++) {
        session.insert(users, row.setLong("id", id).setInt("score", id));
      }
    }
    return users;
  }

  /// The large table goes, and a few rows of another come.
  private static void dropAndCheckpoint(Basalt db) {
    Table few =
        db.createTable(
            TableSchema.builder("few").column("id", ColumnType.BIGINT).primaryKey("id").build());
    try (Session session = db.openSession()) {
      RowBuffer row = few.newRow();
      for (int id = 0; id < KEPT; id++) {
        session.insert(few, row.setLong("id", id));
      }
    }
    db.dropTable("users");
    for (int i = 0; i < 6; i++) {
      db.checkpoint();
    }
  }

  private static void check(Basalt db) {
    Table few = db.table("few");
    try (Session session = db.openSession()) {
      RowView view = few.newView();
      for (int id = 0; id < KEPT; id++) {
        assertThat(session.get(few, id, view)).isTrue();
      }
    }
  }

  /// Blocks of 512 bytes.
  private static long blocksOf(Path file) throws Exception {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String text = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertThat(stat.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return Long.parseLong(text.strip());
  }

  @Test
  void whatWasDroppedIsGivenBackToTheFileSystem() throws Exception {
    Assumptions.assumeTrue(Posix.available(), "portable mode has no such call");
    Basalt db = fixture.open(options(Seam.system()));
    fill(db);
    db.checkpoint();
    Path pages = fixture.directory().resolve("pages-0");
    long size = Files.size(pages);
    long before = blocksOf(pages);
    assertThat(before * 512).isGreaterThan(ROWS * 180L);
    dropAndCheckpoint(db);
    Assumptions.assumeTrue(isGrantedBy(pages), "the file system has no such call");
    assertThat(Files.size(pages)).isGreaterThanOrEqualTo(size);
    assertThat(blocksOf(pages)).isLessThan(before / 4);
    check(db);
    check(fixture.reopen(db, options(Seam.system())));
  }

  private static boolean isGrantedBy(Path pages) throws IOException {
    Path probe = Files.createTempFile(pages.getParent(), "probe", "");
    try (DataFile file = Seam.system().files().open(probe, OpenMode.OPEN_EXISTING, false)) {
      return file.punchHole(0, 4096);
    } finally {
      Files.delete(probe);
    }
  }

  /// A call that fails harms nothing, and no checkpoint fails for it.
  @Test
  void aFailedCallHarmsNothing() {
    FaultyFiles disk = new FaultyFiles(fixture.directory(), 1);
    Seam seam = new Seam(Clock.system(), disk, Randomness.seeded(1));
    Basalt db = fixture.open(options(seam));
    fill(db);
    db.checkpoint();
    disk.failFrom(FileOperation.PUNCH_HOLE, 1, Errno.EIO);
    long before = disk.count(FileOperation.PUNCH_HOLE);
    try (Warnings warnings = new Warnings()) {
      dropAndCheckpoint(db);
      assertThat(warnings.countWith("could not be given back")).isPositive();
    }
    assertThat(disk.count(FileOperation.PUNCH_HOLE)).isGreaterThan(before);
    disk.heal();
    check(db);
    fill(db);
    db.checkpoint();
    check(fixture.reopen(db, options(seam)));
  }
}
