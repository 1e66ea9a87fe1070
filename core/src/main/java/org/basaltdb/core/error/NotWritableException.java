package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The directory of a database cannot be created or written.
public final class NotWritableException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String directory;
  private final String found;

  /// States the failure.
  ///
  /// @param directory the path
  /// @param found why it cannot be written
  /// @param cause what led to it, or null
  public NotWritableException(String directory, String found, @Nullable Throwable cause) {
    super(
        describe(
            "the directory is not writable",
            found,
            "a directory that this process may create, write and sync files in",
            "directory " + directory,
            "change its owner or mode, or choose another directory"),
        cause);
    this.directory = directory;
    this.found = found;
  }

  /// Returns the path.
  public String directory() {
    return directory;
  }

  /// Returns why it cannot be written.
  public String found() {
    return found;
  }
}
