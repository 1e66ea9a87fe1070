package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.basaltdb.core.error.PartitionFailedException;
import org.basaltdb.core.pages.PageAccess;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageWord;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A writer that fails in the middle of a change: its partition serves nobody any more, the others
/// go on, and the log makes it whole again.
@Tag("engine")
@Timeout(60)
class PartitionFailureTest {
  private static final int ROWS = 40;
  private static final int FAILED = 1;

  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  /// Leaves a page of the partition half changed.
  private static final class Disaster extends Command {
    private final Partition partition;

    Disaster(Partition partition) {
      this.partition = partition;
    }

    @Override
    protected int execute() {
      PageAccess pages = partition.memory().pages();
      int page = 0;
      while (PageWord.state(Memory.getLong(pages.wordBase() + 8L * page)) != PageWord.RESIDENT) {
        page++;
      }
      pages.beginChange(page);
      throw new IllegalStateException("a writer failed in mid-change");
    }
  }

  private static void fail(Basalt db) {
    Partition partition = db.engine().partitions().get(FAILED);
    Disaster disaster = new Disaster(partition);
    assertThat(partition.queue().run(disaster, 0)).isTrue();
    assertThat(disaster.failure()).isInstanceOf(PartitionFailedException.class);
  }

  private static int partitionOf(Table table, long id) {
    return table.entry().partitionOf(table.entry().hasher().hashWordOfLong(id));
  }

  private static void isRefused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(PartitionFailedException.class)
        .hasRootCauseMessage("a writer failed in mid-change")
        .hasMessageContaining("partition " + FAILED)
        .hasMessageContaining("reopen the database");
  }

  @ParameterizedTest
  @EnumSource
  void aFailedPartitionServesNobodyAndTheOthersGoOn(WriterMode mode) {
    Options options = EngineFixture.options(builder -> builder.writerMode(mode));
    Basalt db = fixture.open(options);
    Table users = db.createTable(EngineFixture.users());
    try (Session session = db.openSession()) {
      RowBuffer row = users.newRow().setInt("score", 0);
      for (long id = 0; id < ROWS; id++) {
        session.insert(users, row.setLong("id", id), Durability.NONE);
      }
      fail(db);
      RowView view = users.newView();
      for (long key = 0; key < ROWS; key++) {
        long id = key;
        if (partitionOf(users, id) == FAILED) {
          isRefused(() -> session.get(users, id, view));
          isRefused(() -> session.getAll(users.newBatch(1).addKey(id)));
          isRefused(() -> session.upsert(users, row.setLong("id", id).setInt("score", 1)));
          isRefused(() -> session.update(users, row.setLong("id", id).setInt("score", 1)));
          isRefused(() -> session.delete(users, id));
          isRefused(() -> session.submitDelete(users, id).await());
        } else {
          assertThat(session.get(users, id, view)).isTrue();
          session.upsert(users, row.setLong("id", id).setInt("score", 2));
          assertThat(session.get(users, id, view)).isTrue();
          assertThat(view.getInt("score")).isEqualTo(2);
        }
      }
      isRefused(() -> {
        try (Scan scan = session.scan(users)) {
          while (scan.next()) {
            assertThat(partitionOf(users, scan.row().getLong("id"))).isNotEqualTo(FAILED);
          }
        }
      });
      db.sync();
      assertThat(db.tables()).extracting(Table::name).isEqualTo(List.of("users"));
    }
    if (EngineFixture.MEMORY_ONLY) {
      return;
    }
    Basalt again = fixture.reopen(db, options);
    Table recovered = again.table("users");
    assertThat(recovered.rowCount()).isEqualTo(ROWS);
    RowView view = recovered.newView();
    again.useSession(session -> {
      for (long id = 0; id < ROWS; id++) {
        assertThat(session.get(recovered, id, view)).isTrue();
        assertThat(view.getInt("score")).isEqualTo(partitionOf(recovered, id) == FAILED ? 0 : 2);
        session.upsert(recovered, recovered.newRow().setLong("id", id), Durability.NONE);
      }
    });
  }
}
