package org.basaltdb.wal;

/// What a scan found at the end of a log that it accepts. A log it does not accept is a
/// [LogCorruptException].
public enum LogVerdict {
  /// The log ends with a whole record, and nothing of its last generation follows.
  CLEAN,

  /// Writes that were under way when the log was left survived in part. They were never
  /// acknowledged as durable; the log is cut before them.
  TORN_TAIL
}
