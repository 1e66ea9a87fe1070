package org.basaltdb.core.error;

import java.io.Serial;

/// A file of pages belongs to another database or another partition: it was copied or renamed.
/// Nothing was changed.
public final class ForeignPageFileException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String file;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param file the page file
  /// @param found whose it is
  /// @param expected whose it should be
  public ForeignPageFileException(String file, String found, String expected) {
    super(
        describe(
            "a page file belongs elsewhere",
            found,
            expected,
            file,
            "put the database's own file back in its place"),
        null);
    this.file = file;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the page file.
  public String file() {
    return file;
  }

  /// Returns whose it is.
  public String found() {
    return found;
  }

  /// Returns whose it should be.
  public String expected() {
    return expected;
  }
}
