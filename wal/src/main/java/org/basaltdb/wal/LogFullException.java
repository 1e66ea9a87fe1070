package org.basaltdb.wal;

import java.io.Serial;
import org.basaltdb.offheap.file.FileErrorException;
import org.jspecify.annotations.Nullable;

/// No further segment of the log could be made, as a rule because the disk is full. Nothing was
/// lost and nothing is damaged: the log is complete up to here, and goes on by itself when there is
/// space.
public final class LogFullException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  LogFullException(String where, long segmentBytes, @Nullable Throwable cause) {
    super(
        "the log has no room; found "
            + (cause == null ? "no further segment" : FileErrorException.brief(cause))
            + "; expected "
            + segmentBytes
            + " free bytes for the next segment; "
            + where
            + "; free space on the disk: writing resumes without a restart",
        cause);
  }
}
