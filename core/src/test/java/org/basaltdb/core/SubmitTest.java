package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.basaltdb.core.error.BackpressureException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.error.InterruptedWaitException;
import org.basaltdb.core.error.SessionThreadException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.partition.CommandQueue;
import org.basaltdb.core.partition.Loan;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Writes that are submitted and awaited later, in both writer modes.
@Tag("engine")
@Timeout(60)
class SubmitTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private Basalt open(WriterMode mode) {
    return fixture.open(
        EngineFixture.options(builder ->
            builder
                .writerMode(mode)
                .submitSlots(8)
                .ringCapacity(4)
                .backpressureTimeout(Duration.ofMillis(50))
                .durability(Durability.INTERVAL)));
  }

  /// Keeps every partition from writing until it is closed, from a thread of its own.
  private static final class Stop implements AutoCloseable {
    private final Thread thread;
    private volatile boolean ended;
    private volatile boolean begun;

    Stop(Basalt db) {
      List<CommandQueue> queues = db.engine().partitions().stream().map(Partition::queue).toList();
      thread =
          Thread.ofPlatform()
              .start(() -> {
                Loan loan = Loan.of(queues);
                begun = true;
                while (!ended) {
                  Thread.onSpinWait();
                }
                loan.close();
              });
      while (!begun) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void close() {
      ended = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void carriesOutWhatWasSubmittedAndTellsWhatItCameTo(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (int round = 0; round < 500; round++) {
        List<Completion> completions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          long id = round * 4L + i;
          // The same buffer for all: what was submitted is copied.
          completions.add(
              session.submitInsert(
                  users, row.clear().setLong("id", id).setString("name", "n" + id)));
        }
        completions.forEach(completion -> assertThat(completion.await()).isTrue());
      }
      assertThat(users.rowCount()).isEqualTo(2_000);
      RowView view = users.newView();
      for (long id = 0; id < 2_000; id++) {
        assertThat(session.get(users, id, view)).isTrue();
        assertThat(view.getString("name")).isEqualTo("n" + id);
      }
      Completion again = session.submitUpsert(users, row.clear().setLong("id", 3));
      Completion fresh = session.submitUpsert(users, row.clear().setLong("id", 9_999));
      Completion change =
          session.submitUpdate(users, row.clear().setLong("id", 5).setInt("score", 5));
      Completion nothing =
          session.submitUpdate(users, row.clear().setLong("id", -5).setInt("score", 5));
      Completion gone = session.submitDelete(users, 6);
      Completion byKey = session.submitDelete(users, users.newKey().setLong("id", 7));
      Completion absent = session.submitDelete(users, -7);
      assertThat(again.await()).isFalse();
      assertThat(fresh.await()).isTrue();
      assertThat(change.await()).isTrue();
      assertThat(nothing.await()).isFalse();
      assertThat(gone.await()).isTrue();
      assertThat(byKey.await()).isTrue();
      assertThat(absent.await()).isFalse();
      assertThat(session.get(users, 5, view)).isTrue();
      assertThat(view.getInt("score")).isEqualTo(5);
      assertThat(view.getString("name")).isEqualTo("n5");
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellsAFailureToWhoAwaits(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      session.insert(users, row);
      Completion duplicate = session.submitInsert(users, row);
      assertThatThrownBy(duplicate::await)
          .isInstanceOf(DuplicateKeyException.class)
          .hasMessageContaining("id = 1");
      assertThatThrownBy(duplicate::await)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("consumed already");
      assertThat(session.submitUpsert(users, row).await()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void isConsumedOnce(WriterMode mode) throws Exception {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      Completion completion = session.submitUpsert(users, row);
      while (!completion.await(1, TimeUnit.SECONDS)) {
        Thread.onSpinWait();
      }
      assertThat(completion.isDone()).isTrue();
      assertThat(completion.await()).isTrue();
      assertThatThrownBy(completion::isDone).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(completion::await).isInstanceOf(IllegalStateException.class);
      completion.close();
      for (int i = 0; i < 20; i++) {
        session.submitUpsert(users, row).close();
        assertThatThrownBy(completion::await).isInstanceOf(IllegalStateException.class);
        assertThat(session.upsert(users, row)).isFalse();
      }
    }
  }

  /// Who looks again and again waits for nobody's sync but his own.
  @ParameterizedTest
  @EnumSource
  void isDoneInTheEndForWhoOnlyLooks(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (long id = 0; id < 20; id++) {
        Completion completion = session.submitUpsert(users, row.setLong("id", id), Durability.SYNC);
        while (!completion.isDone()) {
          Thread.onSpinWait();
        }
        assertThat(completion.await()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesMoreThanTheSlots(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      List<Completion> completions = new ArrayList<>();
      for (long id = 0; id < 8; id++) {
        completions.add(session.submitUpsert(users, row.setLong("id", id)));
      }
      assertThatThrownBy(() -> session.submitUpsert(users, row.setLong("id", 8)))
          .isInstanceOf(BackpressureException.class)
          .hasMessageContaining("submit slots")
          .hasMessageContaining("more submitSlots")
          .hasMessageNotContaining("ringCapacity")
          .hasMessageNotContaining(" us;")
          .hasMessageContaining("8");
      completions.getFirst().await();
      session.submitUpsert(users, row.setLong("id", 8)).await();
      completions.subList(1, 8).forEach(Completion::await);
      assertThat(users.rowCount()).isEqualTo(9);
    }
  }

  @ParameterizedTest
  @EnumSource
  void refusesMoreThanTheRing(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      List<Completion> completions = new ArrayList<>();
      try (Stop stop = new Stop(db)) {
        assertThat(stop.begun).isTrue();
        for (int i = 0; i < 4; i++) {
          completions.add(session.submitUpsert(users, row));
        }
        assertThatThrownBy(() -> session.submitUpsert(users, row))
            .isInstanceOf(BackpressureException.class)
            .hasMessageContaining("command ring of partition")
            .hasMessageContaining("4 commands");
        assertThatThrownBy(() -> session.upsert(users, row))
            .isInstanceOf(BackpressureException.class);
        assertThat(completions.getFirst().isDone()).isFalse();
      }
      completions.forEach(Completion::await);
      assertThat(session.upsert(users, row)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptEndsTheWaitAndNotTheWrite(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      Completion completion;
      try (Stop stop = new Stop(db)) {
        assertThat(stop.begun).isTrue();
        completion = session.submitUpsert(users, row);
        assertThat(completion.await(20, TimeUnit.MILLISECONDS)).isFalse();
        Thread.currentThread().interrupt();
        assertThatThrownBy(completion::await)
            .isInstanceOf(InterruptedWaitException.class)
            .hasMessageContaining("the write goes on");
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(completion.await()).isTrue();
      assertThat(users.rowCount()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDroppedTableIsToldToWhoAwaits(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 1);
      session.submitUpsert(users, row).await();
      db.dropTable("users");
      assertThatThrownBy(() -> session.submitUpsert(users, row))
          .isInstanceOf(UnknownTableException.class);
      assertThatThrownBy(() -> session.upsert(users, row))
          .isInstanceOf(UnknownTableException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void closeCarriesOutWhatIsInFlight(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    Session session = db.openSession();
    RowBuffer row = users.newRow();
    List<Completion> completions = new ArrayList<>();
    Thread closer;
    try (Stop stop = new Stop(db)) {
      assertThat(stop.begun).isTrue();
      for (long id = 0; id < 6; id++) {
        completions.add(session.submitUpsert(users, row.setLong("id", id), Durability.SYNC));
      }
      closer = Thread.ofPlatform().name("the closer").start(db::close);
      while (db.engine().lifecycle().isOpen()) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> session.submitUpsert(users, row))
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("the closer");
    }
    completions.forEach(completion -> assertThat(completion.await()).isTrue());
    assertThatThrownBy(() -> session.upsert(users, row)).isInstanceOf(ClosedException.class);
    session.close();
    join(closer);
    if (!EngineFixture.MEMORY_ONLY) {
      Basalt again = fixture.open();
      assertThat(again.table("users").rowCount()).isEqualTo(6);
    }
  }

  @ParameterizedTest
  @EnumSource
  void belongsToTheThreadOfItsSession(WriterMode mode) {
    Basalt db = open(mode);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      Completion completion = session.submitUpsert(users, users.newRow().setLong("id", 1));
      AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
      Thread other =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  completion.await();
                } catch (Throwable t) {
                  met.set(t);
                }
              });
      join(other);
      assertThat(met.get()).isInstanceOf(SessionThreadException.class);
      assertThat(completion.await()).isTrue();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
