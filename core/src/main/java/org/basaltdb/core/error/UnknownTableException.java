package org.basaltdb.core.error;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

/// There is no table of that name.
public final class UnknownTableException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String[] known;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param known the names of the tables that exist
  public UnknownTableException(String table, Collection<String> known) {
    this(
        describe(
            "unknown table",
            "'" + table + "'",
            "one of: " + list(known),
            "this database",
            "check the spelling, or create the table"),
        table,
        known);
  }

  /// The table was there and has been dropped since.
  ///
  /// @param table the name that it had
  /// @param id its id; a new table of the name has another
  /// @param known the names of the tables that exist
  public static UnknownTableException dropped(String table, int id, Collection<String> known) {
    return new UnknownTableException(
        describe(
            "the table was dropped",
            "table '" + table + "' of id " + id + ", which was dropped",
            "a table that exists",
            "this database, with tables: " + list(known),
            known.contains(table)
                ? "ask the database for the new table of that name"
                : "create the table again"),
        table,
        known);
  }

  private UnknownTableException(String message, String table, Collection<String> known) {
    super(message, null);
    this.table = table;
    this.known = known.toArray(new String[0]);
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the names of the tables that exist.
  public List<String> known() {
    return List.of(known);
  }
}
