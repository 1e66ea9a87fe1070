package org.basaltdb.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.junit.jupiter.api.Test;

class BoardingPassesTest {
  private static final long ID = 42;

  @Test
  void aRowIsToldFromEveryOther() {
    try (Basalt database = Basalt.openInMemory();
        Session session = database.openSession()) {
      Table table = database.createTable(BoardingPasses.schema());
      RowBuffer row = table.newRow();
      RowView view = table.newView();
      BoardingPasses passes = new BoardingPasses();

      passes.fill(row, ID, 1);
      session.insert(table, row);
      session.get(table, ID, view);
      assertThat(passes.matches(view, ID, 1)).isTrue();
      assertThat(passes.matches(view, ID, 0)).isFalse();
      assertThat(passes.matches(view, ID + 1, 1)).isFalse();

      byte[] scan = Objects.requireNonNull(view.getBytes("scan"));
      for (int i = 0; i < scan.length; i++) {
        scan[i] ^= 0x10;
        session.update(table, row.clear().setLong("id", ID).setBytes("scan", scan));
        session.get(table, ID, view);
        assertThat(passes.matches(view, ID, 1)).as("byte %d is another", i).isFalse();
        scan[i] ^= 0x10;
      }
    }
  }
}
