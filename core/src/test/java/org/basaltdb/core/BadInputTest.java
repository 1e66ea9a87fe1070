package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.InvalidKeyException;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NullValueException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.error.TableExistsException;
import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.error.ValueTooLongException;
import org.basaltdb.core.error.WrongTableException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a caller can get wrong with a database that is open: each has an exception of its own, and
/// the database goes on.
@Tag("engine")
@Timeout(60)
class BadInputTest {
  private final EngineFixture fixture = new EngineFixture();
  private Basalt db;
  private Table users;
  private Session session;

  @BeforeEach
  void open() {
    db = fixture.open();
    users = db.createTable(EngineFixture.users());
    session = db.openSession();
  }

  /// Whatever happened: the database takes a row and gives it back, and has no other.
  @AfterEach
  void isUnharmed() {
    if (users.rowCount() == 0) {
      session.insert(users, users.newRow().setLong("id", 4711).setString("name", "after"));
      RowView view = users.newView();
      assertThat(session.get(users, 4711, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("after");
    }
    assertThat(users.rowCount()).isEqualTo(1);
    session.close();
    fixture.close();
  }

  private static void hasAllParts(Throwable failure) {
    assertThat(failure).isInstanceOf(BasaltException.class);
    assertThat(failure).hasMessageMatching("[^;]+(;[^;]+){4,}");
    assertThat(failure).hasMessageContaining("found ").hasMessageContaining("expected ");
  }

  @Test
  void nullInANotNullColumn() {
    RowBuffer row = users.newRow();
    NullValueException missing =
        catchThrowableOfType(NullValueException.class, () -> session.insert(users, row));
    hasAllParts(missing);
    assertThat(missing).hasMessageContaining("id");
    Table strict =
        db.createTable(
            TableSchema.builder("strict")
                .column("id", ColumnType.BIGINT)
                .column("v", ColumnType.INT)
                .primaryKey("id")
                .build());
    RowBuffer strictRow = strict.newRow().setLong("id", 1);
    hasAllParts(
        catchThrowableOfType(NullValueException.class, () -> session.insert(strict, strictRow)));
    hasAllParts(catchThrowableOfType(NullValueException.class, () -> strictRow.setNull("v")));
    assertThat(strict.rowCount()).isZero();
  }

  @Test
  void wrongType() {
    RowBuffer row = users.newRow();
    hasAllParts(catchThrowableOfType(TypeMismatchException.class, () -> row.setLong("name", 5)));
    RowView view = users.newView();
    session.insert(users, row.setLong("id", 1).setString("name", "x"));
    session.get(users, 1, view);
    hasAllParts(catchThrowableOfType(TypeMismatchException.class, () -> view.getLong("name")));
  }

  @Test
  void aLongForAKeyThatIsNone() {
    Table byName =
        db.createTable(
            TableSchema.builder("byName")
                .column("name", ColumnType.VARCHAR)
                .maxLength(20)
                .primaryKey("name")
                .build());
    RowView view = byName.newView();
    hasAllParts(
        catchThrowableOfType(TypeMismatchException.class, () -> session.get(byName, 5, view)));
    hasAllParts(catchThrowableOfType(TypeMismatchException.class, () -> session.delete(byName, 5)));
    hasAllParts(
        catchThrowableOfType(TypeMismatchException.class, () -> byName.newBatch(2).addKey(5)));
  }

  @Test
  void unknownTable() {
    UnknownTableException failure =
        catchThrowableOfType(UnknownTableException.class, () -> db.table("usres"));
    hasAllParts(failure);
    assertThat(failure).hasMessageContaining("usres").hasMessageContaining("users");
    assertThatThrownBy(() -> db.dropTable("usres")).isInstanceOf(UnknownTableException.class);
    assertThat(db.hasTable("usres")).isFalse();
  }

  @Test
  void aDroppedTableWhoseNameWasTakenAgain() {
    Table old = db.createTable(TableSchema.builder("t").column("v", ColumnType.INT).build());
    RowBuffer oldRow = old.newRow().setInt("v", 1);
    db.dropTable("t");
    Table fresh = db.createTable(TableSchema.builder("t").column("v", ColumnType.INT).build());
    UnknownTableException gone =
        catchThrowableOfType(UnknownTableException.class, () -> session.insert(old, oldRow));
    hasAllParts(gone);
    assertThat(gone)
        .hasMessageContaining("was dropped")
        .hasMessageContaining("id " + old.id())
        .hasMessageContaining("the new table of that name")
        .hasMessageNotContaining("spelling");
    WrongTableException wrong =
        catchThrowableOfType(WrongTableException.class, () -> session.insert(fresh, oldRow));
    hasAllParts(wrong);
    assertThat(wrong)
        .hasMessageContaining("t of id " + fresh.id())
        .hasMessageContaining("t of another id");
    session.insert(fresh, fresh.newRow().setInt("v", 2));
    db.dropTable("t");
    assertThatThrownBy(fresh::rowCount)
        .isInstanceOf(UnknownTableException.class)
        .hasMessageContaining("create the table again");
  }

  @Test
  void unknownColumn() {
    hasAllParts(
        catchThrowableOfType(UnknownColumnException.class, () -> users.newRow().setLong("idd", 1)));
    hasAllParts(catchThrowableOfType(UnknownColumnException.class, () -> users.newView("nmae")));
  }

  @Test
  void tableThatExists() {
    hasAllParts(
        catchThrowableOfType(
            TableExistsException.class, () -> db.createTable(EngineFixture.users())));
  }

  @Test
  void valueTooLong() {
    hasAllParts(
        catchThrowableOfType(
            ValueTooLongException.class, () -> users.newRow().setString("name", "x".repeat(201))));
  }

  @Test
  void rowTooLargeForTheLog() {
    Table blobs =
        db.createTable(
            TableSchema.builder("blobs")
                .column("id", ColumnType.BIGINT)
                .column("a", ColumnType.VARBINARY)
                .nullable()
                .column("b", ColumnType.VARBINARY)
                .nullable()
                .primaryKey("id")
                .build());
    int half = (EngineFixture.MEMORY_ONLY ? 16 << 20 : 2 << 20) - 4096;
    RowBuffer row = blobs.newRow().setLong("id", 1).setBytes("a", new byte[half]);
    session.insert(blobs, row, Durability.NONE);
    RowBuffer both = blobs.newRow().setLong("id", 2);
    both.setBytes("a", new byte[half]).setBytes("b", new byte[half / 4]);
    hasAllParts(
        catchThrowableOfType(RowTooLargeException.class, () -> session.insert(blobs, both)));
    // The change is small, the row that it makes is not.
    RowBuffer change = blobs.newRow().setLong("id", 1).setBytes("b", new byte[half / 4]);
    hasAllParts(
        catchThrowableOfType(RowTooLargeException.class, () -> session.update(blobs, change)));
    RowView view = blobs.newView();
    assertThat(session.get(blobs, 1, view)).isTrue();
    assertThat(view.bytesLength("a")).isEqualTo(half);
    assertThat(view.isNull("b")).isTrue();
    assertThat(blobs.rowCount()).isEqualTo(1);
  }

  @Test
  void keyOfZeroLength() {
    Table byName =
        db.createTable(
            TableSchema.builder("byName")
                .column("name", ColumnType.VARCHAR)
                .maxLength(20)
                .primaryKey("name")
                .build());
    RowBuffer row = byName.newRow().setString("name", "");
    hasAllParts(catchThrowableOfType(InvalidKeyException.class, () -> session.insert(byName, row)));
    Key key = byName.newKey().setString("name", "");
    RowView view = byName.newView();
    hasAllParts(
        catchThrowableOfType(InvalidKeyException.class, () -> session.get(byName, key, view)));
    Key unset = byName.newKey();
    hasAllParts(
        catchThrowableOfType(InvalidKeyException.class, () -> session.delete(byName, unset)));
    assertThat(byName.rowCount()).isZero();
  }

  @Test
  void allWrongOptionsAtOnce() {
    InvalidOptionsException failure =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () ->
                Options.builder()
                    .memoryBudgetBytes(-1)
                    .partitions(0)
                    .ringCapacity(0)
                    .sessionPoolSize(-3)
                    .submitSlots(0)
                    .interval(Duration.ZERO)
                    .backpressureTimeout(Duration.ofNanos(-1))
                    .logSegmentBytes(12345)
                    .logBufferBytes(0)
                    .build());
    hasAllParts(failure);
    assertThat(failure.problems()).hasSize(9);
    assertThat(failure)
        .hasMessageContaining("memoryBudgetBytes: found -1")
        .hasMessageContaining("partitions: found 0")
        .hasMessageContaining("logBufferBytes: found 0");
  }

  @Test
  void memoryForPagesOutOfRange() {
    long budget = 64L << 20;
    for (long bytes : new long[] {-1, 1, Options.MIN_POOL_BYTES - 1, budget + 1, Long.MAX_VALUE}) {
      InvalidOptionsException failure =
          catchThrowableOfType(
              InvalidOptionsException.class,
              () -> Options.builder().memoryBudgetBytes(budget).poolBytes(bytes).build());
      hasAllParts(failure);
      assertThat(failure.problems())
          .containsExactly(
              "poolBytes: found "
                  + bytes
                  + ", expected "
                  + Options.MIN_POOL_BYTES
                  + " to "
                  + budget);
    }
    for (long bytes : new long[] {0, Options.MIN_POOL_BYTES, budget}) {
      assertThat(Options.builder().memoryBudgetBytes(budget).poolBytes(bytes).build().poolBytes())
          .isEqualTo(bytes == 0 ? budget / 100 * 70 : bytes);
    }
  }

  /// Where there is no control group with a limit, no budget is too large for one.
  @Test
  void moreMemoryThanTheControlGroupHas() {
    long most = MemoryBudget.cgroupLimitBytes();
    Options.Builder builder = Options.builder();
    if (most == Long.MAX_VALUE) {
      assertThat(builder.memoryBudgetBytes(1L << 60).build().memoryBudgetBytes())
          .isEqualTo(1L << 60);
      return;
    }
    InvalidOptionsException failure =
        catchThrowableOfType(
            InvalidOptionsException.class, () -> builder.memoryBudgetBytes(most + 1).build());
    hasAllParts(failure);
    assertThat(failure.problems()).hasSize(1);
    assertThat(failure)
        .hasMessageContaining("memoryBudgetBytes: found " + (most + 1))
        .hasMessageContaining(most + ", the control group's limit");
  }

  @Test
  void morePartitionsThanTheMemoryHasRoomFor() {
    InvalidOptionsException failure =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () ->
                Options.builder()
                    .memoryBudgetBytes(16L << 20)
                    .logBufferBytes(16 << 10)
                    .logSegmentBytes(64 << 10)
                    .partitions(64)
                    .build());
    hasAllParts(failure);
    assertThat(failure.problems()).hasSize(1);
    assertThat(failure).hasMessageContaining("partitions: found 64, expected at most 2");
  }

