package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The log is damaged before its end: records that were acknowledged would be lost if it were cut
/// there, so it is not opened.
public final class CorruptLogException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param file the log segment
  /// @param offset the byte in the file at which the damage was found
  /// @param found what stands there
  /// @param expected what should
  /// @param cause what led to it, or null
  public CorruptLogException(
      String file, long offset, String found, String expected, @Nullable Throwable cause) {
    super(
        describe(
            "the log is corrupt",
            found,
            expected,
            "file " + file + " at offset " + offset,
            "restore the file from a backup; keep a copy of it for analysis"),
        cause);
    this.file = file;
    this.offset = offset;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the log segment.
  public String file() {
    return file;
  }

  /// Returns the byte in the file at which the damage was found.
  public long offset() {
    return offset;
  }

  /// Returns what stands there.
  public String found() {
    return found;
  }

  /// Returns what should.
  public String expected() {
    return expected;
  }
}
