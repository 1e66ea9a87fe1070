package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The image of a page on disk is not the one that was written there. Rows of that page cannot be
/// read; all others can.
public final class CorruptPageException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final int page;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param file the page file
  /// @param offset where the image begins in it
  /// @param page number of the page in its partition
  /// @param found what is there
  /// @param expected what should be
  /// @param cause what led to it, or null
  public CorruptPageException(
      String file,
      long offset,
      int page,
      String found,
      String expected,
      @Nullable Throwable cause) {
    super(
        describe(
            "page " + page + " is corrupt on disk",
            found,
            expected,
            file + " at offset " + offset,
            "restore the database from a backup; keep a copy of the file for analysis"),
        cause);
    this.file = file;
    this.offset = offset;
    this.page = page;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the page file.
  public String file() {
    return file;
  }

  /// Returns where the image begins in it.
  public long offset() {
    return offset;
  }

  /// Returns the number of the page in its partition.
  public int page() {
    return page;
  }

  /// Returns what is there.
  public String found() {
    return found;
  }

  /// Returns what should be.
  public String expected() {
    return expected;
  }
}
