package org.basaltdb.core.error;

import java.io.Serial;

/// A value of variable length is longer than its column, or any value, may be.
public final class ValueTooLongException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final long foundBytes;
  private final long maxBytes;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param foundBytes the length of the value in bytes
  /// @param maxBytes the most bytes that the column takes
  public ValueTooLongException(String table, String column, long foundBytes, long maxBytes) {
    super(
        describe(
            "value too long for column '" + column + "'",
            foundBytes + " bytes",
            "at most " + maxBytes + " bytes",
            "table '" + table + "'",
            "shorten the value, or declare the column with a larger maxLength (16777216 bytes at"
                + " most)"),
        null);
    this.table = table;
    this.column = column;
    this.foundBytes = foundBytes;
    this.maxBytes = maxBytes;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns the length of the value in bytes.
  public long foundBytes() {
    return foundBytes;
  }

  /// Returns the most bytes that the column takes.
  public long maxBytes() {
    return maxBytes;
  }
}
