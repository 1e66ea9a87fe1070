package org.basaltdb.wal;

import java.io.Serial;
import org.basaltdb.offheap.file.FileErrorException;
import org.jspecify.annotations.Nullable;

/// A write or sync of the log failed. Final for this open log: after a failed sync the system may
/// hold the lost data for written, so it is never tried again, and nothing more is acknowledged.
/// What was acknowledged as durable before is on disk.
public final class LogFailedException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  LogFailedException(String what, String where, @Nullable Throwable cause) {
    super(
        what
            + "; found "
            + (cause == null ? "nothing more" : FileErrorException.brief(cause))
            + "; expected the log to reach the disk; "
            + where
            + "; close the database, see to the disk, and open it again: what was acknowledged as"
            + " durable is there",
        cause);
  }
}
