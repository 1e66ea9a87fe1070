package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A checkpoint could not be made. Nothing is lost: the log keeps what it would have saved, and
/// grows until one succeeds.
public final class CheckpointFailedException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String database;
  private final String found;
  private final String whatToDo;

  /// States the failure.
  ///
  /// @param database whose it was
  /// @param found what went wrong
  /// @param whatToDo whether it is tried again, and what helps
  /// @param cause what led to it, or null
  public CheckpointFailedException(
      String database, String found, String whatToDo, @Nullable Throwable cause) {
    super(
        describe(
            "a checkpoint could not be made",
            found,
            "page images and checkpoint file written and synced",
            database,
            whatToDo),
        cause);
    this.database = database;
    this.found = found;
    this.whatToDo = whatToDo;
  }

  /// Returns whose it was.
  public String database() {
    return database;
  }

  /// Returns what went wrong.
  public String found() {
    return found;
  }

  /// Returns whether it is tried again, and what helps.
  public String whatToDo() {
    return whatToDo;
  }
}
