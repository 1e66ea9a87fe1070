package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many threads in one table. Every row says of itself whether it is whole; rows that are never
/// removed are never missed, by lookups, batches and scans, while everything around them comes,
/// goes, grows and moves.
@Tag("engine")
@Timeout(120)
class ConcurrencyTest {
  private static final int KEYS = 400;
  private static final long MILLIS = 2_000;

  private final EngineFixture fixture = new EngineFixture();
  private final AtomicBoolean stop = new AtomicBoolean();
  private final List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static TableSchema schema() {
    return TableSchema.builder("rows")
        .column("id", ColumnType.BIGINT)
        .column("stamp", ColumnType.BIGINT)
        .column("copy", ColumnType.BIGINT)
        .column("text", ColumnType.VARCHAR)
        .maxLength(20_000)
        .primaryKey("id")
        .build();
  }

  private interface Body {
    void run(Session session, Random random);
  }

  private void start(Basalt db, Body body) {
    long seed = threads.size();
    threads.add(
        Thread.ofPlatform()
            .start(() -> {
              Random random = new Random(seed);
              try (Session session = db.openSession()) {
                while (!stop.get() && failures.isEmpty()) {
                  body.run(session, random);
                }
              } catch (Throwable t) {
                failures.add(t);
              }
            }));
  }

  private static RowBuffer fill(RowBuffer row, long id, long stamp, int length) {
    return row.setLong(0, id)
        .setLong(1, stamp)
        .setLong(2, stamp)
        .setString(3, String.valueOf((char) ('a' + stamp % 26)).repeat(length));
  }

  private static void check(RowView view, long id) {
    assertThat(view.getLong(0)).isEqualTo(id);
    long stamp = view.getLong(1);
    assertThat(view.getLong(2)).isEqualTo(stamp);
    String text = String.valueOf(view.getString(3));
    char expected = (char) ('a' + stamp % 26);
    assertThat(text.chars()).allMatch(c -> c == expected);
  }

  private static int length(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> 8_000 + random.nextInt(12_000); // lies outside its page
      case 1, 2 -> random.nextInt(3_000);
      default -> random.nextInt(100);
    };
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreWholeAndNeverMissed(WriterMode mode) throws Exception {
    Basalt db =
        fixture.open(
            EngineFixture.options(builder -> builder.writerMode(mode).durability(Durability.NONE)));
    Table rows = db.createTable(schema());
    AtomicLong stamps = new AtomicLong(1);
    db.useSession(session -> {
      for (long id = 0; id < KEYS; id += 2) {
        session.insert(rows, fill(rows.newRow(), id, stamps.getAndIncrement(), 10));
      }
    });
    RowBuffer[] buffers = {rows.newRow(), rows.newRow()};
    for (RowBuffer buffer : buffers) {
      // Even keys change, odd ones come and go.
      start(
          db,
          (session, random) -> {
            long id = random.nextInt(KEYS);
            long stamp = stamps.getAndIncrement();
            int length = length(random);
            if (id % 2 == 0) {
              assertThat(session.upsert(rows, fill(buffer, id, stamp, length))).isFalse();
            } else if (random.nextBoolean()) {
              session.upsert(rows, fill(buffer, id, stamp, length));
            } else {
              session.delete(rows, id);
            }
          });
    }
    RowView single = rows.newView();
    start(
        db,
        (session, random) -> {
          long id = random.nextInt(KEYS);
          boolean found = session.get(rows, id, single);
          assertThat(found || id % 2 == 1).as("key " + id).isTrue();
          if (found) {
            check(single, id);
          }
        });
    RowBatch batch = rows.newBatch(16);
    start(
        db,
        (session, random) -> {
          batch.clear();
          for (int i = 0; i < 16; i++) {
            batch.addKey(random.nextInt(KEYS));
          }
          session.getAll(batch);
        });
    start(db, (session, random) -> scanOnce(session, rows));
    RowBuffer third = rows.newRow();
    start(
        db,
        (session, random) -> {
          List<Completion> completions = new ArrayList<>();
          for (int i = 0; i < 8; i++) {
            long id = random.nextInt(KEYS / 2) * 2L;
            completions.add(
                session.submitUpsert(
                    rows, fill(third, id, stamps.getAndIncrement(), length(random))));
          }
          completions.forEach(completion -> assertThat(completion.await()).isFalse());
        });
    Thread.sleep(MILLIS);
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    db.useSession(session -> scanOnce(session, rows));
    if (!EngineFixture.MEMORY_ONLY) {
      long count = rows.rowCount();
      Basalt again = fixture.reopen(db, EngineFixture.options());
      Table recovered = again.table("rows");
      assertThat(recovered.rowCount()).isEqualTo(count);
      again.useSession(session -> scanOnce(session, recovered));
    }
  }

  private static void scanOnce(Session session, Table rows) {
    Set<Long> seen = new HashSet<>();
    try (Scan scan = session.scan(rows)) {
      while (scan.next()) {
        long id = scan.row().getLong(0);
        assertThat(seen.add(id) || id % 2 == 1).as("key " + id + " seen twice").isTrue();
        check(scan.row(), id);
      }
    }
    for (long id = 0; id < KEYS; id += 2) {
      assertThat(seen).contains(id);
    }
  }

  /// Tables come and go under threads that use them: each use works or says that the table is gone.
  @ParameterizedTest
  @EnumSource
  void tablesAreDroppedUnderReadersAndWriters(WriterMode mode) throws Exception {
    Basalt db =
        fixture.open(
            EngineFixture.options(builder -> builder.writerMode(mode).durability(Durability.NONE)));
    Table kept = db.createTable(EngineFixture.users());
    RowBuffer keptRow = kept.newRow();
    AtomicLong keptCount = new AtomicLong();
    start(
        db,
        (session, random) -> session.insert(kept, keptRow.setLong(0, keptCount.incrementAndGet())));
    for (int i = 0; i < 3; i++) {
      start(
          db,
          (session, random) -> {
            if (!db.hasTable("rows")) {
              return;
            }
            try {
              Table rows = db.table("rows");
              RowBuffer row = rows.newRow();
              RowView view = rows.newView();
              for (int step = 0; step < 50; step++) {
                long id = random.nextInt(KEYS);
                session.upsert(rows, fill(row, id, step, length(random)));
                if (session.get(rows, id, view)) {
                  check(view, id);
                }
                session.submitDelete(rows, id).close();
              }
              try (Scan scan = session.scan(rows)) {
                while (scan.next()) {
                  check(scan.row(), scan.row().getLong(0));
                }
              }
            } catch (org.basaltdb.core.error.UnknownTableException gone) {
              // by design
            }
          });
    }
    long end = System.nanoTime() + MILLIS * 1_000_000;
    int rounds = 0;
    while (System.nanoTime() < end && failures.isEmpty()) {
      db.createTable(schema());
      Thread.sleep(5);
      db.dropTable("rows");
      rounds++;
    }
    stop.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(rounds).isPositive();
    assertThat(kept.rowCount()).isEqualTo(keptCount.get());
    long memoryUsed = db.stats().memoryByOwner().getOrDefault("OVERFLOW", 0L);
    assertThat(memoryUsed).isZero();
  }
}
