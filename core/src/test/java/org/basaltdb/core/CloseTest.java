package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.error.SessionThreadException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a close does to those who are inside, and what is left of a database, a session or a thread
/// afterwards: nothing. That no thread of the engine stays is checked by the fixture after every
/// test.
@Tag("engine")
@Timeout(60)
class CloseTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void everythingThrowsAfterwardsAndNamesWhoClosed() throws Exception {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    Session session = db.openSession();
    RowBuffer row = users.newRow().setLong("id", 1).setString("name", "x");
    RowView view = users.newView();
    RowBatch batch = users.newBatch(2).addKey(1);
    session.insert(users, row);
    assertThat(session.get(users, 1, view)).isTrue();
    Scan scan = session.scan(users);
    assertThat(scan.next()).isTrue();

    Thread closer = Thread.ofPlatform().name("who closed it").start(db::close);
    closer.join();

    List<ThrowingCallable> calls =
        List.of(
            () -> session.get(users, 1, view),
            () -> session.get(users, users.newKey(), view),
            () -> session.getAll(batch),
            () -> session.insert(users, row),
            () -> session.upsert(users, row),
            () -> session.update(users, row),
            () -> session.delete(users, 1),
            () -> session.submitUpsert(users, row),
            () -> session.submitDelete(users, 1),
            () -> session.scan(users),
            scan::next,
            db::tables,
            () -> db.table("users"),
            () -> db.hasTable("users"),
            () -> db.createTable(EngineFixture.users()),
            () -> db.dropTable("users"),
            db::openSession,
            () -> db.withSession(lent -> 1),
            () -> db.useSession(lent -> {}),
            db::sync,
            db::stats,
            db::environment,
            users::rowCount,
            users::newRow,
            users::newKey,
            users::newView,
            () -> users.newBatch(1));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("database")
          .hasMessageContaining("who closed it");
    }
    // What was copied before is the caller's.
    session.close();
    db.close();
  }

  @Test
  void aClosedSessionThrowsAndTheDatabaseGoesOn() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    Session session = db.openSession();
    RowBuffer row = users.newRow().setLong("id", 1);
    RowView view = users.newView();
    Scan scan = session.scan(users);
    session.submitUpsert(users, row);
    session.close();
    session.close();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> session.get(users, 1, view),
            () -> session.upsert(users, row),
            () -> session.submitUpsert(users, row),
            () -> session.scan(users),
            session::lastGeneratedKey,
            scan::next)) {
      assertThatThrownBy(call)
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("session 1")
          .hasMessageContaining(Thread.currentThread().getName());
    }
    try (Session next = db.openSession()) {
      assertThat(next.get(users, 1, view)).isTrue();
    }
  }

  @Test
  void aSessionIsForOneThread() throws Exception {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      RowView view = users.newView();
      RowBatch batch = users.newBatch(1).addKey(1);
      Scan scan = session.scan(users);
      List<ThrowingCallable> calls =
          List.of(
              () -> session.get(users, 1, view),
              () -> session.getAll(batch),
              () -> session.insert(users, row),
              () -> session.delete(users, 1),
              () -> session.submitUpsert(users, row),
              () -> session.scan(users),
              scan::next,
              scan::close,
              session::lastGeneratedKey,
              session::close);
      AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
      Thread other =
          Thread.ofPlatform()
              .name("the other")
              .start(() -> {
                try {
                  for (ThrowingCallable call : calls) {
                    assertThatThrownBy(call)
                        .isInstanceOf(SessionThreadException.class)
                        .hasMessageContaining("the other");
                  }
                } catch (Throwable t) {
                  wrong.set(t);
                }
              });
      other.join();
      assertThat(wrong.get()).isNull();
      session.insert(users, row);
      assertThat(users.rowCount()).isEqualTo(1);
      assertThat(scan.next()).isTrue();
      scan.close();
    }
  }

  /// Readers, writers, scans, batches and submitters at full speed when the close comes: each ends
  /// with the one exception, and every row that was acknowledged is there when the database is
  /// opened again.
  @ParameterizedTest
  @EnumSource
  void closeWhileEveryoneIsInside(WriterMode mode) throws Exception {
    for (int round = 0; round < 3; round++) {
      Basalt db = fixture.open(EngineFixture.options(builder -> builder.writerMode(mode)));
      Table users =
          round == 0 || EngineFixture.MEMORY_ONLY
              ? db.createTable(EngineFixture.users())
              : db.table("users");
      Map<Long, Boolean> acknowledged = new ConcurrentHashMap<>();
      List<Thread> threads = new ArrayList<>();
      List<Throwable> ends = java.util.Collections.synchronizedList(new ArrayList<>());
      AtomicLong ids = new AtomicLong(round * 10_000_000L);
      CountDownLatch running = new CountDownLatch(6);
      for (int kind = 0; kind < 6; kind++) {
        int work = kind;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try (Session session = db.openSession()) {
                    loop(work, db, session, users, ids, acknowledged, running);
                  } catch (Throwable end) {
                    ends.add(end);
                  }
                }));
      }
      running.await();
      Thread.sleep(100);
      List<Thread> closers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        closers.add(Thread.ofPlatform().name("closer").start(db::close));
      }
      for (Thread closer : closers) {
        closer.join();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ends).hasSize(6).allMatch(ClosedException.class::isInstance);
      assertThat(acknowledged).isNotEmpty();
      if (!EngineFixture.MEMORY_ONLY) {
        try (Basalt again = fixture.open();
            Session session = again.openSession()) {
          Table recovered = again.table("users");
          RowView view = recovered.newView();
          acknowledged.forEach(
              (id, yes) -> assertThat(session.get(recovered, id, view)).as("row " + id).isTrue());
        }
      }
    }
  }

  private static void loop(
      int work,
      Basalt db,
      Session session,
      Table users,
      AtomicLong ids,
      Map<Long, Boolean> acknowledged,
      CountDownLatch running) {
    RowBuffer row = users.newRow();
    RowView view = users.newView();
    RowBatch batch = users.newBatch(32);
    for (long step = 0; ; step++) {
      long id = ids.incrementAndGet();
      switch (work) {
        case 0 -> session.get(users, id % 1000, view);
        case 1 -> {
          session.upsert(users, row.setLong("id", id).setString("name", "sync"), Durability.SYNC);
          acknowledged.put(id, true);
        }
        case 2 -> {
          session.upsert(users, row.setLong("id", id).setString("name", "none"), Durability.NONE);
          acknowledged.put(id, true); // an orderly close keeps these, too
        }
        case 3 -> {
          batch.clear();
          for (int i = 0; i < 32; i++) {
            batch.addKey(id - i);
          }
          session.getAll(batch);
        }
        case 4 -> {
          Completion completion =
              session.submitUpsert(users, row.setLong("id", id).setString("name", "s"));
          completion.await();
          acknowledged.put(id, true);
        }
        default -> {
          try (Scan scan = session.scan(users)) {
            while (scan.next()) {
              view.hasRow();
            }
          }
          db.withSession(lent -> lent.get(users, id, view));
        }
      }
      if (step == 0) {
        running.countDown();
      }
    }
  }

  @Test
  void closeIsNotCutShortByAnInterrupt() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    db.useSession(session -> session.insert(users, users.newRow().setLong("id", 1)));
    Thread.currentThread().interrupt();
    db.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(EngineFixture.engineThreads()).isEmpty();
    if (!EngineFixture.MEMORY_ONLY) {
      Thread.currentThread().interrupt();
      Basalt again = fixture.open();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(again.table("users").rowCount()).isEqualTo(1);
    }
  }

  /// A file that cannot be closed says so, and everything else is given back all the same.
  @Test
  void aFileThatCannotBeClosedLeavesNothingBehind() {
    EngineFixture.requireFiles();
    GuardedFiles files = new GuardedFiles();
    Basalt db =
        Basalt.open(
            fixture.directory(), EngineFixture.options(builder -> builder.seam(files.seam())));
    Table users = db.createTable(EngineFixture.users());
    db.useSession(session -> session.insert(users, users.newRow().setLong("id", 1)));
    files.failClose();
    assertThatThrownBy(db::close)
        .isInstanceOf(NotWritableException.class)
        .hasMessageContaining("cannot be closed")
        .hasStackTraceContaining("because the test says so");
    // What the buffer of the row has goes when nobody can reach it.
    assertThat(db.engine().budget().used()).isLessThan(1 << 16);
    assertThat(EngineFixture.engineThreads()).isEmpty();
    assertThat(fixture.open().table("users").rowCount()).isEqualTo(1);
  }

  @Test
  void operationsAreNotCutShortByAnInterrupt() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      RowView view = users.newView();
      for (long id = 0; id < 20; id++) {
        Thread.currentThread().interrupt();
        session.insert(users, row.setLong("id", id), Durability.SYNC);
        assertThat(session.get(users, id, view)).isTrue();
        assertThat(Thread.interrupted()).isTrue();
      }
      Thread.currentThread().interrupt();
      db.dropTable("users");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void aSessionWhoseThreadDiedHoldsNothingUp() throws Exception {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    Thread careless =
        Thread.ofPlatform()
            .start(() -> {
              Session session = db.openSession();
              session.upsert(users, users.newRow().setLong("id", 1));
            });
    careless.join();
    db.dropTable("users");
    db.close();
  }
}