  @Test
  void buffersOfAnotherTableOrDatabase() {
    Table other =
        db.createTable(
            TableSchema.builder("other").column("id", ColumnType.BIGINT).primaryKey("id").build());
    RowBuffer row = other.newRow().setLong("id", 1);
    RowView view = other.newView();
    Key key = other.newKey().setLong("id", 1);
    RowView ownView = users.newView();
    hasAllParts(catchThrowableOfType(WrongTableException.class, () -> session.insert(users, row)));
    hasAllParts(catchThrowableOfType(WrongTableException.class, () -> session.get(users, 1, view)));
    hasAllParts(
        catchThrowableOfType(WrongTableException.class, () -> session.get(users, key, ownView)));
    hasAllParts(catchThrowableOfType(WrongTableException.class, () -> session.delete(users, key)));
    hasAllParts(
        catchThrowableOfType(WrongTableException.class, () -> users.newBatch(1).addKey(key)));
    try (Basalt second = Basalt.openInMemory(EngineFixture.options())) {
      Table foreign = second.createTable(EngineFixture.users());
      RowBuffer foreignRow = foreign.newRow().setLong("id", 1);
      hasAllParts(
          catchThrowableOfType(
              WrongTableException.class, () -> session.insert(foreign, foreignRow)));
    }
  }

