package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// A disk that fails under data larger than the memory for it: what cannot be read or written says
/// so, everything else goes on, and nothing that was acknowledged is lost.
@Tag("engine")
@Timeout(60)
class TierFailureTest {
  private static final int ROWS = 3_000;
  private static final int PARTITIONS = 2;

  /// Many times as long as it takes until all pages of a test are dirty.
  private static final long PATIENCE_MILLIS = 30_000;

  private final EngineFixture fixture = new EngineFixture();
  private final int[] versions = new int[2 * ROWS];
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
    if (!EngineFixture.MEMORY_ONLY) {
      files.heal();
      disk.heal();
    }
    fixture.close();
  }

  private Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .partitions(PARTITIONS)
            .poolBytes(PARTITIONS * Options.MIN_POOL_BYTES)
            .logSegmentBytes(256 << 10)
            .logBufferBytes(128 << 10)
            .checkpointLogBytes(1L << 30)
            .durability(Durability.NONE)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  private static TableSchema schema() {
    return TableSchema.builder("t")
        .column("id", ColumnType.BIGINT)
        .column("version", ColumnType.INT)
        .column("body", ColumnType.VARCHAR)
        .maxLength(1 << 20)
        .primaryKey("id")
        .build();
  }

  /// Long ones take pages of their own; some versions are longer than the ones before, so that rows
  /// move.
  private static String body(long id, int version) {
    int length = id % 251 == 7 ? 20_000 : 500 + (int) ((id * 31 + version * 17L) % 400);
    String text = id + "/" + version + " ";
    return text.repeat(length / text.length() + 1).substring(0, length);
  }

  private static void set(RowBuffer row, long id, int version) {
    row.clear().setLong("id", id).setInt("version", version).setString("body", body(id, version));
  }

  private void put(Session session, Table table, RowBuffer row, int id) {
    set(row, id, versions[id] + 1);
    session.upsert(table, row);
    versions[id]++;
  }

  /// A table much larger than the pool.
  private Basalt filled(WriterMode mode) {
    Basalt db = fixture.open(options(mode));
    Table table = db.createTable(schema());
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      for (int id = 0; id < ROWS; id++) {
        put(session, table, row, id);
      }
    }
    return db;
  }

  /// What happens to a database.
  private interface Scene {
    void play(Basalt db, Session session, Table table) throws Exception;
  }

  /// A table much larger than the pool, for a scene after which the database is opened again.
  private final class Stage {
    private final WriterMode mode;

    Stage(WriterMode mode) {
      this.mode = mode;
    }

    /// @return the database, opened again; every row is as it was written last
    Basalt play(Scene scene) throws Exception {
      Basalt db = filled(mode);
      try (Session session = db.openSession()) {
        scene.play(db, session, db.table("t"));
      }
      Basalt again = fixture.reopen(db, options(mode));
      checkAll(again);
      return again;
    }
  }

  /// The same as [#filled], and nothing of it in memory.
  private Basalt cold(WriterMode mode) {
    Basalt db = filled(mode);
    db.checkpoint();
    return fixture.reopen(db, options(mode));
  }

  private void check(Session session, Table table, RowView view, int id) {
    assertThat(session.get(table, id, view)).as("row %d", id).isEqualTo(versions[id] > 0);
    if (versions[id] > 0) {
      assertThat(view.getInt("version")).as("row %d", id).isEqualTo(versions[id]);
      assertThat(view.getString("body")).as("row %d", id).isEqualTo(body(id, versions[id]));
    }
  }

  private void checkAll(Basalt db) {
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowView view = table.newView();
      for (int id = 0; id < versions.length; id++) {
        check(session, table, view, id);
      }
      checkScan(session, table, 0);
    }
  }

  /// Walks through all rows; what cannot be read is made readable at once.
  ///
  /// @param failures how many the walk may meet
  private void checkScan(Session session, Table table, int failures) {
    boolean[] seen = new boolean[versions.length];
    int left = failures;
    try (Scan scan = session.scan(table)) {
      while (true) {
        try {
          if (!scan.next()) {
            break;
          }
        } catch (NotReadableException unread) {
          assertThat(left--).as("failures").isPositive();
          files.heal();
          continue;
        }
        if (left > 0) {
          files.fail(FileOperation.READ, "pages-", Errno.EIO);
        }
        int id = (int) scan.row().getLong("id");
        assertThat(seen[id]).as("row %d was seen before", id).isFalse();
        seen[id] = true;
        assertThat(scan.row().getString("body")).isEqualTo(body(id, versions[id]));
      }
    }
    for (int id = 0; id < versions.length; id++) {
      assertThat(seen[id]).as("row %d was seen", id).isEqualTo(versions[id] > 0);
    }
  }

  /// Changes rows until that is refused.
  private ReadOnlyException writeUntilRefused(Session session, Table table) {
    RowBuffer row = table.newRow();
    for (int i = 0; ; i++) {
      int id = (int) (i * 7919L % ROWS);
      try {
        put(session, table, row, id);
      } catch (ReadOnlyException refused) {
        assertThat(refused).hasMessageMatching("[^;]+(; [^;]+){4,5}");
        return refused;
      }
      assertThat(i).as("writes before one is refused").isLessThan(20 * ROWS);
    }
  }

  /// As [#writeUntilRefused], of a database that may have lost who writes its pages: after a time
  /// the test does in its place what ends the waits of writes. An interrupt does not end them, and
  /// meanwhile neither the session nor the database closes: a test that only timed out would hang.
  private ReadOnlyException writeUntilRefusedInTime(Basalt db, Session session, Table table)
      throws InterruptedException {
    Thread watch = Thread.ofPlatform().daemon().start(() -> refuseLostWaits(db));
    try {
      return writeUntilRefused(session, table);
    } finally {
      watch.interrupt();
      watch.join();
    }
  }

  private static void refuseLostWaits(Basalt db) {
    try {
      Thread.sleep(PATIENCE_MILLIS);
      AssertionError lost =
          new AssertionError("no write was refused within " + PATIENCE_MILLIS + " ms");
      while (true) {
        for (Partition partition : db.engine().partitions()) {
          Tier tier = Objects.requireNonNull(partition.tier());
          tier.serveFetch();
          tier.images().cleaned(lost);
        }
        Thread.sleep(10);
      }
    } catch (InterruptedException inTime) {
      // one was refused
    }
  }

  /// Writes resume by themselves, in each partition.
  private void writeOnceThatIsPossible(Session session, Table table) throws InterruptedException {
    RowBuffer row = table.newRow();
    for (int id = 0; id < ROWS; id += 3) {
      for (boolean resumed = false; !resumed; ) {
        try {
          put(session, table, row, id);
          resumed = true;
        } catch (ReadOnlyException notYet) {
          Thread.sleep(5);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "CALLER_RUNS, 28", "CALLER_RUNS, 5",
    "DEDICATED, 28", "DEDICATED, 5"
  })
  void pagesThatCannotBeWrittenStopWritesUntilTheyCan(WriterMode mode, int errno) throws Exception {
    Stage stage = new Stage(mode);
    stage.play((db, session, table) -> {
      files.fail(FileOperation.WRITE, "pages-", errno);
      ReadOnlyException refused = writeUntilRefused(session, table);
      assertThat(refused)
          .hasMessageContaining("read-only")
          .hasMessageContaining("pages-")
          .hasMessageContaining(errno == Errno.EIO ? "EIO" : "ENOSPC")
          .hasMessageContaining("resume without a restart");
      checkAll(db);
      assertThatThrownBy(db::checkpoint).isInstanceOf(CheckpointFailedException.class);
      checkAll(db);
      files.heal();
      writeOnceThatIsPossible(session, table);
      db.checkpoint();
      checkAll(db);
    });
  }

  /// A fault that nobody expects, in the middle of a write: whoever would wait for the page is
  /// told.
  @ParameterizedTest
  @EnumSource
  void anErrorThatNobodyExpectsStopsWritesAndNothingElse(WriterMode mode) throws Exception {
    Stage stage = new Stage(mode);
    stage.play((db, session, table) -> {
      files.fail(FileOperation.WRITE, "pages-", NamedFaults.UNEXPECTED);
      assertThat(writeUntilRefusedInTime(db, session, table)).hasMessageContaining("unexpected");
      files.heal();
      checkAll(db);
      assertThatThrownBy(db::checkpoint).isInstanceOf(CheckpointFailedException.class);
    });
  }

  /// The disk as a whole has no room: neither log nor pages can grow.
  @ParameterizedTest
  @EnumSource
  void aFullDiskStopsWritesUntilThereIsRoom(WriterMode mode) throws Exception {
    Stage stage = new Stage(mode);
    stage.play((db, session, table) -> {
      disk.limitBytes(0);
      ReadOnlyException refused = writeUntilRefused(session, table);
      assertThat(refused).hasMessageContaining("ENOSPC");
      checkAll(db);
      assertThatThrownBy(db::checkpoint)
          .isInstanceOf(CheckpointFailedException.class)
          .hasMessageContaining("ENOSPC");
      checkAll(db);
      disk.heal();
      writeOnceThatIsPossible(session, table);
      checkAll(db);
    });
  }

  /// The same, and the database is closed like that. What the log has comes back.
  @ParameterizedTest
  @EnumSource
  void aDatabaseOnAFullDiskClosesAndReopens(WriterMode mode) {
    Basalt db = filled(mode);
    try (Session session = db.openSession()) {
      disk.limitBytes(0);
      writeUntilRefused(session, db.table("t"));
    }
    db.close();
    disk.heal();
    checkAll(fixture.open(options(mode)));
  }

  @ParameterizedTest
  @EnumSource
  void aCheckpointFileThatCannotBeWrittenStopsNothing(WriterMode mode) throws Exception {
    Stage stage = new Stage(mode);
    stage.play((db, session, table) -> {
      files.fail(FileOperation.WRITE, "checkpoint", Errno.ENOSPC);
      for (int round = 0; round < 3; round++) {
        assertThatThrownBy(db::checkpoint)
            .isInstanceOf(CheckpointFailedException.class)
            .hasMessageContaining("checkpoint.tmp")
            .hasMessageContaining("tried again");
        RowBuffer row = table.newRow();
        for (int id = round; id < ROWS; id += 5) {
          put(session, table, row, id);
        }
      }
      checkAll(db);
      files.heal();
      db.checkpoint();
      checkAll(db);
    });
  }

  /// What a failed sync of pages lost nobody knows: no checkpoint is made, and no page leaves by a
  /// write, until the database is opened again. The log has everything.
  @ParameterizedTest
  @EnumSource
  void aFailedSyncOfPagesIsFinal(WriterMode mode) throws Exception {
    Stage stage = new Stage(mode);
    Basalt again =
        stage.play((db, session, table) -> {
          files.fail(FileOperation.SYNC, "pages-", Errno.EIO);
          CheckpointFailedException failure =
              catchThrowableOfType(CheckpointFailedException.class, db::checkpoint);
          assertThat(failure)
              .hasMessageContaining("sync of")
              .hasMessageContaining("pages-")
              .hasMessageContaining("reopen");
          files.heal();
          long images = db.stats().writtenImageCount();
          assertThatThrownBy(db::checkpoint).isInstanceOf(CheckpointFailedException.class);
          ReadOnlyException refused = writeUntilRefused(session, table);
          assertThat(refused)
              .hasMessageContaining("sync of")
              .hasMessageContaining("close")
              .hasMessageNotContaining("without a restart");
          assertThat(db.stats().writtenImageCount()).isEqualTo(images);
          checkAll(db);
        });
    again.checkpoint();
    checkAll(fixture.reopen(again, options(mode)));
  }

  /// The log is at its end for good; what is on disk can be read, cold pages too.
  @ParameterizedTest
  @EnumSource
  void coldReadsGoOnAfterTheLogHasFailed(WriterMode mode) {
    Basalt db = cold(mode);
    Table table = db.table("t");
    Session session = db.openSession();
    files.fail(FileOperation.SYNC, "wal-", Errno.EIO);
    RowBuffer row = table.newRow();
    set(row, ROWS, 1);
    assertThatThrownBy(() -> session.upsert(table, row, Durability.SYNC))
        .isInstanceOf(DatabaseFailedException.class);
    files.heal();
    assertThatThrownBy(() -> session.upsert(table, row, Durability.NONE))
        .isInstanceOf(DatabaseFailedException.class);
    RowView view = table.newView();
    for (int id = 0; id < ROWS; id++) {
      check(session, table, view, id);
    }
    assertThat(db.stats().coldReadCount()).isPositive();
    assertThatThrownBy(db::close).isInstanceOf(DatabaseFailedException.class);
    Basalt again = fixture.open(options(mode));
    versions[ROWS] = (int) again.table("t").rowCount() - ROWS; // there as a whole, or not at all
    assertThat(versions[ROWS]).isIn(0, 1);
    checkAll(again);
  }

  @ParameterizedTest
  @EnumSource
  void aColdReadThatFailsSaysSoAndIsNotRemembered(WriterMode mode) {
    Basalt db = cold(mode);
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowView view = table.newView();
      files.fail(FileOperation.READ, "pages-", Errno.EIO);
      for (int id : new int[] {0, 1, 7, ROWS - 1}) {
        NotReadableException failure =
            catchThrowableOfType(NotReadableException.class, () -> session.get(table, id, view));
        assertThat(failure)
            .as("row %d", id)
            .hasMessageMatching("[^;]+(; [^;]+){4}")
            .hasMessageContaining("page ")
            .hasMessageContaining("pages-")
            .hasMessageContaining("EIO");
      }
      assertThatThrownBy(() -> session.scan(table).next()).isInstanceOf(NotReadableException.class);
      RowBatch batch = table.newBatch(8);
      for (int id = 0; id < 8; id++) {
        batch.addKey(id);
      }
      assertThatThrownBy(() -> session.getAll(batch)).isInstanceOf(NotReadableException.class);
      files.heal();
      assertThat(session.getAll(batch)).isEqualTo(8);
      checkAll(db);
    }
  }

  /// A scan is where it was after a read that failed: no row is passed over, and none shown twice.
  @ParameterizedTest
  @EnumSource
  void aScanGoesOnWhereAReadFailed(WriterMode mode) {
    Basalt db = cold(mode);
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      checkScan(session, table, 200);
    }
    assertThat(files.failedCount()).isEqualTo(200);
  }

  /// ASIDE-4: the command that lacks the page is rejected, and no other.
  @ParameterizedTest
  @EnumSource
  void aPageThatCannotBeReadRejectsTheCommandThatLacksIt(WriterMode mode) {
    Basalt db = cold(mode);
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      files.fail(FileOperation.READ, "pages-", Errno.EIO);
      for (int id = 0; id < 20; id++) {
        set(row, id, 2);
        assertThatThrownBy(() -> session.upsert(table, row))
            .isInstanceOf(NotReadableException.class)
            .hasMessageContaining("EIO");
        int key = id;
        assertThatThrownBy(() -> session.delete(table, key))
            .isInstanceOf(NotReadableException.class);
      }
      List<Completion> submitted = new ArrayList<>();
      for (int id = 0; id < 20; id++) {
        set(row, id, 2);
        submitted.add(session.submitUpsert(table, row)); // of a cold row
        set(row, ROWS + id, 1);
        submitted.add(session.submitUpsert(table, row)); // of none that is there
      }
      for (int id = 0; id < 20; id++) {
        Completion ofCold = submitted.get(2 * id);
        assertThatThrownBy(ofCold::await).isInstanceOf(NotReadableException.class);
        assertThat(submitted.get(2 * id + 1).await()).isTrue();
        versions[ROWS + id] = 1;
      }
      files.heal();
      checkAll(db);
      for (int id = 0; id < 20; id++) {
        put(session, table, row, id);
      }
    }
    checkAll(fixture.reopen(db, options(mode)));
  }

  /// ASIDE-4: a fetch that fails late, for a command that was rejected before, does not reject one
  /// that is given once the disk is whole again.
  @ParameterizedTest
  @EnumSource
  void aFailureFromBeforeTheDiskWasMendedRejectsNothing(WriterMode mode) {
    Basalt db = cold(mode);
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      int rejectedCount = 0;
      for (int id = 0; id < ROWS; id += 12) {
        int key = id;
        files.fail(FileOperation.READ, "pages-", Errno.EIO);
        for (int attempt = 0; attempt < 3; attempt++) {
          // of a row that is mostly cold
          NotReadableException rejected =
              catchThrowableOfType(NotReadableException.class, () -> put(session, table, row, key));
          rejectedCount += rejected == null ? 0 : 1;
        }
        files.heal();
        put(session, table, row, id);
      }
      assertThat(rejectedCount).isGreaterThan(100);
    }
    checkAll(db);
  }

  /// A row that has moved is read where it lives, whether or not that page, or its home, gets a
  /// frame.
  @ParameterizedTest
  @EnumSource
  void aScanOfRowsThatMovedEndsWhereNoPageGetsAFrame(WriterMode mode) {
    Basalt db = filled(mode);
    Table table = db.table("t");
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      for (int id = 0; id < 8 * ROWS; id++) {
        put(session, table, row, id % ROWS); // a little longer each time
      }
    }
    db.checkpoint();
    Basalt again = fixture.reopen(db, options(mode));
    Table found = again.table("t");
    try (Session session = again.openSession()) {
      check(session, found, found.newView(), 0); // the session has what it needs from now on
      takeAllMemory(again);
      long admitted = again.stats().admittedPageCount();
      // a home and its guests are read once, or a few times where guests of many pages mix
      files.failAfter(10 * ROWS, FileOperation.READ, "pages-", Errno.EIO);
      checkScan(session, found, 0);
      assertThat(again.stats().admittedPageCount()).isEqualTo(admitted);
    }
  }

  private static void takeAllMemory(Basalt db) {
    for (Partition partition : db.engine().partitions()) {
      partition.queue().borrow();
      try {
        while (true) {
          partition.memory().pool().allocate(Owner.INDEX);
        }
      } catch (BudgetExhaustedException taken) {
        assertThat(taken.limitBytes()).isPositive();
      } finally {
        partition.queue().giveBackForNow();
      }
    }
    assertThat(db.stats().residentPageCount()).isZero();
  }
}
