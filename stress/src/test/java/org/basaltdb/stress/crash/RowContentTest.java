package org.basaltdb.stress.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A row that is not as an operation left it is told from one that is.
class RowContentTest {
  private static final long KEY = 42;

  /// What is found in a row after it was written and then changed.
  private static String problemAfter(Shape shape, Consumer<RowBuffer> change) {
    try (Basalt database = Basalt.openInMemory();
        Session session = database.openSession()) {
      Table table = database.createTable(shape.schema("rows", 1));
      RowContent written = new RowContent();
      written.set(shape.contentKey(KEY), 5, 6);
      RowBuffer row = table.newRow();
      shape.setKey(row, KEY);
      written.fillHalfA(row);
      written.fillHalfB(row);
      session.insert(table, row);

      row.clear();
      shape.setKey(row, KEY);
      change.accept(row);
      session.update(table, row);

      RowView view = table.newView();
      if (shape == Shape.TEXT) {
        var key = table.newKey();
        shape.setKey(key, KEY);
        session.get(table, key, view);
      } else {
        session.get(table, KEY, view);
      }
      RowContent found = new RowContent();
      String problem = found.read(shape, view);
      if (problem == null) {
        assertThat(found.checksum()).isEqualTo(written.checksum());
        assertThat(found.version()).isEqualTo(6);
      }
      return String.valueOf(problem);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasWrittenIsWhole(Shape shape) {
    assertThat(problemAfter(shape, row -> {})).isEqualTo("null");
  }

  @ParameterizedTest
  @EnumSource
  void everyColumnIsLookedAt(Shape shape) {
    assertThat(problemAfter(shape, row -> row.setString("note", "x"))).contains("column note");
    assertThat(problemAfter(shape, row -> row.setDouble("ratio", 2))).contains("column ratio");
    assertThat(problemAfter(shape, row -> row.setBytes("payload", new byte[9])))
        .contains("column payload");
    assertThat(problemAfter(shape, row -> row.setEpochDay("due", 9))).contains("column due");
    assertThat(problemAfter(shape, row -> row.setUuid("reference", 1, 2)))
        .contains("column reference");
    assertThat(problemAfter(shape, row -> row.setInt("checksum", 1))).contains("column checksum");
  }

  @ParameterizedTest
  @EnumSource
  void halvesOfDifferentOperationsDoNotPass(Shape shape) {
    RowContent other = new RowContent();
    other.set(shape.contentKey(KEY), 7, 8);
    assertThat(problemAfter(shape, other::fillHalfA)).contains("column checksum");
  }
}
