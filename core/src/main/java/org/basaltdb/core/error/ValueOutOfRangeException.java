package org.basaltdb.core.error;

import java.io.Serial;

/// A value of the right type that the column cannot hold without loss: too many digits, or too far
/// away in time.
public final class ValueOutOfRangeException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param found the value
  /// @param expected the range that the column takes
  public ValueOutOfRangeException(String table, String column, String found, String expected) {
    super(
        describe(
            "value out of range for column '" + column + "'",
            found,
            expected,
            "table '" + table + "'",
            "round or limit the value, or declare the column wider"),
        null);
    this.table = table;
    this.column = column;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns the value.
  public String found() {
    return found;
  }

  /// Returns the range that the column takes.
  public String expected() {
    return expected;
  }
}
