package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The database cannot go on: its log could not be written or synced. What was acknowledged is on
/// disk; open it again.
public final class DatabaseFailedException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String what;

  /// States the failure.
  ///
  /// @param what what failed
  /// @param cause what led to it, or null
  public DatabaseFailedException(String what, @Nullable Throwable cause) {
    super(
        describe(
            "the database has failed",
            what,
            "a log that can be written and synced",
            "this database",
            "see the cause, then close and reopen the database"),
        cause);
    this.what = what;
  }

  /// Returns what failed.
  public String what() {
    return what;
  }
}
