package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.partition.Loan;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Numbers that the engine gives: past those of every row that is there, and of no other.
@Tag("engine")
@Timeout(60)
class AutoIncrementTest {
  private static final int TOO_MUCH = EngineFixture.MEMORY_ONLY ? 9 << 20 : 2 << 20;

  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static TableSchema events() {
    return TableSchema.builder("events")
        .column("id", ColumnType.BIGINT)
        .autoIncrement()
        .column("a", ColumnType.VARBINARY)
        .nullable()
        .column("b", ColumnType.VARBINARY)
        .nullable()
        .primaryKey("id")
        .build();
  }

  private static void tooLarge(RowBuffer row) {
    row.setBytes("a", new byte[TOO_MUCH]).setBytes("b", new byte[TOO_MUCH]);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRefusedRowDoesNotCount(boolean submitted) {
    Basalt db = fixture.open();
    Table events = db.createTable(events());
    try (Session session = db.openSession()) {
      RowBuffer row = events.newRow().setLong("id", Long.MAX_VALUE);
      tooLarge(row);
      assertThatThrownBy(
              () -> {
                if (submitted) {
                  session.submitInsert(events, row).await();
                } else {
                  session.insert(events, row);
                }
              })
          .isInstanceOf(RowTooLargeException.class);
      session.insert(events, row.clear());
      assertThat(session.lastGeneratedKey()).isEqualTo(1);
    }
  }

  /// Explicit numbers by every way of adding a row.
  @ParameterizedTest
  @EnumSource
  void anAddedRowCounts(WriterMode mode) {
    Options options = EngineFixture.options(builder -> builder.writerMode(mode));
    Basalt db = fixture.open(options);
    Table events =
        db.createTable(
            TableSchema.builder("events")
                .column("id", ColumnType.INT)
                .autoIncrement()
                .column("kind", ColumnType.VARCHAR)
                .maxLength(10)
                .primaryKey("kind", "id")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = events.newRow().setString("kind", "a");
      session.insert(events, row.setInt("id", 10));
      assertThatThrownBy(() -> session.insert(events, row))
          .isInstanceOf(DuplicateKeyException.class);
      session.insert(events, row.clear().setString("kind", "a"));
      assertThat(session.lastGeneratedKey()).isEqualTo(11);
      session.upsert(events, row.setInt("id", 20));
      session.upsert(events, row.clear().setString("kind", "b"));
      assertThat(session.lastGeneratedKey()).isEqualTo(21);
      session.submitInsert(events, row.setInt("id", 30)).await();
      session.submitUpsert(events, row.setInt("id", 40)).await();
      session.submitUpsert(events, row.clear().setString("kind", "b")).await();
      assertThat(session.lastGeneratedKey()).isEqualTo(41);
    }
  }

  @ParameterizedTest
  @EnumSource
  void passesTheNumbersOfTheSessionsOwnRowsInFlight(WriterMode mode) {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.writerMode(mode)));
    Table events = db.createTable(events());
    try (Session session = db.openSession()) {
      RowBuffer row = events.newRow();
      Completion explicit;
      Completion generated;
      try (Loan loan = borrow(db)) {
        assertThat(loan).isNotNull();
        explicit = session.submitInsert(events, row.setLong("id", 1));
        generated = session.submitUpsert(events, row.clear());
        assertThat(session.lastGeneratedKey()).isEqualTo(2);
      }
      assertThat(explicit.await()).isTrue();
      assertThat(generated.await()).isTrue();
      assertThat(events.rowCount()).isEqualTo(2);
    }
  }

  /// It neither fails nor replaces the row of the other.
  @ParameterizedTest
  @EnumSource
  void takesAnotherNumberWhereAnotherSessionWasFirst(WriterMode mode) throws Exception {
    Basalt db = fixture.open(EngineFixture.options(builder -> builder.writerMode(mode)));
    Table events = db.createTable(events());
    try (Session session = db.openSession()) {
      Completion explicit;
      CompletableFuture<Long> generated;
      try (Loan loan = borrow(db)) {
        assertThat(loan).isNotNull();
        explicit =
            session.submitInsert(
                events, events.newRow().setLong("id", 1).setBytes("a", new byte[] {1}));
        generated =
            CompletableFuture.supplyAsync(() ->
                db.withSession(other -> {
                  assertThat(other.upsert(events, events.newRow())).isTrue();
                  return other.lastGeneratedKey();
                }));
        while (db.stats().waitingCommandCount() < 2) {
          Thread.onSpinWait();
        }
      }
      assertThat(explicit.await()).isTrue();
      assertThat(generated.get(20, TimeUnit.SECONDS)).isEqualTo(2);
      RowView view = events.newView();
      assertThat(session.get(events, 1, view)).isTrue();
      assertThat(view.isNull("a")).isFalse();
      assertThat(session.get(events, 2, view)).isTrue();
    }
  }

  private static Loan borrow(Basalt db) {
    return Loan.of(db.engine().partitions().stream().map(Partition::queue).toList());
  }

  @Test
  void goesOnAfterAReopen() {
    Basalt db = fixture.open();
    Table events = db.createTable(events());
    db.useSession(session -> {
      RowBuffer row = events.newRow();
      session.insert(events, row.setLong("id", 7));
      tooLarge(row.setLong("id", 100));
      assertThatThrownBy(() -> session.insert(events, row))
          .isInstanceOf(RowTooLargeException.class);
    });
    Basalt again = fixture.reopen(db, EngineFixture.options());
    Table found = again.table("events");
    again.useSession(session -> {
      session.insert(found, found.newRow());
      assertThat(session.lastGeneratedKey()).isEqualTo(8);
    });
  }
}
