package org.basaltdb.core.error;

import java.io.Serial;

/// A row, key, view or batch that was made by one table was used with another.
public final class WrongTableException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String expectedTable;
  private final String foundTable;

  /// States the failure.
  ///
  /// @param expectedTable the table it was used with
  /// @param foundTable the table it was made by
  public WrongTableException(String expectedTable, String foundTable) {
    super(
        describe(
            "made by another table",
            "one of table '" + foundTable + "'",
            "one of table '" + expectedTable + "'",
            "table '" + expectedTable + "'",
            "make it with the table it is used with"),
        null);
    this.expectedTable = expectedTable;
    this.foundTable = foundTable;
  }

  /// Returns the table it was used with.
  public String expectedTable() {
    return expectedTable;
  }

  /// Returns the table it was made by.
  public String foundTable() {
    return foundTable;
  }
}
