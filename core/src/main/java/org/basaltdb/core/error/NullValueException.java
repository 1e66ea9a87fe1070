package org.basaltdb.core.error;

import java.io.Serial;

/// A column that is NOT NULL was given NULL, or no value at all, in a row to be written. Nothing
/// was sent to the table.
public final class NullValueException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final String found;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param found what was given, for instance `no value`
  public NullValueException(String table, String column, String found) {
    super(
        describe(
            "column '" + column + "' is NOT NULL",
            found,
            "a value",
            "table '" + table + "'",
            "set the column, or declare it nullable()"),
        null);
    this.table = table;
    this.column = column;
    this.found = found;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns what was given, for instance `no value`.
  public String found() {
    return found;
  }
}
