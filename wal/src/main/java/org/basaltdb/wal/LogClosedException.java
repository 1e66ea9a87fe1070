package org.basaltdb.wal;

import java.io.Serial;

/// The log was used after it was closed.
public final class LogClosedException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  LogClosedException(String where) {
    super(
        "the log is closed; found a call after close; expected none; "
            + where
            + "; open the log again",
        null);
  }
}
