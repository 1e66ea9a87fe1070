package org.basaltdb.core.error;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

/// The table has no such column, or the view was made without it.
public final class UnknownColumnException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final String[] known;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name or number that was asked for
  /// @param known the names of the columns there are
  public UnknownColumnException(String table, String column, Collection<String> known) {
    super(
        describe(
            "unknown column",
            "'" + column + "'",
            "one of: " + list(known),
            "table '" + table + "'",
            "check the spelling, or the columns that the view was made with"),
        null);
    this.table = table;
    this.column = column;
    this.known = known.toArray(new String[0]);
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name or number that was asked for.
  public String column() {
    return column;
  }

  /// Returns the names of the columns there are.
  public List<String> known() {
    return List.of(known);
  }
}
