package org.basaltdb.wal;

import java.io.Serial;
import java.util.UUID;

/// The log belongs to another database.
public final class LogForeignException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final UUID found;
  private final UUID expected;

  LogForeignException(String file, UUID found, UUID expected) {
    super(
        "the log is another database's; found id "
            + found
            + "; expected id "
            + expected
            + "; in "
            + file
            + "; move the files of the log back to where they came from",
        null);
    this.file = file;
    this.found = found;
    this.expected = expected;
  }

  /// The file that says so.
  public String file() {
    return file;
  }

  /// The id of the database that the log is of.
  public UUID found() {
    return found;
  }

  /// The id of the database that was opened.
  public UUID expected() {
    return expected;
  }
}
