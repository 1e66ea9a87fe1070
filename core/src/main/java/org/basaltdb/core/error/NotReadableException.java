package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The files of a database cannot be read. Nothing was changed.
public final class NotReadableException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String directory;
  private final String found;

  /// States the failure.
  ///
  /// @param directory the path
  /// @param found why it cannot be read
  /// @param cause what led to it, or null
  public NotReadableException(String directory, String found, @Nullable Throwable cause) {
    super(
        describe(
            "the database is not readable",
            found,
            "files that this process can read",
            "directory " + directory,
            "see to the disk, and to the owner and mode of the files"),
        cause);
    this.directory = directory;
    this.found = found;
  }

  /// Returns the path.
  public String directory() {
    return directory;
  }

  /// Returns why it cannot be read.
  public String found() {
    return found;
  }
}