  @Test
  void batchOutOfRange() {
    assertThatThrownBy(() -> users.newBatch(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> users.newBatch(RowBatch.MAX_CAPACITY + 1))
        .isInstanceOf(IllegalArgumentException.class);
    RowBatch batch = users.newBatch(1).addKey(1);
    assertThatThrownBy(() -> batch.addKey(2)).isInstanceOf(IllegalStateException.class);
  }

  /// Fills the budget, sees the error, makes room again, and goes on.
  @Test
  void memoryBudgetReached() {
    try (Basalt small =
            Basalt.openInMemory(
                EngineFixture.options(builder -> builder.memoryBudgetBytes(24L << 20)));
        Session writer = small.openSession()) {
      Table table = small.createTable(EngineFixture.users());
      RowBuffer row = table.newRow().setString("name", "x".repeat(180));
      long id = 0;
      MemoryBudgetExceededException failure = null;
      while (failure == null) {
        try {
          writer.insert(table, row.setLong("id", id), Durability.NONE);
          id++;
        } catch (MemoryBudgetExceededException e) {
          failure = e;
        }
      }
      hasAllParts(failure);
      assertThat(failure.limitBytes()).isEqualTo(24L << 20);
      assertThat(table.rowCount()).isEqualTo(id);
      RowView view = table.newView();
      for (long i = 0; i < id; i++) {
        assertThat(writer.get(table, i, view)).isTrue();
      }
      for (long i = 0; i < id; i += 2) {
        assertThat(writer.delete(table, i, Durability.NONE)).isTrue();
      }
      for (long i = 0; i < id / 4; i++) {
        writer.insert(table, row.setLong("id", id + i), Durability.NONE);
      }
    }
  }
}
