package org.basaltdb.examples;

import java.nio.file.Path;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.WriterIdle;
import org.basaltdb.core.WriterMode;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;

/// A program whose rows are written by threads of their own, which idle in every way there is.
final class DedicatedRows {
  private DedicatedRows() {}

  /// Writes rows and reads them.
  ///
  /// @param arguments the directory for the databases
  public static void main(String[] arguments) throws InterruptedException {
    for (WriterIdle idle : WriterIdle.values()) {
      Options options = Options.builder().writerMode(WriterMode.DEDICATED).writerIdle(idle).build();
      try (Basalt database = Basalt.open(Path.of(arguments[0]).resolve(idle.name()), options);
          Session session = database.openSession()) {
        Table rocks =
            database.createTable(
                TableSchema.builder("rocks")
                    .column("id", ColumnType.BIGINT)
                    .primaryKey("id")
                    .build());
        RowBuffer row = rocks.newRow();
        RowView view = rocks.newView();
        for (long id = 0; id < 100; id++) {
          session.insert(rocks, row.setLong("id", id));
          session.submitDelete(rocks, id - 10).await();
          if (!session.get(rocks, id, view)) {
            throw new AssertionError("row " + id + " is missing");
          }
        }
        Thread.sleep(20); // so that the writers come to idle
      }
    }
    System.out.println("written");
  }
}
