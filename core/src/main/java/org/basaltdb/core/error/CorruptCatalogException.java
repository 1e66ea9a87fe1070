package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A catalog record does not decode: the schema of a table is damaged.
public final class CorruptCatalogException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String where;
  private final long offset;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param where the record
  /// @param offset the byte in the record at which it was noticed
  /// @param found what stands there
  /// @param expected what should
  /// @param cause what led to it, or null
  public CorruptCatalogException(
      String where, long offset, String found, String expected, @Nullable Throwable cause) {
    super(
        describe(
            "the catalog is corrupt",
            found,
            expected,
            where + " at offset " + offset,
            "restore the database from a backup; keep a copy of it for analysis"),
        cause);
    this.where = where;
    this.offset = offset;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the record.
  public String where() {
    return where;
  }

  /// Returns the byte in the record at which it was noticed.
  public long offset() {
    return offset;
  }

  /// Returns what stands there.
  public String found() {
    return found;
  }

  /// Returns what should.
  public String expected() {
    return expected;
  }
}
