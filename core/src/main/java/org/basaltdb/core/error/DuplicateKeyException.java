package org.basaltdb.core.error;

import java.io.Serial;

/// A row with the same primary key is already in the table, so the insert was refused.
public final class DuplicateKeyException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String key;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param key the key as text
  public DuplicateKeyException(String table, String key) {
    super(
        describe(
            "duplicate key",
            "a row with key " + key,
            "no row with that key",
            "table '" + table + "'",
            "use upsert to replace the row, or update to change it"),
        null);
    this.table = table;
    this.key = key;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the key as text.
  public String key() {
    return key;
  }
}
