package org.basaltdb.wal;

import java.io.Serial;

/// The log was written by a newer version of the engine.
public final class LogFormatException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  private final String where;
  private final long found;
  private final long newestKnown;

  LogFormatException(String what, long found, long newestKnown, String file, long offset) {
    super(
        "the log is of a newer format; found "
            + what
            + " "
            + found
            + "; expected at most "
            + newestKnown
            + "; in "
            + file
            + " at offset "
            + offset
            + "; open it with the version that wrote it, or a newer one",
        null);
    this.where = what + " in " + file + " at offset " + offset;
    this.found = found;
    this.newestKnown = newestKnown;
  }

  /// What is newer, in which file, and where in it.
  public String where() {
    return where;
  }

  /// The version found.
  public long found() {
    return found;
  }

  /// The newest version that this release knows.
  public long newestKnown() {
    return newestKnown;
  }
}
