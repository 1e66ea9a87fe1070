package org.basaltdb.core.error;

import java.io.Serial;

/// The row is larger than a row may be, even with its large values moved out of the page.
public final class RowTooLargeException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final long rowBytes;
  private final long maxBytes;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param rowBytes the bytes that the row needs
  /// @param maxBytes the most that there may be
  public RowTooLargeException(String table, long rowBytes, long maxBytes) {
    super(
        describe(
            "row too large",
            rowBytes + " bytes",
            "at most " + maxBytes + " bytes",
            "table '" + table + "'",
            "store less in one row, or spread it over several"),
        null);
    this.table = table;
    this.rowBytes = rowBytes;
    this.maxBytes = maxBytes;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the bytes that the row needs.
  public long rowBytes() {
    return rowBytes;
  }

  /// Returns the most that there may be.
  public long maxBytes() {
    return maxBytes;
  }
}
