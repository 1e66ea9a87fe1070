package org.basaltdb.wal;

import java.io.Serial;
import java.util.UUID;

/// The log belongs to another database.
public final class LogForeignException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

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
  }
}
