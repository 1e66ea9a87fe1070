package org.basaltdb.core.error;

import java.io.Serial;

/// A column was set, read or used as another type than its own, where the conversion could lose
/// something.
public final class TypeMismatchException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final String found;
  private final String expected;
  private final String remedy;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param found what was asked or passed, for instance `setInt`
  /// @param expected the type of the column as declared
  /// @param remedy the call to use instead
  public TypeMismatchException(
      String table, String column, String found, String expected, String remedy) {
    super(
        describe(
            "wrong type for column '" + column + "'",
            found,
            expected,
            "table '" + table + "'",
            remedy),
        null);
    this.table = table;
    this.column = column;
    this.found = found;
    this.expected = expected;
    this.remedy = remedy;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns what was asked or passed, for instance `setInt`.
  public String found() {
    return found;
  }

  /// Returns the type of the column as declared.
  public String expected() {
    return expected;
  }

  /// Returns the call to use instead.
  public String remedy() {
    return remedy;
  }
}
