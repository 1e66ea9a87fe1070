package org.basaltdb.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Table;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.junit.jupiter.api.Test;

class TourTest {
  private static Tour tour() {
    return new Tour(
        Path.of("somewhere"),
        new Narrator(new PrintStream(OutputStream.nullOutputStream()), false));
  }

  /// The tables of the tour have names that anybody's may have.
  @Test
  void dropsNoTableThatItDidNotMake() {
    try (Basalt database = Basalt.openInMemory()) {
      Table airports =
          database.createTable(
              TableSchema.builder("airports").column("code", ColumnType.VARCHAR).build());
      database.useSession(
          session -> session.insert(airports, airports.newRow().setString("code", "FRA")));
      assertThatThrownBy(() -> tour().createTables(database))
          .isInstanceOf(CheckFailedException.class)
          .hasMessageContaining("not one that the quickstart made")
          .hasMessageContaining("airports");
      assertThat(database.tables()).containsExactly(airports);
      assertThat(airports.rowCount()).isEqualTo(1);
    }
  }

  @Test
  void makesItsTablesAnew() {
    try (Basalt database = Basalt.openInMemory()) {
      tour().createTables(database);
      int first = database.table(Routes.TABLE).id();
      tour().createTables(database);
      assertThat(database.table(Routes.TABLE).id()).isGreaterThan(first);
      assertThat(database.tables()).hasSize(4);
    }
  }
}
