package org.basaltdb.core.error;

import java.io.Serial;

/// A key that cannot be one: zero bytes long, or with columns that were not set.
public final class InvalidKeyException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param found what is wrong with the key
  /// @param expected what a key of this table is
  public InvalidKeyException(String table, String found, String expected) {
    super(
        describe(
            "invalid key",
            found,
            expected,
            "table '" + table + "'",
            "set every key column, and give at least one byte"),
        null);
    this.table = table;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns what is wrong with the key.
  public String found() {
    return found;
  }

  /// Returns what a key of this table is.
  public String expected() {
    return expected;
  }
}
