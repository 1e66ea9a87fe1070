package org.basaltdb.core.error;

import java.io.Serial;

/// The row is larger than a row may be, even with its large values moved out of the page.
public final class RowTooLargeException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final long rowBytes;
  private final long maxBytes;
  private final String remedy;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param rowBytes the bytes that the row needs
  /// @param maxBytes the most that there may be
  /// @param remedy what to do
  public RowTooLargeException(String table, long rowBytes, long maxBytes, String remedy) {
    super(
        describe(
            "row too large",
            rowBytes + " bytes",
            "at most " + maxBytes + " bytes",
            "table '" + table + "'",
            remedy),
        null);
    this.table = table;
    this.rowBytes = rowBytes;
    this.maxBytes = maxBytes;
    this.remedy = remedy;
  }

  /// The row is larger than any row may be.
  ///
  /// @param table the name of the table
  /// @param rowBytes the bytes that the row needs
  /// @param maxBytes the most that there may be
  public static RowTooLargeException ofAnyRow(String table, long rowBytes, long maxBytes) {
    return new RowTooLargeException(
        table, rowBytes, maxBytes, "store less in one row, or spread it over several");
  }

  /// The row is larger than the log of this database takes.
  ///
  /// @param table the name of the table
  /// @param rowBytes the bytes that the row needs
  /// @param maxBytes the most that there may be
  public static RowTooLargeException ofLog(String table, long rowBytes, long maxBytes) {
    return new RowTooLargeException(
        table,
        rowBytes,
        maxBytes,
        "store less in one row, or open the database with larger logBufferBytes: half of it is the"
            + " longest row");
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the bytes that the row needs.
  public long rowBytes() {
    return rowBytes;
  }

  /// Returns what to do.
  public String remedy() {
    return remedy;
  }

  /// Returns the most that there may be.
  public long maxBytes() {
    return maxBytes;
  }
}
