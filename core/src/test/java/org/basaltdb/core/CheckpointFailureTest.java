package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Each operation on files that a checkpoint makes fails once. Nothing is lost, writes go on, and
/// the next checkpoint is made, unless a sync of page images failed, after which there is none.
@Tag("engine")
@Timeout(120)
class CheckpointFailureTest {
  /// More than a checkpoint of so few rows makes of any operation.
  private static final int OPERATIONS = 12;

  private static final int ROWS = 300;

  private final EngineFixture fixture = new EngineFixture();
  private final Map<Long, Integer> model = new HashMap<>();
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

  private Basalt open() {
    return fixture.open(
        EngineFixture.options(builder ->
            builder
                .logSegmentBytes(256 << 10)
                .logBufferBytes(128 << 10)
                .checkpointLogBytes(1L << 30)
                .seam(new Seam(Clock.system(), files, Randomness.seeded(1)))));
  }

  private void change(Basalt db, int round) {
    Table users = db.table("users");
    db.useSession(session -> {
      RowBuffer row = users.newRow();
      for (long id = round; id < ROWS; id += 3) {
        session.upsert(
            users,
            row.setLong("id", id).setString("name", "x".repeat(round)).setInt("score", round),
            Durability.NONE);
        model.put(id, round);
      }
    });
  }

  private void check(Basalt db) {
    Table users = db.table("users");
    db.useSession(session -> {
      RowView view = users.newView();
      assertThat(users.rowCount()).isEqualTo(model.size());
      model.forEach((id, score) -> {
        assertThat(session.get(users, id, view)).isTrue();
        assertThat(view.getInt("score")).isEqualTo(score);
      });
    });
  }

  @ParameterizedTest
  @EnumSource(
      value = FileOperation.class,
      names = {"OPEN", "WRITE", "SYNC", "RENAME", "DELETE", "SYNC_DIRECTORY"})
  void aCheckpointThatFailsLosesNothing(FileOperation operation) {
    Basalt first = open();
    first.createTable(EngineFixture.users());
    first.close();
    int failed = 0;
    for (int nth = 1; nth <= OPERATIONS; nth++) {
      Basalt db = open();
      check(db);
      change(db, nth);
      db.sync(); // the log has nothing left to write, so the failure is the checkpoint's
      files.fail(operation, nth, Errno.EIO);
      CheckpointFailedException failure = checkpoint(db);
      files.heal();
      if (failure != null) {
        failed++;
        assertThat(failure)
            .hasMessageContaining("; found ")
            .hasMessageContaining("nothing is lost");
        change(db, nth + 1);
        boolean isFinal = failure.whatToDo().contains("none is made any more");
        assertThat(isFinal).isIn(false, operation == FileOperation.SYNC);
        assertThat(checkpoint(db) == null).isEqualTo(!isFinal);
      }
      check(db);
      db.close();
    }
    // what is no longer needed and cannot be deleted does not make a checkpoint fail
    assertThat(failed > 0).isEqualTo(operation != FileOperation.DELETE);
    Basalt last = open();
    check(last);
    assertThat(checkpoint(last)).isNull();
    last.close();
  }

  private static @Nullable CheckpointFailedException checkpoint(Basalt db) {
    try {
      db.checkpoint();
      return null;
    } catch (CheckpointFailedException failure) {
      return failure;
    }
  }
}
