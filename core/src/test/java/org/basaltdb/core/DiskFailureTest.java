package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.function.Consumer;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A disk that is full, and one that fails, under the whole engine.
@Tag("engine")
@Timeout(60)
class DiskFailureTest {
  private static final int SEGMENT_BYTES = 64 << 10;

  private final EngineFixture fixture = new EngineFixture();
  private FaultyFiles files;

  @BeforeEach
  void makeDisk() {
    EngineFixture.requireFiles();
    files = new FaultyFiles(fixture.directory(), 1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .logSegmentBytes(SEGMENT_BYTES)
            .logBufferBytes(SEGMENT_BYTES)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  private static TableSchema numbered(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.BIGINT)
        .column("body", ColumnType.VARCHAR)
        .primaryKey("id")
        .build();
  }

  private static String body(long id) {
    return ("row " + id + " ").repeat(100);
  }

  private static void set(RowBuffer row, long id) {
    row.setLong("id", id).setString("body", body(id));
  }

  private static void has(Basalt db, long count) {
    Table table = db.table("t");
    RowView view = table.newView();
    db.useSession(session -> {
      for (long id = 0; id < count; id++) {
        assertThat(session.get(table, id, view)).as("row %d", id).isTrue();
        assertThat(view.getString("body")).isEqualTo(body(id));
      }
      assertThat(session.get(table, count, view)).isFalse();
    });
    assertThat(table.rowCount()).isEqualTo(count);
  }

  /// Writes rows until the disk is full.
  ///
  /// @return how many are there then
  private static long fill(Table table, long from, Consumer<RowBuffer> write) {
    RowBuffer row = table.newRow();
    for (long id = from; ; id++) {
      set(row, id);
      try {
        write.accept(row);
      } catch (ReadOnlyException full) {
        assertThat(full)
            .hasMessageMatching("[^;]+(; [^;]+){5}")
            .hasMessageContaining("read-only")
            .hasMessageContaining("ENOSPC")
            .hasMessageContaining("free space")
            .hasMessageContaining("resume");
        return id;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullDiskRefusesWritesUntilThereIsSpace(WriterMode mode) throws Exception {
    Basalt db = fixture.open(options(mode));
    Table table = db.createTable(numbered("t"));
    long count;
    try (Session session = db.openSession()) {
      files.limitBytes(2 * SEGMENT_BYTES);
      count = fill(table, 0, row -> session.insert(table, row, Durability.SYNC));
      assertThat(count).isBetween(10L, 200L);
      has(db, count);
      RowBuffer row = table.newRow();
      set(row, count);
      assertThatThrownBy(() -> session.upsert(table, row, Durability.NONE))
          .isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> session.submitInsert(table, row).await())
          .isInstanceOf(ReadOnlyException.class);
      has(db, count);
      files.heal();
      for (boolean resumed = false; !resumed; ) {
        try {
          session.insert(table, row);
          resumed = true;
        } catch (ReadOnlyException notYet) {
          Thread.sleep(20);
        }
      }
      count++;
      for (long id = count; id < count + 50; id++) {
        set(row, id);
        session.insert(table, row);
      }
      count += 50;
    }
    has(db, count);
    has(fixture.reopen(db, options(mode)), count);
  }

  @ParameterizedTest
  @EnumSource
  void aTableThatAFullDiskRefusesLeavesNothingBehind(WriterMode mode) {
    Basalt db = fixture.open(options(mode));
    Table table = db.createTable(numbered("t"));
    try (Session session = db.openSession()) {
      files.limitBytes(2 * SEGMENT_BYTES);
      fill(table, 0, row -> session.insert(table, row, Durability.SYNC));
      long before = db.stats().memoryByOwner().getOrDefault("INDEX", 0L);
      for (int attempt = 0; attempt < 20; attempt++) {
        assertThatThrownBy(() -> db.createTable(numbered("refused")))
            .isInstanceOf(ReadOnlyException.class);
      }
      assertThat(db.stats().memoryByOwner().get("INDEX")).isEqualTo(before);
    }
    files.heal();
  }

  /// Nothing is lost of what was acknowledged before, also when the database is closed while the
  /// disk is full, and opened again as soon as there is a little space.
  @ParameterizedTest
  @EnumSource
  void aDatabaseOnAFullDiskClosesAndReopens(WriterMode mode) {
    Basalt db = fixture.open(options(mode));
    Table table = db.createTable(numbered("t"));
    long count;
    try (Session session = db.openSession()) {
      files.limitBytes(2 * SEGMENT_BYTES);
      count = fill(table, 0, row -> session.insert(table, row, Durability.NONE));
    }
    has(db, count);
    db.close();
    files.heal();
    has(fixture.open(options(mode)), count);
  }

  @ParameterizedTest
  @EnumSource
  void aFailedSyncIsFinalAndCostsNothingThatWasAcknowledged(WriterMode mode) {
    Basalt db = fixture.open(options(mode));
    Table table = db.createTable(numbered("t"));
    Session session = db.openSession();
    RowBuffer row = table.newRow();
    for (long id = 0; id < 10; id++) {
      set(row, id);
      session.insert(table, row, Durability.SYNC);
    }
    // Every sync, since the next segment is prepared meanwhile and would take a single failure.
    files.failFrom(FileOperation.SYNC, 1, Errno.EIO);
    set(row, 10);
    DatabaseFailedException failure =
        catchThrowableOfType(
            DatabaseFailedException.class, () -> session.insert(table, row, Durability.SYNC));
    files.heal();
    assertThat(failure)
        .hasMessageMatching("[^;]+(; [^;]+){4}")
        .hasMessageContaining("sync of ")
        .hasMessageContaining("failed with EIO");
    RowView view = table.newView();
    assertThatThrownBy(() -> session.get(table, 10, view))
        .isInstanceOf(DatabaseFailedException.class);
    for (Durability durability : Durability.values()) {
      set(row, 11);
      assertThatThrownBy(() -> session.insert(table, row, durability))
          .isInstanceOf(DatabaseFailedException.class);
    }
    assertThatThrownBy(() -> db.createTable(numbered("other")))
        .isInstanceOf(DatabaseFailedException.class);
    assertThatThrownBy(db::sync).isInstanceOf(DatabaseFailedException.class);
    assertThatThrownBy(db::close).isInstanceOf(DatabaseFailedException.class);
    Basalt again = fixture.open(options(mode));
    long count = again.table("t").rowCount();
    assertThat(count).isBetween(10L, 11L);
    has(again, count);
    // What was shown once is there for good, also if the power fails now.
    files.restart(mode.name().length());
    assertThatThrownBy(again::close).isInstanceOf(DatabaseFailedException.class);
    has(fixture.open(options(mode)), count);
  }
}
