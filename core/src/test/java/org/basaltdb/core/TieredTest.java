package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Data larger than what pages may take of memory.
@Tag("engine")
class TieredTest {
  private static final int ROWS = 20_000;
  private static final long POOL_BYTES = 2 << 20;

  private final EngineFixture engines = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    Assumptions.assumeFalse(EngineFixture.MEMORY_ONLY, "what is in memory only stays there");
  }

  @AfterEach
  void close() {
    engines.close();
  }

  private static Options options(Consumer<Options.Builder> change) {
    return EngineFixture.options(builder -> {
      builder.poolBytes(POOL_BYTES).durability(Durability.NONE);
      change.accept(builder);
    });
  }

  private static TableSchema schema(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.BIGINT)
        .column("version", ColumnType.INT)
        .column("content", ColumnType.VARCHAR)
        .maxLength(1 << 20)
        .primaryKey("id")
        .build();
  }

  private static String content(long id, int version, int length) {
    StringBuilder text = new StringBuilder(length + 32);
    while (text.length() < length) {
      text.append(id).append('/').append(version).append(' ');
    }
    text.setLength(length);
    return text.toString();
  }

  private static void put(
      Session session, Table table, RowBuffer row, long id, int version, int length) {
    row.clear()
        .setLong("id", id)
        .setInt("version", version)
        .setString("content", content(id, version, length));
    session.upsert(table, row);
  }

  private static void check(Session session, Table table, RowView view, long id, int[] versions) {
    boolean found = session.get(table, id, view);
    int version = versions[(int) id];
    assertThat(found).as("row %s", id).isEqualTo(version >= 0);
    if (found) {
      assertThat(view.getInt("version")).as("row %s", id).isEqualTo(version);
      assertThat(view.getString("content"))
          .as("row %s", id)
          .isEqualTo(content(id, version, lengthOf(id, version)));
    }
  }

  /// Some versions are longer than the ones before, so that rows move; a few go to chains.
  private static int lengthOf(long id, int version) {
    if (id % 997 == 5) {
      return 30_000 + version * 1_000;
    }
    return 300 + (int) ((id * 31 + version * 17L) % 500);
  }

  @ParameterizedTest
  @EnumSource(WriterMode.class)
  void rowsAreRightWhereverTheyAre(WriterMode mode) {
    Options options = options(builder -> builder.writerMode(mode).checkpointLogBytes(4 << 20));
    int[] versions = new int[ROWS];
    SplittableRandom random = new SplittableRandom(7);
    Basalt db = engines.open(options);
    Table table = db.createTable(schema("rows"));
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      RowView view = table.newView();
      for (int id = 0; id < ROWS; id++) {
        put(session, table, row, id, 0, lengthOf(id, 0));
      }
      for (int i = 0; i < ROWS; i++) {
        int id = random.nextInt(ROWS);
        switch (random.nextInt(4)) {
          case 0 -> {
            versions[id] = Math.abs(versions[id]) + 1;
            put(session, table, row, id, versions[id], lengthOf(id, versions[id]));
          }
          case 1 -> {
            if (random.nextInt(8) == 0) {
              assertThat(session.delete(table, id)).isEqualTo(versions[id] >= 0);
              versions[id] = -Math.abs(versions[id]) - 1;
            }
          }
          default -> check(session, table, view, id, versions);
        }
      }
      checkAll(session, table, view, versions);
    }
    assertThat(db.stats().residentPageCount())
        .as("pages in memory")
        .isLessThanOrEqualTo(POOL_BYTES / 8192 + 64);
    assertThat(db.stats().coldReadCount()).as("pages read").isPositive();
    db = engines.reopen(db, options);
    table = db.table("rows");
    try (Session session = db.openSession()) {
      checkAll(session, table, table.newView(), versions);
      checkScan(session, table, versions);
    }
  }

  private static void checkAll(Session session, Table table, RowView view, int[] versions) {
    for (int id = 0; id < ROWS; id++) {
      check(session, table, view, id, versions);
    }
    RowBatch batch = table.newBatch(64);
    for (int from = 0; from + 64 <= ROWS; from += 64 * 7) {
      batch.clear();
      for (int i = 0; i < 64; i++) {
        batch.addKey(from + i);
      }
      session.getAll(batch);
      for (int i = 0; i < 64; i++) {
        assertThat(batch.isPresent(i)).isEqualTo(versions[from + i] >= 0);
        if (batch.isPresent(i)) {
          assertThat(batch.view(i).getInt("version")).isEqualTo(versions[from + i]);
        }
      }
    }
  }

  private static void checkScan(Session session, Table table, int[] versions) {
    boolean[] seen = new boolean[ROWS];
    try (Scan scan = session.scan(table)) {
      while (scan.next()) {
        int id = (int) scan.row().getLong("id");
        assertThat(seen[id]).as("row %s seen before", id).isFalse();
        seen[id] = true;
        assertThat(scan.row().getInt("version")).isEqualTo(versions[id]);
        assertThat(scan.row().getString("content"))
            .isEqualTo(content(id, versions[id], lengthOf(id, versions[id])));
      }
    }
    for (int id = 0; id < ROWS; id++) {
      assertThat(seen[id]).as("row %s seen", id).isEqualTo(versions[id] >= 0);
    }
  }

  /// Each thread writes rows of its own and reads those of all, while pages come and go and
  /// checkpoints are made.
  @ParameterizedTest
  @EnumSource(WriterMode.class)
  void manyThreadsSeeWhatWasAcknowledged(WriterMode mode) throws Exception {
    Options options = options(builder -> builder.writerMode(mode).checkpointLogBytes(1 << 20));
    Basalt db = engines.open(options);
    Table table = db.createTable(schema("rows"));
    int threads = 4;
    int[] versions = new int[ROWS];
    try (ExecutorService crew = Executors.newFixedThreadPool(threads)) {
      List<Callable<Boolean>> work = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int own = t;
        work.add(() -> writeAndRead(db, table, versions, own, threads));
      }
      for (Future<Boolean> done : crew.invokeAll(work)) {
        assertThat(done.get()).isTrue();
      }
    }
    try (Session session = db.openSession()) {
      checkAll(session, table, table.newView(), versions);
    }
    Basalt again = engines.reopen(db, options);
    try (Session session = again.openSession()) {
      checkScan(session, again.table("rows"), versions);
    }
  }

  private static boolean writeAndRead(
      Basalt db, Table table, int[] versions, int own, int threads) {
    SplittableRandom random = new SplittableRandom(own);
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      RowView view = table.newView();
      for (int id = own; id < ROWS; id += threads) {
        put(session, table, row, id, 0, lengthOf(id, 0));
      }
      for (int i = 0; i < ROWS / 2; i++) {
        int id = random.nextInt(ROWS / threads) * threads + own;
        if (random.nextInt(3) == 0) {
          versions[id]++;
          put(session, table, row, id, versions[id], lengthOf(id, versions[id]));
        } else {
          check(session, table, view, id, versions);
        }
        int other = random.nextInt(ROWS);
        if (session.get(table, other, view)) {
          int version = view.getInt("version");
          assertThat(view.getString("content"))
              .isEqualTo(content(other, version, lengthOf(other, version)));
        }
      }
    }
    return true;
  }

  /// Submitted writes of rows whose pages are cold are carried out in their order.
  @ParameterizedTest
  @EnumSource(WriterMode.class)
  void submittedWritesOfColdRowsKeepTheirOrder(WriterMode mode) {
    Basalt db = engines.open(options(builder -> builder.writerMode(mode)));
    Table table = db.createTable(schema("rows"));
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      for (int id = 0; id < ROWS; id++) {
        put(session, table, row, id, 0, 400);
      }
      List<Completion> submitted = new ArrayList<>();
      for (int id = 0; id < ROWS; id += 137) {
        for (int version = 1; version <= 3; version++) {
          row.clear()
              .setLong("id", id)
              .setInt("version", version)
              .setString("content", content(id, version, 400));
          submitted.add(session.submitUpsert(table, row));
          if (submitted.size() == 32) {
            submitted.forEach(Completion::await);
            submitted.clear();
          }
        }
      }
      submitted.forEach(Completion::await);
      RowView view = table.newView();
      for (int id = 0; id < ROWS; id++) {
        assertThat(session.get(table, id, view)).isTrue();
        assertThat(view.getInt("version")).isEqualTo(id % 137 == 0 ? 3 : 0);
      }
    }
  }

  @Test
  void aDroppedTableThatIsMostlyColdGivesItsPagesBack() {
    Basalt db = engines.open(options(builder -> {}));
    Table table = db.createTable(schema("rows"));
    Table other = db.createTable(schema("other"));
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      RowBuffer otherRow = other.newRow();
      for (int id = 0; id < ROWS; id++) {
        put(session, table, row, id, 0, lengthOf(id, 0));
      }
      put(session, other, otherRow, 1, 0, 100);
      db.dropTable("rows");
      assertThat(db.stats().residentPageCount()).isLessThanOrEqualTo(8);
      RowView view = other.newView();
      assertThat(session.get(other, 1, view)).isTrue();
    }
  }
}
