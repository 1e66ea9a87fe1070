package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is there after a database was opened again.
@Tag("engine")
@Timeout(120)
class RecoveryTest {
  private final EngineFixture fixture = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    EngineFixture.requireFiles();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static TableSchema numbered(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.BIGINT)
        .autoIncrement()
        .column("text", ColumnType.VARCHAR)
        .nullable()
        .primaryKey("id")
        .build();
  }

  @Test
  void tablesAndRowsComeBack() {
    Options fromLog = EngineFixture.options(builder -> builder.checkpointLogBytes(1L << 30));
    Basalt db = fixture.open(fromLog);
    Map<Long, String> model = new HashMap<>();
    Random random = new Random(3);
    for (int round = 0; round < 4; round++) {
      Table users = round == 0 ? db.createTable(EngineFixture.users()) : db.table("users");
      try (Session session = db.openSession()) {
        RowBuffer row = users.newRow();
        RowView view = users.newView();
        assertThat(users.rowCount()).isEqualTo(model.size());
        model.forEach((id, name) -> {
          assertThat(session.get(users, id, view)).isTrue();
          assertThat(view.getString("name")).isEqualTo(name);
        });
        for (int step = 0; step < 3_000; step++) {
          long id = random.nextInt(1_000);
          if (random.nextInt(3) == 0) {
            assertThat(session.delete(users, id, Durability.NONE))
                .isEqualTo(model.remove(id) != null);
          } else {
            String name = "y".repeat(random.nextInt(150));
            session.upsert(
                users, row.setLong("id", id).setString("name", name), Durability.INTERVAL);
            model.put(id, name);
          }
        }
      }
      db = fixture.reopen(db, fromLog);
    }
    assertThat(db.stats().replayedRecordCount()).isGreaterThan(10_000);
  }

  @Test
  void schemaChangesComeBackInTheirOrder() {
    Basalt db = fixture.open();
    Table first = db.createTable(EngineFixture.users());
    db.useSession(session -> session.insert(first, first.newRow().setLong("id", 1)));
    db.dropTable("users");
    Table second = db.createTable(EngineFixture.users());
    db.useSession(session -> session.insert(second, second.newRow().setLong("id", 2)));
    db.createTable(numbered("zebra"));
    db.createTable(numbered("ant"));
    db.dropTable("zebra");
    int lastId = db.table("ant").id();
    assertThat(second.id()).isGreaterThan(first.id());
    assertThatThrownBy(first::rowCount).isInstanceOf(UnknownTableException.class);

    db = fixture.reopen(db, EngineFixture.options());
    assertThat(db.tables().stream().map(Table::name)).containsExactly("ant", "users");
    Table users = db.table("users");
    assertThat(users.id()).isEqualTo(second.id());
    assertThat(users.schema()).isEqualTo(EngineFixture.users());
    RowView view = users.newView();
    db.useSession(session -> {
      assertThat(session.get(users, 1, view)).isFalse();
      assertThat(session.get(users, 2, view)).isTrue();
    });
    // LOG-6: the id of the dropped one is not used again, also if it was the last.
    db.dropTable("ant");
    db = fixture.reopen(db, EngineFixture.options());
    assertThat(db.createTable(numbered("bee")).id()).isGreaterThan(lastId);
  }

  @Test
  void autoIncrementGoesOnPastEveryNumberInTheLog() {
    Basalt db = fixture.open();
    Table events = db.createTable(numbered("events"));
    try (Session session = db.openSession()) {
      RowBuffer row = events.newRow();
      for (int i = 0; i < 5; i++) {
        session.insert(events, row.setString("text", "e"));
      }
      session.insert(events, row.setLong("id", 50));
      assertThat(session.delete(events, 50)).isTrue();
      assertThat(session.delete(events, 5)).isTrue();
    }
    db = fixture.reopen(db, EngineFixture.options());
    Table again = db.table("events");
    try (Session session = db.openSession()) {
      session.insert(again, again.newRow().setString("text", "next"));
      assertThat(session.lastGeneratedKey()).isEqualTo(51);
      assertThat(again.rowCount()).isEqualTo(5);
    }
  }

  @Test
  void largeValuesAndOtherTypesComeBack() {
    Basalt db = fixture.open();
    TableSchema schema =
        TableSchema.builder("wide")
            .column("a", ColumnType.UUID)
            .column("b", ColumnType.VARCHAR)
            .maxLength(30)
            .column("body", ColumnType.VARBINARY)
            .decimal("price", 30, 4)
            .column("at", ColumnType.TIMESTAMP)
            .column("ok", ColumnType.BOOLEAN)
            .primaryKey("b", "a")
            .partitionKey("a")
            .build();
    Table wide = db.createTable(schema);
    byte[] body = new byte[700_000];
    new Random(9).nextBytes(body);
    java.util.UUID id = new java.util.UUID(5, 6);
    java.math.BigDecimal price = new java.math.BigDecimal("12345678901234567890.1234");
    java.time.Instant at = java.time.Instant.parse("2026-03-01T10:15:30.123456Z");
    db.useSession(session ->
        session.insert(
            wide,
            wide.newRow()
                .setUuid("a", id)
                .setString("b", "k")
                .setBytes("body", body)
                .setDecimal("price", price)
                .setTimestamp("at", at)
                .setBoolean("ok", true)));
    db = fixture.reopen(db, EngineFixture.options());
    Table again = db.table("wide");
    RowView view = again.newView();
    db.useSession(session ->
        assertThat(session.get(again, again.newKey().setUuid("a", id).setString("b", "k"), view))
            .isTrue());
    assertThat(view.getBytes("body")).isEqualTo(body);
    assertThat(view.getDecimal("price")).isEqualTo(price);
    assertThat(view.getTimestamp("at")).isEqualTo(at);
    assertThat(view.getBoolean("ok")).isTrue();
  }

  /// A copy of the files of a running database is what a killed process leaves, at worst: whatever
  /// was acknowledged as SYNC before the copy began is in it, in rows that are whole.
  @Test
  void aCopyOfTheFilesInMidWriteHoldsEveryAcknowledgedRow() throws Exception {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    AtomicLong acknowledged = new AtomicLong();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try (Session session = db.openSession()) {
                RowBuffer row = users.newRow();
                for (long id = 1; acknowledged.get() >= 0; id++) {
                  session.upsert(
                      users,
                      row.setLong("id", id)
                          .setString("name", "row " + id)
                          .setInt("score", (int) id),
                      Durability.SYNC);
                  if (acknowledged.compareAndSet(id - 1, id) && id % 50 == 0) {
                    db.createTable(numbered("t" + id));
                    if (id % 100 == 0) {
                      db.dropTable("t" + id);
                    }
                  }
                }
              }
            });
    for (int round = 0; round < 4; round++) {
      long target = acknowledged.get() + 150;
      while (acknowledged.get() < target) {
        Thread.sleep(1);
      }
      long safe = acknowledged.get();
      Path copy = fixture.newDirectory();
      copy(fixture.directory(), copy);
      try (Basalt recovered = Basalt.open(copy, EngineFixture.options());
          Session session = recovered.openSession()) {
        Table table = recovered.table("users");
        RowView view = table.newView();
        for (long id = 1; id <= safe; id++) {
          assertThat(session.get(table, id, view)).as("row " + id + " of " + safe).isTrue();
          assertThat(view.getString("name")).isEqualTo("row " + id);
          assertThat(view.getInt("score")).isEqualTo((int) id);
        }
        long count = 0;
        try (Scan scan = session.scan(table)) {
          while (scan.next()) {
            assertThat(scan.row().getString("name")).isEqualTo("row " + scan.row().getLong("id"));
            count++;
          }
        }
        assertThat(count).isEqualTo(table.rowCount()).isGreaterThanOrEqualTo(safe);
        session.insert(table, table.newRow().setLong("id", -1));
      }
    }
    acknowledged.set(Long.MIN_VALUE);
    writer.join();
  }

  private Path filled(int rows) {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (long id = 0; id < rows; id++) {
        session.insert(
            users, row.setLong("id", id).setString("name", "n".repeat(100)), Durability.NONE);
        if (id % 100 == 0) {
          db.sync();
        }
      }
    }
    db.close();
    return fixture.directory();
  }

  @Test
  void aBitFlippedInTheLogIsReportedAndNothingIsTouched() throws IOException {
    Path directory = filled(2_000);
    Path segment = segments(directory).getFirst();
    byte[] original = Files.readAllBytes(segment);
    Random random = new Random(17);
    int reported = 0;
    for (int round = 0; round < 12; round++) {
      int at = 4096 * 3 + random.nextInt(100_000);
      try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.seek(at);
        file.write(original[at] ^ 1 << random.nextInt(8));
      }
      byte[] damaged = Files.readAllBytes(segment);
      try {
        Basalt.open(directory, EngineFixture.options()).close();
        // Between records there are unused bytes; nothing is lost with them.
      } catch (CorruptLogException e) {
        reported++;
        assertThat(e)
            .hasMessageContaining(String.valueOf(segment.getFileName()))
            .hasMessageContaining("offset")
            .hasMessageContaining("found ")
            .hasMessageContaining("expected ");
        assertThat(Files.readAllBytes(segment)).isEqualTo(damaged);
      }
      Files.write(segment, original);
    }
    assertThat(reported).isGreaterThan(6);
    Basalt db = fixture.open();
    assertThat(db.table("users").rowCount()).isEqualTo(2_000);
  }

  @Test
  void aTruncatedLogIsReportedOrCutAtItsEnd() throws IOException {
    Path directory = filled(1_000);
    Path segment = segments(directory).getFirst();
    byte[] original = Files.readAllBytes(segment);
    for (long size : new long[] {0, 100, 4096, 20_000, 60_000}) {
      try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
        file.setLength(size);
      }
      assertThatThrownBy(() -> Basalt.open(directory, EngineFixture.options()))
          .isInstanceOf(BasaltException.class)
          .hasMessageContaining("log")
          .hasMessageContaining("found ");
      Files.write(segment, original);
    }
    assertThat(fixture.open().table("users").rowCount()).isEqualTo(1_000);
  }

  @Test
  void theLogOfAnotherDatabaseIsRefused() throws IOException {
    Path directory = filled(10);
    Path other = fixture.newDirectory();
    Basalt.open(other, EngineFixture.options()).close();
    for (Path segment : segments(other)) {
      Files.delete(segment);
    }
    for (Path segment : segments(directory)) {
      Files.copy(segment, other.resolve("log").resolve(segment.getFileName()));
    }
    assertThatThrownBy(() -> Basalt.open(other, EngineFixture.options()))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("another database");
    assertThat(fixture.open().table("users").rowCount()).isEqualTo(10);
  }

  @Test
  void aBudgetThatIsTooSmallForTheRowsIsRefused() {
    filled(100_000);
    assertThatThrownBy(() ->
            fixture.open(EngineFixture.options(builder -> builder.memoryBudgetBytes(16L << 20))))
        .isInstanceOf(MemoryBudgetExceededException.class);
    assertThat(fixture.open().table("users").rowCount()).isEqualTo(100_000);
  }

  private static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.sorted().toList();
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path source : files.toList()) {
        Path target = to.resolve(from.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else if (Files.exists(source)) {
          Files.copy(source, target);
        }
      }
    }
  }
}
