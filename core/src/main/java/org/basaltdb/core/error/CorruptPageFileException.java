package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The header of a file of pages is damaged, or the file ends within it. Nothing was changed.
public final class CorruptPageFileException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param file the page file
  /// @param offset the byte at which it was noticed
  /// @param found what stands there
  /// @param expected what should
  /// @param cause what led to it, or null
  public CorruptPageFileException(
      String file, long offset, String found, String expected, @Nullable Throwable cause) {
    super(
        describe(
            "a page file is corrupt",
            found,
            expected,
            file + " at offset " + offset,
            "restore the file from a backup; keep a copy of it for analysis"),
        cause);
    this.file = file;
    this.offset = offset;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the page file.
  public String file() {
    return file;
  }

  /// Returns the byte at which it was noticed.
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
