package org.basaltdb.wal;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The root of what a log refuses or fails with. The message reads: what; found; expected; where;
/// what to do.
public abstract sealed class LogException extends RuntimeException
    permits LogClosedException,
        LogCorruptException,
        LogFailedException,
        LogForeignException,
        LogFormatException,
        LogFullException {
  @Serial private static final long serialVersionUID = 1L;

  LogException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
