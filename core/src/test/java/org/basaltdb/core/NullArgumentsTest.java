package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Null where none may be: named, before anything is touched.
@Tag("engine")
@Timeout(60)
@SuppressWarnings("NullAway") // what the compiler keeps others from
class NullArgumentsTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /// A write without a durability once left a hole in the log, for which the close waited for ever.
  @ParameterizedTest
  @EnumSource
  void aWriteWithoutDurabilityTouchesNothing(WriterMode mode) {
    Options options = EngineFixture.options(builder -> builder.writerMode(mode));
    Basalt db = fixture.open(options);
    Table users = db.createTable(EngineFixture.users());
    RowBuffer row = users.newRow().setLong("id", 1).setString("name", "one");
    Key key = users.newKey().setLong("id", 1);
    try (Session session = db.openSession()) {
      session.insert(users, row);
      row.setString("name", "another");
      Map<String, ThrowingCallable> calls = new LinkedHashMap<>();
      calls.put("insert", () -> session.insert(users, row.setLong("id", 2), null));
      calls.put("upsert", () -> session.upsert(users, row.setLong("id", 1), null));
      calls.put("update", () -> session.update(users, row, null));
      calls.put("delete", () -> session.delete(users, 1, null));
      calls.put("delete by key", () -> session.delete(users, key, null));
      calls.put("submitInsert", () -> session.submitInsert(users, row.setLong("id", 3), null));
      calls.put("submitUpsert", () -> session.submitUpsert(users, row.setLong("id", 1), null));
      calls.put("submitUpdate", () -> session.submitUpdate(users, row, null));
      calls.put("submitDelete", () -> session.submitDelete(users, 1, null));
      calls.put("submitDelete by key", () -> session.submitDelete(users, key, null));
      calls.forEach((name, call) ->
          assertThatThrownBy(call)
              .as(name)
              .isInstanceOf(NullPointerException.class)
              .hasMessage("durability"));
      session.upsert(users, row.setLong("id", 4), Durability.SYNC);
    }
    hasOneAndFour(db);
    if (!EngineFixture.MEMORY_ONLY) {
      hasOneAndFour(fixture.reopen(db, options));
    }
  }

  private static void hasOneAndFour(Basalt db) {
    Table users = db.table("users");
    RowView view = users.newView();
    db.useSession(session -> {
      assertThat(session.get(users, 1, view)).isTrue();
      assertThat(view.getString("name")).isEqualTo("one");
      assertThat(session.get(users, 4, view)).isTrue();
    });
    assertThat(users.rowCount()).isEqualTo(2);
  }

  @Test
  void argumentsAreNamed() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      Key noKey = null;
      isNamed("directory", () -> Basalt.open(null));
      isNamed("options", () -> Basalt.open(fixture.directory(), null));
      isNamed("options", () -> Basalt.openInMemory(null));
      isNamed("schema", () -> db.createTable(null));
      isNamed("name", () -> db.table(null));
      isNamed("name", () -> db.hasTable(null));
      isNamed("name", () -> db.dropTable(null));
      isNamed("work", () -> db.withSession(null));
      isNamed("work", () -> db.useSession(null));
      isNamed("row", () -> session.insert(users, null));
      isNamed("row", () -> session.upsert(users, null));
      isNamed("row", () -> session.update(users, null));
      isNamed("key", () -> session.delete(users, noKey));
      isNamed("row", () -> session.submitInsert(users, null));
      isNamed("row", () -> session.submitUpsert(users, null));
      isNamed("row", () -> session.submitUpdate(users, null));
      isNamed("key", () -> session.submitDelete(users, noKey));
      session.insert(users, users.newRow().setLong("id", 1));
    }
  }

  private static void isNamed(String argument, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(argument);
  }

  @Test
  void optionsAreNamedTogetherWithWhateverElseIsWrong() {
    InvalidOptionsException failure =
        catchThrowableOfType(
            InvalidOptionsException.class,
            () ->
                Options.builder()
                    .partitions(0)
                    .durability(null)
                    .interval(null)
                    .writerMode(null)
                    .writerIdle(null)
                    .backpressureTimeout(null)
                    .build());
    assertThat(failure.problems())
        .hasSize(6)
        .contains(
            "durability: found null, expected one of [NONE, INTERVAL, SYNC]",
            "writerMode: found null, expected one of [CALLER_RUNS, DEDICATED]")
        .anyMatch(problem -> problem.startsWith("interval: found null, expected PT"))
        .anyMatch(problem -> problem.startsWith("backpressureTimeout: found null"))
        .anyMatch(problem -> problem.startsWith("writerIdle: found null"));
  }
}
