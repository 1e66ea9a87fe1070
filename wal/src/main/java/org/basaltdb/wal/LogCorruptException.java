package org.basaltdb.wal;

import java.io.Serial;

/// The log is damaged before its end: cutting it there would lose records that were on disk once,
/// so it is not opened, and no file was touched. What a [RecordVisitor] was given before is void.
public final class LogCorruptException extends LogException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String found;
  private final String expected;

  LogCorruptException(String file, long offset, String found, String expected) {
    super(
        "the log is corrupt; found "
            + found
            + "; expected "
            + expected
            + "; in "
            + file
            + " at offset "
            + offset
            + "; keep a copy of the files, then restore them from a backup",
        null);
    this.file = file;
    this.offset = offset;
    this.found = found;
    this.expected = expected;
  }

  /// The damaged file, or the directory in which one is missing.
  public String file() {
    return file;
  }

  /// The byte in the file at which the damage begins.
  public long offset() {
    return offset;
  }

  /// What stands there.
  public String found() {
    return found;
  }

  /// What should.
  public String expected() {
    return expected;
  }
}
