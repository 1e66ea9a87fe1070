package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Large values that nobody points at any more, of which no page is in memory: they are read to be
/// given back, and that can fail.
@Tag("engine")
@Timeout(60)
class LetGoValuesTest {
  private static final int ROWS = 40;
  private static final int PAGES_PER_VALUE = 3;

  private final EngineFixture fixture = new EngineFixture();
  private final Warnings warnings = new Warnings();
  private FaultyFiles disk;
  private NamedFaults files;

  @BeforeEach
  void makeDisk() {
    EngineFixture.requireFiles();
    disk = new FaultyFiles(fixture.directory(), 1);
    files = new NamedFaults(disk);
  }

  @AfterEach
  void close() {
    warnings.close();
    if (!EngineFixture.MEMORY_ONLY) {
      files.heal();
    }
    fixture.close();
  }

  private Options options() {
    return EngineFixture.options(builder ->
        builder
            .partitions(1)
            .poolBytes(1 << 20)
            .logSegmentBytes(256 << 10)
            .logBufferBytes(128 << 10)
            .checkpointLogBytes(1L << 30)
            .durability(Durability.NONE)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  private static String body(long id) {
    return (id + " ").repeat(10_000).substring(0, 20_000);
  }

  /// A table of large values, of which the rows are in memory, and no value is.
  private Basalt cold() {
    Basalt db = fixture.open(options());
    Table table =
        db.createTable(
            TableSchema.builder("t")
                .column("id", ColumnType.BIGINT)
                .column("body", ColumnType.VARCHAR)
                .primaryKey("id")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      for (int id = 0; id < ROWS; id++) {
        session.insert(table, row.setLong("id", id).setString("body", body(id)));
      }
    }
    db.checkpoint();
    Basalt again = fixture.reopen(db, options());
    assertThat(imageCount(again)).isEqualTo(ROWS * PAGES_PER_VALUE);
    Table found = again.table("t");
    try (Session session = again.openSession()) {
      RowView view = found.newView("id");
      for (int id = 0; id < ROWS; id++) {
        assertThat(session.get(found, id, view)).isTrue();
      }
    }
    return again;
  }

  private static void delete(Basalt db, int from, int to) {
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      for (int id = from; id < to; id++) {
        assertThat(session.delete(table, id)).isTrue();
      }
    }
  }

  private static void check(Basalt db, int from) {
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowView view = table.newView();
      for (int id = 0; id < ROWS; id++) {
        assertThat(session.get(table, id, view)).as("row %d", id).isEqualTo(id >= from);
        if (id >= from) {
          assertThat(view.getString("body")).isEqualTo(body(id));
        }
      }
    }
  }

  private static PartitionImages images(Basalt db) {
    Partition partition = db.engine().partitions().getFirst();
    PartitionImages images = partition.images();
    assertThat(images).isNotNull();
    return images;
  }

  /// Pages of large values that have images. What was freed has none after the next checkpoint.
  private static int imageCount(Basalt db) {
    PartitionImages images = images(db);
    int count = 0;
    for (int page = 0; page < images.pageCount(); page++) {
      if (images.isOverflowPage(page) && images.pageImage(page) != 0) {
        count++;
      }
    }
    return count;
  }

  /// The page of the first image, in a value whose row is there.
  private static int firstOverflowPage(Basalt db) {
    PartitionImages images = images(db);
    int page = 0;
    while (!images.isOverflowPage(page) || images.pageImage(page) == 0) {
      page++;
    }
    return page;
  }

  /// Writes and deletes a value, which takes back pages that no reader can see any more, until no
  /// more than that many have images. The three of the value deleted last do not count.
  private static void awaitImageCount(Basalt db, int most) throws InterruptedException {
    Table table = db.table("t");
    do {
      Thread.sleep(5);
      try (Session session = db.openSession()) {
        RowBuffer row = table.newRow().setLong("id", ROWS).setString("body", body(ROWS));
        session.insert(table, row);
        session.delete(table, ROWS);
      }
      db.checkpoint();
    } while (imageCount(db) > most + PAGES_PER_VALUE);
  }

  @Test
  void whatCannotBeReadIsTriedAgain() throws Exception {
    Basalt db = cold();
    files.fail(FileOperation.READ, "pages-", Errno.EIO);
    delete(db, 0, ROWS / 2);
    while (files.failedCount() < 1) {
      Thread.sleep(5);
    }
    assertThat(imageCount(db)).isEqualTo(ROWS * PAGES_PER_VALUE);
    files.heal();
    awaitImageCount(db, ROWS / 2 * PAGES_PER_VALUE);
    check(db, ROWS / 2);
    check(fixture.reopen(db, options()), ROWS / 2);
  }

  /// The pages of one value are not given back, and said so once; those of all others are, and with
  /// the next open, which finds it whole, those of that one too.
  @Test
  void whatIsDamagedIsSetAsideUntilTheNextOpen() throws Exception {
    Basalt db = cold();
    long image = images(db).pageImage(firstOverflowPage(db));
    long offset = (PartitionImages.slotOf(image) + 1L) * PageLayout.PAGE_BYTES;
    disk.flipBit(fixture.directory().resolve("pages-0"), offset + 4000, 3);
    delete(db, 0, ROWS / 2);
    awaitImageCount(db, ROWS / 2 * PAGES_PER_VALUE + PAGES_PER_VALUE);
    assertThat(imageCount(db)).isGreaterThan(ROWS / 2 * PAGES_PER_VALUE + PAGES_PER_VALUE);
    assertThat(warnings.countWith("offset " + offset)).isEqualTo(1);
    long reads = disk.count(FileOperation.READ);
    Thread.sleep(100);
    assertThat(disk.count(FileOperation.READ)).as("reads of what is damaged").isEqualTo(reads);
    check(db, ROWS / 2);

    Basalt again = fixture.reopen(db, options());
    while (warnings.countWith("offset " + offset) < 2) {
      Thread.sleep(5); // it is looked at once more
    }
    disk.flipBit(fixture.directory().resolve("pages-0"), offset + 4000, 3);
    Basalt mended = fixture.reopen(again, options());
    awaitImageCount(mended, ROWS / 2 * PAGES_PER_VALUE);
    check(mended, ROWS / 2);
  }
}
