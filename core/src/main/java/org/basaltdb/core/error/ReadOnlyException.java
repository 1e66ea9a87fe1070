package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The disk takes no more log, or no more pages, so nothing can be written. Reads go on, and writes
/// resume by themselves when there is room; or, if the message says so, after the database was
/// opened again. Nothing was changed.
public final class ReadOnlyException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private static final String RESUME = "; writes resume without a restart";

  private final String found;

  /// States that the log has no room.
  ///
  /// @param found what the log met
  /// @param cause what led to it, or null
  public ReadOnlyException(String found, @Nullable Throwable cause) {
    this(
        found,
        "room for the next log segment",
        "the directory of the log",
        "free space on its disk" + RESUME,
        cause);
  }

  private ReadOnlyException(
      String found, String expected, String where, String whatToDo, @Nullable Throwable cause) {
    super(describe("the database is read-only for now", found, expected, where, whatToDo), cause);
    this.found = found;
  }

  /// States that pages cannot be written, of which too many have changed to go on.
  ///
  /// @param found what the page files met
  /// @param cause what led to it
  public static ReadOnlyException ofPages(String found, Throwable cause) {
    return new ReadOnlyException(
        found,
        "changed pages written, so that others fit into memory",
        "the directory of the database",
        "see to its disk, and free space on it" + RESUME,
        cause);
  }

  /// States that pages cannot be written any more until the database is opened again, and too many
  /// have changed to go on.
  ///
  /// @param found why not
  /// @param cause what led to it
  public static ReadOnlyException untilReopened(String found, Throwable cause) {
    return new ReadOnlyException(
        found,
        "changed pages written, so that others fit into memory",
        "the directory of the database",
        "see to its disk, then close and reopen the database; nothing that was acknowledged is"
            + " lost",
        cause);
  }

  /// Returns what the log or the page files met.
  public String found() {
    return found;
  }
}
