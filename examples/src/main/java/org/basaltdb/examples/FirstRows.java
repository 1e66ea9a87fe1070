package org.basaltdb.examples;

import java.math.BigDecimal;
import java.nio.file.Path;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;

/// The smallest program: opens a database, creates a table, writes a row and reads it back. A
/// second run on the same directory finds the row of the first.
public final class FirstRows {
  private FirstRows() {}

  /// Writes a row and reads it.
  ///
  /// @param arguments the database's directory
  public static void main(String[] arguments) {
    try (Basalt database = Basalt.open(Path.of(arguments[0]));
        Session session = database.openSession()) {
      Table rocks =
          database.hasTable("rocks") ? database.table("rocks") : database.createTable(schema());

      RowBuffer row = rocks.newRow();
      row.setLong("id", 1)
          .setString("name", "basalt")
          .setDecimal("density", new BigDecimal("2.90"));
      boolean isNew = session.upsert(rocks, row);

      RowView view = rocks.newView();
      if (!session.get(rocks, 1, view)) {
        throw new AssertionError("the row that was written is not there");
      }
      System.out.println(
          view.getString("name")
              + ", "
              + view.getDecimal("density")
              + " g/cm3, "
              + (isNew ? "new" : "known"));
    }
  }

  private static TableSchema schema() {
    return TableSchema.builder("rocks")
        .column("id", ColumnType.BIGINT)
        .column("name", ColumnType.VARCHAR)
        .maxLength(40)
        .decimal("density", 4, 2)
        .primaryKey("id")
        .build();
  }
}
