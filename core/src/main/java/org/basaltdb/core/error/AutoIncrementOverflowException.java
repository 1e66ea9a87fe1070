package org.basaltdb.core.error;

import java.io.Serial;

/// The auto-increment column has handed out its last number.
public final class AutoIncrementOverflowException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final long largest;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param largest the largest number that the column can hold
  public AutoIncrementOverflowException(String table, String column, long largest) {
    super(
        describe(
            "no number left for auto-increment column '" + column + "'",
            "a counter at " + largest,
            "a number below it",
            "table '" + table + "'",
            "set the key explicitly, or move the rows to a table with a BIGINT key"),
        null);
    this.table = table;
    this.column = column;
    this.largest = largest;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns the largest number that the column can hold.
  public long largest() {
    return largest;
  }
}
