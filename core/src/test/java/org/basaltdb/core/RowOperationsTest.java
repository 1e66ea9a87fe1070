package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.basaltdb.core.error.AutoIncrementOverflowException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every operation of a session does, seen from outside.
@Tag("engine")
@Timeout(120)
class RowOperationsTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void writesAndReadsRows() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      RowView view = users.newView();
      assertThat(session.get(users, 1, view)).isFalse();
      assertThat(view.hasRow()).isFalse();

      session.insert(users, row.setLong("id", 1).setString("name", "Ada").setInt("score", 7));
      assertThat(session.get(users, 1, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("Ada");
      assertThat(view.getInt("score")).isEqualTo(7);

      assertThat(session.upsert(users, row.clear().setLong("id", 2).setString("name", "Bob")))
          .isTrue();
      assertThat(session.upsert(users, row.clear().setLong("id", 2).setString("name", "Bea")))
          .isFalse();
      assertThat(session.get(users, 2, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("Bea");
      assertThat(view.isNull("score")).isTrue();

      assertThat(session.update(users, row.clear().setLong("id", 1).setInt("score", 8))).isTrue();
      assertThat(session.update(users, row.clear().setLong("id", 9).setInt("score", 8))).isFalse();
      assertThat(session.get(users, 1, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("Ada");
      assertThat(view.getInt("score")).isEqualTo(8);

      assertThat(users.rowCount()).isEqualTo(2);
      assertThat(session.delete(users, 1)).isTrue();
      assertThat(session.delete(users, 1)).isFalse();
      assertThat(session.get(users, 1, view)).isFalse();
      assertThat(users.rowCount()).isEqualTo(1);
    }
  }

  @Test
  void refusesADuplicateKeyAndSaysWhich() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setLong("id", 42).setString("name", "first");
      session.insert(users, row);
      assertThatThrownBy(() -> session.insert(users, row.setString("name", "second")))
          .isInstanceOf(DuplicateKeyException.class)
          .hasMessageContaining("id = 42")
          .hasMessageContaining("users");
      RowView view = users.newView();
      assertThat(session.get(users, 42, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("first");
    }
  }

  @Test
  void takesEveryDurability() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      RowView view = users.newView();
      long id = 0;
      for (Durability durability : Durability.values()) {
        session.insert(users, row.clear().setLong("id", ++id), durability);
        assertThat(session.upsert(users, row.setInt("score", 3), durability)).isFalse();
        assertThat(session.update(users, row.setInt("score", 4), durability)).isTrue();
        assertThat(session.get(users, id, view)).isTrue();
        assertThat(view.getInt("score")).isEqualTo(4);
        assertThat(session.delete(users, id, durability)).isTrue();
      }
      assertThat(users.rowCount()).isZero();
    }
  }

  @Test
  void findsRowsByCompositeKeys() {
    Basalt db = fixture.open();
    Table lines =
        db.createTable(
            TableSchema.builder("lines")
                .column("order", ColumnType.UUID)
                .column("sku", ColumnType.VARCHAR)
                .maxLength(40)
                .column("line", ColumnType.INT)
                .column("amount", ColumnType.INT)
                .primaryKey("order", "sku", "line")
                .partitionKey("order")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = lines.newRow();
      Key key = lines.newKey();
      RowView view = lines.newView();
      for (int i = 0; i < 500; i++) {
        session.insert(
            lines,
            row.setUuid("order", 7, i % 5)
                .setString("sku", "sku-" + i % 10)
                .setInt("line", i)
                .setInt("amount", i * 3),
            Durability.NONE);
      }
      for (int i = 0; i < 500; i++) {
        key.setUuid("order", 7, i % 5).setString("sku", "sku-" + i % 10).setInt("line", i);
        assertThat(session.get(lines, key, view)).isTrue();
        assertThat(view.getInt("amount")).isEqualTo(i * 3);
      }
      assertThat(session.delete(lines, key, Durability.NONE)).isTrue();
      assertThat(session.get(lines, key, view)).isFalse();
      key.setInt("line", 12345);
      assertThat(session.get(lines, key, view)).isFalse();
    }
  }

  @Test
  void numbersRowsByItself() {
    Basalt db = fixture.open();
    Table events =
        db.createTable(
            TableSchema.builder("events")
                .column("id", ColumnType.BIGINT)
                .autoIncrement()
                .column("what", ColumnType.VARCHAR)
                .primaryKey("id")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = events.newRow();
      assertThat(session.lastGeneratedKey()).isZero();
      session.insert(events, row.setString("what", "a"));
      assertThat(session.lastGeneratedKey()).isEqualTo(1);
      session.insert(events, row.setString("what", "b"));
      assertThat(session.lastGeneratedKey()).isEqualTo(2);
      session.insert(events, row.clear().setLong("id", 100).setString("what", "explicit"));
      assertThat(session.lastGeneratedKey()).isEqualTo(2);
      session.insert(events, row.clear().setString("what", "c"));
      assertThat(session.lastGeneratedKey()).isEqualTo(101);
      session.insert(events, row.clear().setLong("id", Long.MAX_VALUE).setString("what", "last"));
      assertThatThrownBy(() -> session.insert(events, row.clear().setString("what", "no")))
          .isInstanceOf(AutoIncrementOverflowException.class);
      assertThat(events.rowCount()).isEqualTo(5);
    }
  }

  @Test
  void keepsRowsWithoutADeclaredKey() {
    Basalt db = fixture.open();
    Table notes =
        db.createTable(TableSchema.builder("notes").column("text", ColumnType.VARCHAR).build());
    try (Session session = db.openSession()) {
      RowBuffer row = notes.newRow();
      for (int i = 0; i < 100; i++) {
        session.insert(notes, row.setString("text", "note " + i), Durability.NONE);
      }
      Set<String> seen = new HashSet<>();
      try (Scan scan = session.scan(notes)) {
        while (scan.next()) {
          seen.add(scan.row().getString("text"));
        }
      }
      assertThat(seen).hasSize(100);
      RowView view = notes.newView();
      assertThat(session.get(notes, session.lastGeneratedKey(), view)).isTrue();
      assertThat(view.getString("text")).isEqualTo("note 99");
    }
  }

  @Test
  void keepsLargeValues() {
    Basalt db = fixture.open();
    Table documents =
        db.createTable(
            TableSchema.builder("documents")
                .column("id", ColumnType.BIGINT)
                .column("title", ColumnType.VARCHAR)
                .column("body", ColumnType.VARBINARY)
                .nullable()
                .primaryKey("id")
                .build());
    try (Session session = db.openSession()) {
      RowBuffer row = documents.newRow();
      RowView view = documents.newView();
      RowView titles = documents.newView("id", "title");
      Random random = new Random(5);
      Map<Long, byte[]> bodies = new HashMap<>();
      for (long id = 0; id < 40; id++) {
        byte[] body = new byte[random.nextInt(200_000)];
        random.nextBytes(body);
        bodies.put(id, body);
        session.insert(
            documents,
            row.setLong("id", id).setString("title", "t" + id).setBytes("body", body),
            Durability.NONE);
      }
      byte[] huge = new byte[1_000_000];
      random.nextBytes(huge);
      bodies.put(3L, huge);
      assertThat(
              session.update(
                  documents, row.clear().setLong("id", 3).setBytes("body", huge), Durability.NONE))
          .isTrue();
      bodies.forEach((id, body) -> {
        assertThat(session.get(documents, id, view)).isTrue();
        assertThat(view.getBytes("body")).isEqualTo(body);
        assertThat(view.getString("title")).isEqualTo("t" + id);
        assertThat(session.get(documents, id, titles)).isTrue();
        assertThat(titles.getString("title")).isEqualTo("t" + id);
      });
      int count = 0;
      try (Scan scan = session.scan(documents)) {
        while (scan.next()) {
          assertThat(scan.row().getBytes("body")).isEqualTo(bodies.get(scan.row().getLong("id")));
          count++;
        }
      }
      assertThat(count).isEqualTo(bodies.size());
    }
  }

  @Test
  void looksManyKeysUpAtOnce() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (long id = 0; id < 2_000; id += 2) {
        session.insert(users, row.setLong("id", id).setInt("score", (int) id), Durability.NONE);
      }
      RowBatch batch = users.newBatch(100);
      for (int round = 0; round < 20; round++) {
        batch.clear();
        for (int i = 0; i < 100; i++) {
          batch.addKey(round * 100L + i);
        }
        assertThat(session.getAll(batch)).isEqualTo(50);
        for (int i = 0; i < 100; i++) {
          long id = round * 100L + i;
          assertThat(batch.isPresent(i)).isEqualTo(id % 2 == 0);
          if (id % 2 == 0) {
            assertThat(batch.view(i).getLong("id")).isEqualTo(id);
            assertThat(batch.view(i).getInt("score")).isEqualTo((int) id);
          }
        }
      }
      assertThatThrownBy(() -> batch.addKey(1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> batch.view(100)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void scansEveryRowOnce() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      try (Scan scan = session.scan(users)) {
        assertThat(scan.next()).isFalse();
        assertThat(scan.next()).isFalse();
      }
      RowBuffer row = users.newRow();
      for (long id = 0; id < 5_000; id++) {
        session.insert(users, row.setLong("id", id).setString("name", "n" + id), Durability.NONE);
      }
      Set<Long> seen = new HashSet<>();
      try (Scan scan = session.scan(users)) {
        while (scan.next()) {
          long id = scan.row().getLong("id");
          assertThat(seen.add(id)).isTrue();
          // Rows that grow while the scan is under way move to other pages, and are still seen
          // once.
          session.update(
              users,
              row.clear().setLong("id", id).setString("name", "n".repeat(150)),
              Durability.NONE);
        }
      }
      assertThat(seen).hasSize(5_000);
    }
  }

  /// Random operations against a map, long enough for pages to fill, split and be compacted.
  @Test
  void agreesWithAMap() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    Map<Long, String> model = new HashMap<>();
    Random random = new Random(11);
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      RowView view = users.newView();
      for (int step = 0; step < 60_000; step++) {
        long id = random.nextInt(3_000);
        String name = "x".repeat(random.nextInt(190));
        switch (random.nextInt(4)) {
          case 0 -> {
            boolean fresh =
                session.upsert(
                    users, row.clear().setLong("id", id).setString("name", name), Durability.NONE);
            assertThat(fresh).isEqualTo(model.put(id, name) == null);
          }
          case 1 -> {
            boolean there =
                session.update(
                    users, row.clear().setLong("id", id).setString("name", name), Durability.NONE);
            assertThat(there).isEqualTo(model.computeIfPresent(id, (k, v) -> name) != null);
          }
          case 2 ->
              assertThat(session.delete(users, id, Durability.NONE))
                  .isEqualTo(model.remove(id) != null);
          default -> {
            assertThat(session.get(users, id, view)).isEqualTo(model.containsKey(id));
            if (view.hasRow()) {
              assertThat(view.getString("name")).isEqualTo(model.get(id));
            }
          }
        }
      }
      assertThat(users.rowCount()).isEqualTo(model.size());
    }
  }
}
