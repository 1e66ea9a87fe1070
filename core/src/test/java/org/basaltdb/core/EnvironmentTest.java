package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a database tells about itself, and that it gives everything back.
@Tag("engine")
@Timeout(60)
class EnvironmentTest {
  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void saysWhatItRunsOn() {
    Basalt db = fixture.open();
    EnvironmentReport report = db.environment();
    assertThat(report.mode())
        .isEqualTo(
            Posix.available() ? EnvironmentReport.Mode.NATIVE : EnvironmentReport.Mode.PORTABLE);
    assertThat(report.directory())
        .isEqualTo(EngineFixture.MEMORY_ONLY ? null : fixture.directory());
    assertThat(report.partitionCount()).isEqualTo(2);
    assertThat(report.memoryBudgetBytes()).isEqualTo(256L << 20);
    if (report.mode() == EnvironmentReport.Mode.PORTABLE) {
      assertThat(report.degradations()).anyMatch(each -> each.kind().equals("PORTABLE_MODE"));
    }
  }

  @Test
  void countsWhatItDoes() {
    Basalt db = fixture.open();
    Table users = db.createTable(EngineFixture.users());
    DatabaseStats before = db.stats();
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow();
      for (long id = 0; id < 1_000; id++) {
        session.insert(users, row.setLong("id", id), Durability.NONE);
      }
      db.sync();
      DatabaseStats after = db.stats();
      assertThat(after.tableCount()).isEqualTo(1);
      assertThat(after.rowCount()).isEqualTo(1_000);
      assertThat(after.commandCount()).isEqualTo(before.commandCount() + 1_000);
      assertThat(after.waitingCommandCount()).isZero();
      assertThat(after.logAppendedBytes()).isGreaterThan(before.logAppendedBytes());
      assertThat(after.logDurableLsn()).isGreaterThan(before.logDurableLsn());
      assertThat(after.memoryUsedBytes())
          .isEqualTo(after.memoryByOwner().values().stream().mapToLong(Long::longValue).sum())
          .isLessThanOrEqualTo(after.memoryBudgetBytes());
      assertThat(after.memoryByOwner()).containsKeys("FRAMES", "INDEX", "LOG", "SESSIONS");
    }
  }

  @Test
  void givesItsMemoryBack() {
    List<Long> allocated = new ArrayList<>();
    for (int round = 0; round < 12; round++) {
      // not through the fixture, which would keep it reachable
      Basalt db =
          EngineFixture.MEMORY_ONLY
              ? Basalt.openInMemory(EngineFixture.options())
              : Basalt.open(fixture.directory(), EngineFixture.options());
      Table users =
          db.hasTable("users") ? db.table("users") : db.createTable(EngineFixture.users());
      db.useSession(session -> {
        RowBuffer row = users.newRow();
        for (long id = 0; id < 100; id++) {
          session.submitUpsert(users, row.setLong("id", id), Durability.NONE).await();
        }
      });
      try (Session session = db.openSession();
          Scan scan = session.scan(users)) {
        assertThat(scan.next()).isTrue();
      }
      db.close();
      System.gc();
      allocated.add(Memory.allocatedBytes());
    }
    // What waits for the garbage collector differs from round to round; it does not add up.
    assertThat(allocated.getLast()).isLessThan(allocated.get(3) + (128 << 10));
  }
}
