package org.basaltdb.core.error;

import java.io.Serial;

/// A view was read that holds no row: nothing was read into it yet, or the last read found nothing.
public final class NoRowException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;

  /// States the failure.
  ///
  /// @param table the name of the table
  public NoRowException(String table) {
    super(
        describe(
            "the view holds no row",
            "no row",
            "a row read by get, getAll or a scan",
            "table '" + table + "'",
            "look at what the read returned before reading the view"),
        null);
    this.table = table;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }
}
