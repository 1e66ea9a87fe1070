package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.core.row.RowBuffer;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A log that may not be longer than it is: writes wait for checkpoints.
@Tag("engine")
@Timeout(120)
class LogLimitTest {
  private static final int SEGMENT_BYTES = 64 << 10;
  private static final int CHECKPOINT_LOG_BYTES = 64 << 10;
  private static final long MAX_LOG_BYTES = 2 * CHECKPOINT_LOG_BYTES + 4 * SEGMENT_BYTES;
  private static final int ROWS = 400;

  private final EngineFixture fixture = new EngineFixture();
  private final Scores scores = new Scores(ROWS);
  private NamedFaults files;

  @BeforeEach
  void makeDisk() {
    EngineFixture.requireFiles();
    files = new NamedFaults(new FaultyFiles(fixture.directory(), 1));
  }

  @AfterEach
  void close() {
    if (!EngineFixture.MEMORY_ONLY) {
      files.heal();
    }
    fixture.close();
  }

  private Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .logSegmentBytes(SEGMENT_BYTES)
            .logBufferBytes(SEGMENT_BYTES)
            .checkpointLogBytes(CHECKPOINT_LOG_BYTES)
            .maxLogBytes(MAX_LOG_BYTES)
            .durability(Durability.NONE)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  /// Many times as much is written as the log may hold, by several threads, while tables come and
  /// go: those wait for the log too, and checkpoints for those.
  @ParameterizedTest
  @EnumSource
  void theLogStaysUnderItsLimit(WriterMode mode) throws Exception {
    Basalt db = fixture.open(options(mode));
    Table users = db.createTable(EngineFixture.users());
    AtomicLong longest = new AtomicLong();
    List<Callable<Boolean>> work = new ArrayList<>();
    int threads = 3;
    for (int t = 0; t < threads; t++) {
      int own = t;
      work.add(() -> {
        try (Session session = db.openSession()) {
          RowBuffer row = users.newRow();
          for (int i = 0; i < 15_000; i++) {
            int id = i * threads + own;
            scores.put(session, users, row, id % (ROWS / threads * threads));
            longest.accumulateAndGet(db.stats().logFileBytes(), Math::max);
          }
        }
        return true;
      });
    }
    work.add(() -> {
      for (int i = 0; i < 20; i++) {
        db.createTable(
            TableSchema.builder("t" + i).column("id", ColumnType.BIGINT).primaryKey("id").build());
        db.dropTable("t" + i);
      }
      return true;
    });
    try (ExecutorService crew = Executors.newFixedThreadPool(threads + 1)) {
      for (Future<Boolean> done : crew.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
    assertThat(db.stats().logAppendedBytes()).isGreaterThan(10 * MAX_LOG_BYTES);
    assertThat(longest.get()).isBetween(MAX_LOG_BYTES / 2, MAX_LOG_BYTES);
    scores.check(db);
    scores.check(fixture.reopen(db, options(mode)));
  }

  /// @return how many rows were written before one was refused
  private int writeUntilRefused(Basalt db, String reason, String whatToDo) {
    Table users = db.table("users");
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (int i = 0; ; i++) {
        try {
          scores.put(session, users, row, i % ROWS);
        } catch (ReadOnlyException refused) {
          assertThat(refused)
              .hasMessageMatching("[^;]+(; [^;]+){4,6}")
              .hasMessageContaining("a log of " + MAX_LOG_BYTES + " bytes")
              .hasMessageContaining(reason)
              .hasMessageContaining(whatToDo);
          assertThat(db.stats().logFileBytes()).isLessThanOrEqualTo(MAX_LOG_BYTES);
          return i;
        }
        assertThat(i).isLessThan(100_000);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void writesEndWhileCheckpointsFailAndResumeWithTheNext(WriterMode mode) throws Exception {
    Basalt db = fixture.open(options(mode));
    Table users = db.createTable(EngineFixture.users());
    files.fail(FileOperation.WRITE, "checkpoint", Errno.ENOSPC);
    assertThat(writeUntilRefused(db, "ENOSPC", "tried again")).isGreaterThan(500);
    scores.check(db);
    assertThatThrownBy(() -> db.createTable(wide())).isInstanceOf(ReadOnlyException.class);
    assertThat(db.hasTable("wide")).isFalse();
    scores.check(db);
    files.heal();
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (int id = 0; id < ROWS; id++) {
        for (int before = scores.of(id); scores.of(id) == before; ) {
          try {
            scores.put(session, users, row, id);
          } catch (ReadOnlyException notYet) {
            Thread.sleep(5);
          }
        }
      }
    }
    scores.check(db);
    scores.check(fixture.reopen(db, options(mode)));
  }

  /// What says so takes more room than a row.
  private static TableSchema wide() {
    TableSchema.Builder builder = TableSchema.builder("wide");
    for (int i = 0; i < 40; i++) {
      builder.column("column_" + "x".repeat(20) + i, ColumnType.INT);
    }
    return builder.build();
  }

  /// No checkpoint is made until the database is opened again: the log of before is let go then.
  @ParameterizedTest
  @EnumSource
  void aFailureThatIsFinalSaysWhatToDo(WriterMode mode) {
    Basalt db = fixture.open(options(mode));
    db.createTable(EngineFixture.users());
    db.checkpoint();
    files.fail(FileOperation.SYNC, "pages-", Errno.EIO);
    writeUntilRefused(db, "sync of", "close and reopen");
    files.heal();
    writeUntilRefused(db, "sync of", "close and reopen");
    scores.check(db);
    Basalt again = fixture.reopen(db, options(mode));
    scores.check(again);
    try (Session session = again.openSession()) {
      Table users = again.table("users");
      RowBuffer row = users.newRow();
      for (int i = 0; i < 20 * ROWS; i++) {
        scores.put(session, users, row, i % ROWS);
      }
    }
    assertThat(again.stats().logFileBytes()).isLessThanOrEqualTo(MAX_LOG_BYTES);
    scores.check(again);
  }

  @Test
  void theLimitHasRoomForTwoCheckpoints() {
    InvalidOptionsException failure =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () ->
                Options.builder()
                    .checkpointLogBytes(1 << 20)
                    .logSegmentBytes(1 << 20)
                    .logBufferBytes(1 << 20)
                    .maxLogBytes((6 << 20) - 1)
                    .build());
    assertThat(failure.problems()).hasSize(1);
    assertThat(failure)
        .hasMessageContaining(
            "maxLogBytes: found 6291455, expected 6291456 to 1152921504606846976");
    assertThat(Options.defaults().maxLogBytes()).isEqualTo(9L << 29);
  }
}
