package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The directory holds something, and it is no Basalt database.
public final class NotADatabaseException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String directory;
  private final String found;
  private final String expected;

  /// States the failure.
  ///
  /// @param directory the path
  /// @param found what stands there
  /// @param expected what a database has there
  /// @param cause what led to it, or null
  public NotADatabaseException(
      String directory, String found, String expected, @Nullable Throwable cause) {
    super(
        describe(
            "not a Basalt database",
            found,
            expected,
            "directory " + directory,
            "choose an empty or new directory, or the right one"),
        cause);
    this.directory = directory;
    this.found = found;
    this.expected = expected;
  }

  /// Returns the path.
  public String directory() {
    return directory;
  }

  /// Returns what stands there.
  public String found() {
    return found;
  }

  /// Returns what a database has there.
  public String expected() {
    return expected;
  }
}
