package org.basaltdb.core.error;

import java.io.Serial;

/// The array or segment that a value should be copied to is too small. Nothing was copied.
public final class TargetTooSmallException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String column;
  private final long targetBytes;
  private final long valueBytes;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param column the name of the column
  /// @param targetBytes the room in the target
  /// @param valueBytes the bytes of the value
  public TargetTooSmallException(String table, String column, long targetBytes, long valueBytes) {
    super(
        describe(
            "the target is too small for column '" + column + "'",
            "room for " + targetBytes + " bytes",
            "room for " + valueBytes + " bytes",
            "table '" + table + "'",
            "ask for the length first, and pass a larger target"),
        null);
    this.table = table;
    this.column = column;
    this.targetBytes = targetBytes;
    this.valueBytes = valueBytes;
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns the name of the column.
  public String column() {
    return column;
  }

  /// Returns the room in the target.
  public long targetBytes() {
    return targetBytes;
  }

  /// Returns the bytes of the value.
  public long valueBytes() {
    return valueBytes;
  }
}
