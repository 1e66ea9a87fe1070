package org.basaltdb.wal;

import java.io.Serial;
import org.basaltdb.offheap.file.FileErrorException;
import org.jspecify.annotations.Nullable;

/// No further segment of the log could be made, as a rule because the disk is full. Nothing was
/// lost and nothing is damaged: the log is complete up to here, and goes on by itself when there is
/// space. Or the log is as long as it may be, and what would let go of some of it fails.
public final class LogFullException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  private final long limitBytes;

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
    this.limitBytes = 0;
  }

  private LogFullException(long limitBytes, String message, Throwable cause) {
    super(message, cause);
    this.limitBytes = limitBytes;
  }

  /// The log is as long as it may be.
  static LogFullException ofLimit(String where, long limitBytes, Throwable cause) {
    return new LogFullException(
        limitBytes,
        "the log is as long as it may be; found "
            + FileErrorException.brief(cause)
            + "; expected at most "
            + limitBytes
            + " bytes of log, of which some is let go when more is needed; "
            + where
            + "; see to what keeps it from being let go: writing resumes when that is done",
        cause);
  }

  /// How long the log may be, if that is what stops it; else 0.
  public long limitBytes() {
    return limitBytes;
  }
}
