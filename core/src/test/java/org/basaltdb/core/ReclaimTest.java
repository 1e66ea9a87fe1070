package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// POOL-3: memory of what was deleted and dropped is there for others.
@Tag("engine")
@Timeout(120)
class ReclaimTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Options options(int partitions) {
    return EngineFixture.options(builder ->
        builder
            .memoryBudgetBytes(
                (64L + 2L * partitions) << 20) // the marks of pages are not its subject
            .partitions(partitions)
            .durability(Durability.NONE)
            .logSegmentBytes(4L << 20)
            .logBufferBytes(4 << 20)
            // its copies would be in the budget, which is tight here
            .checkpointLogBytes(1L << 30));
  }

  private static TableSchema schema(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.BIGINT)
        .column("value", ColumnType.VARBINARY)
        .maxLength(1 << 20)
        .primaryKey("id")
        .build();
  }

  private static void fill(Session session, Table table, int count, int valueBytes) {
    RowBuffer row = table.newRow();
    byte[] value = new byte[valueBytes];
    for (long id = 0; id < count; id++) {
      session.upsert(table, row.clear().setLong("id", id).setBytes("value", value));
    }
  }

  @Test
  void droppedTablesLeaveNothingBehind() {
    int cycles = 2_000; // each left 8 KiB a partition behind: more than the budget in all
    Basalt db = fixture.open(options(8));
    for (int cycle = 0; cycle < cycles; cycle++) {
      Table table = db.createTable(schema("passing"));
      if (cycle % 20 == 0) {
        db.useSession(session -> fill(session, table, 100, 10));
      }
      db.dropTable("passing");
    }
    if (!EngineFixture.MEMORY_ONLY) {
      db = fixture.reopen(db, options(8));
    }
    Table table = db.createTable(schema("last"));
    db.useSession(session -> fill(session, table, 100, 10));
    assertThat(table.rowCount()).isEqualTo(100);
  }

  @Test
  void deletedLargeRowsMakeRoomForOtherTables() {
    Basalt db = fixture.open(options(1));
    Table large = db.createTable(schema("large"));
    Table small = db.createTable(schema("small"));
    try (Session session = db.openSession()) {
      int count = 50;
      fill(session, large, count, 1 << 20);
      for (long id = 0; id < count; id++) {
        session.delete(large, id);
      }
      fill(session, small, 200_000, 100);
      assertThat(small.rowCount()).isEqualTo(200_000);
    }
  }

  /// Less than what gathers before it is reclaimed, in each of many tables.
  @Test
  void whatIsHeldBackIsGivenBackBeforeARefusal() {
    // With files, pages would leave memory instead.
    Basalt db = fixture.openInMemory(options(1));
    int tables = 40;
    try (Session session = db.openSession()) {
      for (int i = 0; i < tables; i++) {
        Table table = db.createTable(schema("table" + i));
        RowBuffer row = table.newRow();
        session.upsert(table, row.setLong("id", 1).setBytes("value", new byte[200 << 10]));
      }
      for (int i = 0; i < tables; i++) {
        session.delete(db.table("table" + i), 1);
      }
      Table small = db.createTable(schema("small"));
      assertThat(db.stats().memoryByOwner().get("OVERFLOW")).isPositive();
      assertThatThrownBy(() -> fill(session, small, 1_000_000, 100))
          .isInstanceOf(MemoryBudgetExceededException.class);
      assertThat(db.stats().memoryByOwner().getOrDefault("OVERFLOW", 0L)).isZero();
    }
  }

  /// What an update builds its row in is in the budget, and given back if it is large.
  @Test
  void theWritersBuffersShrink() {
    Basalt db = fixture.open(options(1));
    Table table =
        db.createTable(
            TableSchema.builder("wide")
                .column("id", ColumnType.BIGINT)
                .column("score", ColumnType.INT)
                .column("value", ColumnType.VARBINARY)
                .primaryKey("id")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      row.setLong("id", 1).setInt("score", 1).setBytes("value", new byte[3 << 19]);
      session.upsert(table, row);
      long small = otherMemory(db);
      RowBuffer change = table.newRow().setLong("id", 1).setInt("score", 2);
      assertThat(session.update(table, change)).isTrue();
      assertThat(otherMemory(db)).isLessThan(small + (1 << 19));
      RowBuffer shrunk = table.newRow().setLong("id", 1).setBytes("value", new byte[100 << 10]);
      session.update(table, shrunk);
      session.update(table, change.setInt("score", 3));
      assertThat(otherMemory(db)).isBetween(small + (100 << 10), small + (1 << 20));
    }
  }

  private static long otherMemory(Basalt db) {
    return db.stats().memoryByOwner().getOrDefault("OTHER", 0L);
  }
}
