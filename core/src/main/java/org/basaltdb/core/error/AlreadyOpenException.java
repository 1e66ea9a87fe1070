package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The database is open already, in this process or another, perhaps under another path to the same
/// directory.
public final class AlreadyOpenException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String directory;
  private final String holder;

  /// States the failure.
  ///
  /// @param directory the path
  /// @param holder who has it open
  /// @param cause what led to it, or null
  public AlreadyOpenException(String directory, String holder, @Nullable Throwable cause) {
    super(
        describe(
            "the database is already open",
            "its lock held by " + holder,
            "no other holder",
            "directory " + directory,
            "close it there first, or share that instance"),
        cause);
    this.directory = directory;
    this.holder = holder;
  }

  /// Returns the path.
  public String directory() {
    return directory;
  }

  /// Returns who has it open.
  public String holder() {
    return holder;
  }
}
