package org.basaltdb.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.InterruptedWaitException;
import org.basaltdb.core.error.SessionThreadException;
import org.basaltdb.core.row.RowView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sessions that are lent, a few to many.
@Tag("engine")
@Timeout(120)
class SessionPoolTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void tenThousandVirtualThreadsShareAFewSessions() throws Exception {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(16)));
    Table users = db.createTable(EngineFixture.users());
    AtomicInteger done = new AtomicInteger();
    AtomicReference<@Nullable Throwable> failed = new AtomicReference<>();
    int threadCount = 10_000;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < threadCount; i++) {
        long id = i;
        threads.execute(() -> {
          try {
            db.useSession(session -> session.insert(users, users.newRow().setLong("id", id)));
            RowView view = users.newView();
            if (db.withSession(session -> session.get(users, id, view))) {
              done.incrementAndGet();
            }
          } catch (Throwable t) {
            failed.set(t);
          }
        });
      }
    }
    assertThat(failed.get()).isNull();
    assertThat(done).hasValue(threadCount);
    assertThat(users.rowCount()).isEqualTo(threadCount);
  }

  @Test
  void aThreadThatBorrowsAgainGetsTheSameSession() {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(1)));
    db.useSession(outer -> {
      Session inner = db.withSession(session -> session);
      assertThat(inner).isSameAs(outer);
      db.useSession(session -> assertThat(session).isSameAs(outer));
      assertThat(outer.lastGeneratedKey()).isZero();
    });
  }

  @Test
  void whatIsLeftOpenEndsWithTheLoan() {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(1)));
    Table users = db.createTable(EngineFixture.users());
    AtomicReference<@Nullable Session> kept = new AtomicReference<>();
    AtomicReference<@Nullable Scan> scan = new AtomicReference<>();
    AtomicReference<@Nullable Completion> completion = new AtomicReference<>();
    db.useSession(session -> {
      kept.set(session);
      session.upsert(users, users.newRow().setLong("id", 1));
      scan.set(session.scan(users));
      completion.set(session.submitUpsert(users, users.newRow().setLong("id", 2)));
      assertThatThrownBy(session::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("borrowed");
    });
    RowView view = users.newView();
    assertThatThrownBy(() -> requireNonNull(kept.get()).get(users, 1, view))
        .isInstanceOf(SessionThreadException.class)
        .hasMessageContaining("given back");
    assertThatThrownBy(() -> requireNonNull(scan.get()).next())
        .isInstanceOf(SessionThreadException.class);
    db.useSession(session -> {
      assertThat(session).isSameAs(kept.get());
      assertThatThrownBy(() -> requireNonNull(completion.get()).await())
          .isInstanceOf(IllegalStateException.class);
      assertThat(session.get(users, 2, view)).isTrue();
    });
  }

  @Test
  void aSessionComesBackAfterAFailure() {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(1)));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() ->
              db.useSession(session -> {
                throw new IllegalArgumentException("of the application");
              }))
          .hasMessage("of the application");
    }
    int seven = db.withSession(session -> 7);
    assertThat(seven).isEqualTo(7);
  }

  @Test
  void anInterruptEndsTheWaitForASession() throws Exception {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(1)));
    AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
    db.useSession(session -> {
      Thread waiter =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  db.useSession(other -> {});
                } catch (Throwable t) {
                  met.set(t);
                }
              });
      while (waiter.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      waiter.interrupt();
      join(waiter);
    });
    assertThat(met.get()).isInstanceOf(InterruptedWaitException.class);
  }

  @Test
  void closeWakesThoseWhoWaitForASession() throws Exception {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.sessionPoolSize(1)));
    AtomicReference<@Nullable Throwable> met = new AtomicReference<>();
    CountDownLatch lent = new CountDownLatch(1);
    CountDownLatch enough = new CountDownLatch(1);
    Thread holder =
        Thread.ofPlatform()
            .start(() ->
                db.useSession(session -> {
                  lent.countDown();
                  try {
                    enough.await();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }));
    lent.await();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                db.useSession(session -> {});
              } catch (Throwable t) {
                met.set(t);
              }
            });
    while (waiter.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    db.close();
    waiter.join();
    assertThat(met.get()).isInstanceOf(ClosedException.class);
    enough.countDown();
    holder.join();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
