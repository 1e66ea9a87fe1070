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
    super(
        describe(
            "unknown table",
            "'" + table + "'",
            "one of: " + list(known),
            "this database",
            "check the spelling, or create the table"),
        null);
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
