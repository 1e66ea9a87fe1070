package org.basaltdb.core.error;

import java.io.Serial;

/// A column that holds NULL was read through a getter that returns a primitive. Ask `isNull` first.
public final class NullReadException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  public NullReadException(String table, String column) {
    super(
        describe(
            "column '" + column + "' is NULL in this row",
            "NULL",
            "a value",
            "table '" + table + "'",
            "ask isNull before a getter that returns a primitive"),
        null);
    this.table = table;
    this.column = column;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }
}
