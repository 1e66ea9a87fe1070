package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// LOG-5: nobody is shown what a crash could take back, unless its writer allowed it. The disk is
/// held up in mid-sync to see it.
@Tag("engine")
@Timeout(60)
class DurabilityTest {
  private static final long A_WHILE_MILLIS = 150;

  private final EngineFixture fixture = new EngineFixture();
  private final GuardedFiles files = new GuardedFiles();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private Basalt db;
  private Table users;

  @BeforeEach
  void open() {
    EngineFixture.requireFiles();
    db = fixture.open(EngineFixture.options(builder -> builder.seam(files.seam())));
    users = db.createTable(EngineFixture.users());
  }

  @AfterEach
  void close() throws Exception {
    files.release();
    threads.shutdown();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    try {
      fixture.close();
    } catch (DatabaseFailedException expected) {
      fixture.close();
    }
  }

  private <T> CompletableFuture<T> inSession(Function<Session, T> work) {
    return CompletableFuture.supplyAsync(() -> db.withSession(work), threads);
  }

  private CompletableFuture<Boolean> upsert(long id, Durability durability) {
    return inSession(
        session -> session.upsert(users, users.newRow().setLong("id", id), durability));
  }

  private CompletableFuture<Boolean> get(long id) {
    return inSession(session -> session.get(users, id, users.newView()));
  }

  private static void staysOpen(CompletableFuture<?> work) throws InterruptedException {
    Thread.sleep(A_WHILE_MILLIS);
    assertThat(work).isNotDone();
  }

  private void awaitHeld() throws InterruptedException {
    while (files.heldCount() == 0) {
      Thread.sleep(1);
    }
  }

  @Test
  void aReadWaitsForTheSyncOfTheRowItFound() throws Exception {
    files.hold();
    CompletableFuture<Boolean> writer = upsert(1, Durability.SYNC);
    awaitHeld();
    CompletableFuture<Boolean> reader = get(1);
    staysOpen(reader);
    assertThat(writer).isNotDone();
    files.release();
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(reader.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aMissWaitsForTheSyncOfTheDeleteItMayHaveSeen() throws Exception {
    upsert(1, Durability.SYNC).get(10, TimeUnit.SECONDS);
    files.hold();
    CompletableFuture<Boolean> writer =
        inSession(session -> session.delete(users, 1, Durability.SYNC));
    awaitHeld();
    CompletableFuture<Boolean> reader = get(1);
    staysOpen(reader);
    files.release();
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(reader.get(10, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void aBatchAndAScanWait() throws Exception {
    files.hold();
    CompletableFuture<Boolean> writer = upsert(1, Durability.SYNC);
    awaitHeld();
    CompletableFuture<Integer> batch =
        inSession(session -> session.getAll(users.newBatch(2).addKey(1).addKey(2)));
    CompletableFuture<Boolean> scan =
        inSession(session -> {
          try (Scan rows = session.scan(users)) {
            return rows.next();
          }
        });
    staysOpen(batch);
    assertThat(scan).isNotDone();
    files.release();
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(batch.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(scan.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anAnswerWaitsForWhatItSays() throws Exception {
    files.hold();
    CompletableFuture<Boolean> writer = upsert(1, Durability.SYNC);
    awaitHeld();
    CompletableFuture<Boolean> replaced = upsert(1, Durability.NONE);
    CompletableFuture<Boolean> duplicate =
        inSession(session -> {
          session.insert(users, users.newRow().setLong("id", 1), Durability.NONE);
          return true;
        });
    staysOpen(replaced);
    assertThat(duplicate).isNotDone();
    files.release();
    assertThat(writer.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(replaced.get(10, TimeUnit.SECONDS)).isFalse();
    assertThatThrownBy(() -> duplicate.get(10, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(DuplicateKeyException.class);
  }

  @Test
  void theQuietCaseWaitsForNothing() throws Exception {
    upsert(1, Durability.NONE).get(10, TimeUnit.SECONDS);
    upsert(2, Durability.SYNC).get(10, TimeUnit.SECONDS);
    files.hold();
    upsert(3, Durability.NONE).get(10, TimeUnit.SECONDS);
    for (long id = 1; id <= 3; id++) {
      assertThat(get(id).get(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(get(4).get(10, TimeUnit.SECONDS)).isFalse();
  }

  @Test
  void aTableIsNotGoneBeforeItsDropIsOnDisk() throws Exception {
    upsert(1, Durability.SYNC).get(10, TimeUnit.SECONDS);
    files.hold();
    CompletableFuture<Void> drop = CompletableFuture.runAsync(() -> db.dropTable("users"), threads);
    awaitHeld();
    CompletableFuture<Boolean> reader = get(1);
    staysOpen(reader);
    files.release();
    drop.get(10, TimeUnit.SECONDS);
    assertThatThrownBy(() -> reader.get(10, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(org.basaltdb.core.error.UnknownTableException.class);
  }

  @Test
  void afterAFailedSyncNothingIsAcknowledgedAndDoubtfulRowsAreNotShown() throws Exception {
    upsert(1, Durability.SYNC).get(10, TimeUnit.SECONDS);
    files.hold();
    CompletableFuture<Boolean> writer = upsert(2, Durability.SYNC);
    awaitHeld();
    files.fail();
    files.release();
    assertThatThrownBy(() -> writer.get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DatabaseFailedException.class);
    assertThatThrownBy(() -> get(2).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DatabaseFailedException.class);
    assertThatThrownBy(() -> upsert(3, Durability.NONE).get(10, TimeUnit.SECONDS))
        .hasCauseInstanceOf(DatabaseFailedException.class);
    assertThatThrownBy(() -> db.createTable(EngineFixture.users()))
        .isInstanceOf(org.basaltdb.core.error.TableExistsException.class);
    assertThatThrownBy(db::close).isInstanceOf(DatabaseFailedException.class);
    try (Basalt again = Basalt.open(fixture.directory(), EngineFixture.options())) {
      Table recovered = again.table("users");
      RowView view = recovered.newView();
      again.useSession(session -> assertThat(session.get(recovered, 1, view)).isTrue());
      assertThat(recovered.rowCount()).isBetween(1L, 2L);
    }
  }

  @Test
  void aSubmittedWriteIsDoneWhenItIsOnDisk() throws Exception {
    files.hold();
    CompletableFuture<Boolean> result =
        inSession(session -> {
          Completion completion =
              session.submitUpsert(users, users.newRow().setLong("id", 1), Durability.SYNC);
          assertThat(completion.isDone()).isFalse();
          return completion.await();
        });
    staysOpen(result);
    files.release();
    assertThat(result.get(10, TimeUnit.SECONDS)).isTrue();
  }
}
