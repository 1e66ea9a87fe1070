package org.basaltdb.core.error;

import java.io.Serial;

/// A table of that name exists already.
public final class TableExistsException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;

  /// States the failure.
  ///
  /// @param table the name of the table
  public TableExistsException(String table) {
    super(
        describe(
            "the table exists already",
            "'" + table + "'",
            "a name that is not taken",
            "this database",
            "choose another name, or drop the table first"),
        null);
    this.table = table;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }
}
