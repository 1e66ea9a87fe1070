package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Files that are not what was written, and files that cannot be read when a database is opened:
/// what it is about is named, nothing of it is shown, and nothing is changed.
@Tag("engine")
@Timeout(120)
class DamageTest {
  private static final int ROWS = 2_000;
  private static final String PAGES = "pages-0";

  private final EngineFixture fixture = new EngineFixture();
  private FaultyFiles disk;

  @BeforeEach
  void makeDisk() {
    EngineFixture.requireFiles();
    disk = new FaultyFiles(fixture.directory(), 1);
  }

  @AfterEach
  void close() {
    if (!EngineFixture.MEMORY_ONLY) {
      disk.heal();
    }
    fixture.close();
  }

  private Options options() {
    return EngineFixture.options(builder ->
        builder
            .partitions(1)
            .poolBytes(Options.MIN_POOL_BYTES)
            .logSegmentBytes(256 << 10)
            .logBufferBytes(128 << 10)
            .checkpointLogBytes(1L << 30)
            .durability(Durability.NONE)
            .seam(new Seam(Clock.system(), disk, Randomness.seeded(1))));
  }

  private static void write(Basalt db, int from, int to, int score) {
    Table users = db.table("users");
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (int id = from; id < to; id++) {
        row.setLong("id", id).setString("name", "x".repeat(150)).setInt("score", id + score);
        session.upsert(users, row);
      }
    }
  }

  /// Two checkpoints of the same rows, which share all images, and the database closed.
  private void twoCheckpoints() {
    Basalt db = fixture.open(options());
    db.createTable(EngineFixture.users());
    write(db, 0, ROWS, 0);
    db.checkpoint();
    db.checkpoint();
    db.close();
  }

  private static void check(Basalt db) {
    Table users = db.table("users");
    try (Session session = db.openSession()) {
      RowView view = users.newView();
      IntStream.range(0, ROWS).forEach(id -> check(session, users, view, id));
    }
    assertThat(users.rowCount()).isEqualTo(ROWS);
  }

  private static void check(Session session, Table users, RowView view, int id) {
    assertThat(session.get(users, id, view)).as("row %d", id).isTrue();
    assertThat(view.getInt("score")).isEqualTo(id);
  }

  private Path path(String name) {
    return fixture.directory().resolve(name);
  }

  private PartitionImages images(Basalt db) {
    PartitionImages images = db.engine().partitions().getFirst().images();
    assertThat(images).isNotNull();
    return images;
  }

  private static long offsetOf(long image) {
    return (PartitionImages.slotOf(image) + 1L) * PageLayout.PAGE_BYTES;
  }

  /// All files, byte for byte.
  private Map<String, Integer> contents(String nameBegin) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    for (Path directory : new Path[] {fixture.directory(), path("log")}) {
      for (Path file : disk.list(directory)) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(nameBegin) && !file.equals(path("log"))) {
          contents.put(name, Arrays.hashCode(bytes(file)));
        }
      }
    }
    return contents;
  }

  private byte[] bytes(Path file) throws IOException {
    byte[] bytes = new byte[(int) disk.size(file)];
    long address = Memory.allocate(bytes.length + 8L, Long.BYTES);
    try (DataFile open = disk.open(file, OpenMode.OPEN_EXISTING, false)) {
      open.read(address, bytes.length, 0);
      Memory.copyToArray(address, bytes, 0, bytes.length);
    } finally {
      Memory.free(address);
    }
    return bytes;
  }

  /// Header, directory and rows of a page: whoever wants it is told, reads of other pages and
  /// writes of them go on, and the page is what it was as soon as its image is.
  @Test
  void aFlippedBitAnywhereInAPageIsNamedAndConcernsNoOther() throws IOException {
    twoCheckpoints();
    Basalt db = fixture.open(options());
    Table users = db.table("users");
    PartitionImages images = images(db);
    int page = 0;
    while (images.pageImage(page) == 0) {
      page++;
    }
    long offset = offsetOf(images.pageImage(page));
    SplittableRandom random = new SplittableRandom(3);
    try (Session session = db.openSession()) {
      RowView view = users.newView();
      RowBuffer row = users.newRow();
      for (int i = 0; i < 64; i++) {
        // the first half in the header, the rest wherever it may be, up to the last byte
        int at = i < 32 ? i * 2 : i == 63 ? 8191 : 64 + random.nextInt(8128);
        int bit = random.nextInt(8);
        disk.flipBit(path(PAGES), offset + at, bit);
        int damagedRows = 0;
        for (int id = 0; id < ROWS; id += i % 16 == 0 ? 1 : 50) {
          try {
            check(session, users, view, id);
          } catch (CorruptPageException damaged) {
            damagedRows++;
            assertThat(damaged.page()).isEqualTo(page);
            assertThat(damaged.offset()).isEqualTo(offset);
            assertThat(damaged)
                .hasMessageMatching("[^;]+(; [^;]+){4,5}")
                .hasMessageContaining(path(PAGES).toString());
            row.setLong("id", id).setInt("score", -1);
            assertThatThrownBy(() -> session.update(users, row))
                .isInstanceOf(CorruptPageException.class);
          }
        }
        assertThat(damagedRows).as("byte %d", at).isBetween(i % 16 == 0 ? 2 : 0, ROWS / 10);
        try (Scan scan = session.scan(users)) {
          assertThatThrownBy(
                  () -> {
                    while (scan.next()) {
                      assertThat(scan.row().getInt("score")).isNotNegative();
                    }
                  })
              .isInstanceOf(CorruptPageException.class);
        }
        disk.flipBit(path(PAGES), offset + at, bit);
      }
    }
    check(db);
    check(fixture.reopen(db, options()));
  }

  /// Of an index block that both checkpoints have: there is nothing to fall back on.
  @Test
  void aFlippedBitAnywhereInAnIndexIsNamedAndNothingIsTouched() throws IOException {
    twoCheckpoints();
    Basalt db = fixture.open(options());
    PartitionImages images = images(db);
    int block = 0;
    while (images.blockImage(block) == 0) {
      block++;
    }
    long offset = offsetOf(images.blockImage(block));
    db.close();
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 48; i++) {
      int at = i < 16 ? i * 4 : i == 47 ? 8191 : random.nextInt(8192);
      disk.flipBit(path(PAGES), offset + at, i % 8);
      Map<String, Integer> before = contents("");
      CorruptPageException damaged =
          catchThrowableOfType(CorruptPageException.class, () -> fixture.open(options()));
      assertThat(damaged).as("byte %d", at).isNotNull();
      assertThat(damaged.offset()).isEqualTo(offset);
      assertThat(damaged.file()).isEqualTo(path(PAGES).toString());
      assertThat(contents("")).isEqualTo(before);
      disk.flipBit(path(PAGES), offset + at, i % 8);
    }
    check(fixture.open(options()));
  }

  @Test
  void aDamagedCheckpointIsSaidToBePassedOver() throws IOException {
    twoCheckpoints();
    disk.flipBit(path("checkpoint-2"), 4_500, 1);
    try (Warnings warnings = new Warnings()) {
      check(fixture.open(options()));
      assertThat(warnings.countWith("checkpoint-2")).isEqualTo(1);
      assertThat(warnings.countWith("the one before it is tried")).isEqualTo(1);
    }
    assertThat(disk.exists(path("checkpoint-2"))).isFalse();
  }

  @Test
  void ifBothCheckpointsAreDamagedNothingIsTouched() throws IOException {
    twoCheckpoints();
    assertThat(disk.size(path("checkpoint-1"))).isGreaterThan(4_600);
    for (int at : new int[] {4, 20, 41, 48, 4_096, 4_500}) {
      disk.flipBit(path("checkpoint-2"), at, 1);
      disk.flipBit(path("checkpoint-1"), at + 1, 2);
      Map<String, Integer> before = contents("");
      assertThat(before).containsKeys("checkpoint-1", "checkpoint-2", PAGES, "MANIFEST");
      CorruptManifestException damaged =
          catchThrowableOfType(CorruptManifestException.class, () -> fixture.open(options()));
      assertThat(damaged).as("byte %d", at).hasMessageContaining("checkpoint-2");
      assertThat(damaged.getSuppressed()).hasSize(1);
      assertThat(damaged.getSuppressed()[0]).hasMessageContaining("checkpoint-1");
      assertThat(contents("")).isEqualTo(before);
      disk.flipBit(path("checkpoint-2"), at, 1);
      disk.flipBit(path("checkpoint-1"), at + 1, 2);
    }
    check(fixture.open(options()));
  }

  /// A read that fails may succeed the next time: neither is the checkpoint taken for damaged, nor
  /// the older one used in its place, which would remove it. The open fails, and that is all.
  @Test
  void aReadThatFailsFailsTheOpenAndTouchesNothing() throws IOException {
    twoCheckpoints();
    Basalt db = fixture.open(options());
    write(db, 0, 10, 0); // something for the log to repeat
    db.close();
    Map<String, Integer> checkpoints = contents("checkpoint-");
    Map<String, Integer> pages = contents("pages-");
    int failed = 0;
    int untouched = 0;
    while (true) {
      Map<String, Integer> all = contents("");
      disk.fail(FileOperation.READ, failed + 1, Errno.EIO);
      try {
        db = fixture.open(options());
        break; // there are no more reads
      } catch (NotReadableException unread) {
        assertThat(unread).hasMessageContaining("EIO");
        failed++;
      } finally {
        disk.heal();
      }
      assertThat(contents("checkpoint-")).isEqualTo(checkpoints);
      assertThat(contents("pages-")).isEqualTo(pages);
      untouched += contents("").equals(all) ? 1 : 0;
    }
    assertThat(failed).isGreaterThan(8);
    assertThat(untouched).isGreaterThan(failed / 2);
    check(db);
  }

  /// A file system that refuses direct I/O: everything goes through the page cache.
  @Test
  void withoutDirectInputAndOutputItWorksTheSame() {
    disk.grantDirect(false);
    twoCheckpoints();
    Basalt db = fixture.open(options());
    check(db);
    assertThat(db.stats().coldReadCount()).isPositive();
    write(db, 0, ROWS, 0);
    check(db);
    check(fixture.reopen(db, options()));
  }
}
