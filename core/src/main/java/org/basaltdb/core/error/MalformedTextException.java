package org.basaltdb.core.error;

import java.io.Serial;

/// Text that has no well-formed UTF-8: an unpaired surrogate in a `CharSequence`, or bytes that are
/// not UTF-8.
public final class MalformedTextException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final int position;
  private final String found;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param position the index of the first offending char or byte
  /// @param found what stands there
  public MalformedTextException(String table, String column, int position, String found) {
    super(
        describe(
            "malformed text for column '" + column + "'",
            found + " at position " + position,
            "well-formed text",
            "table '" + table + "'",
            "repair the text, or keep raw bytes in a VARBINARY column"),
        null);
    this.table = table;
    this.column = column;
    this.position = position;
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

  /// Returns the index of the first offending char or byte.
  public int position() {
    return position;
  }

  /// Returns what stands there.
  public String found() {
    return found;
  }
}
