package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The disk takes no more log, or no more pages, or the log is as long as it may be and no
/// checkpoint can be made: so nothing can be written. Reads go on, and writes resume by themselves
/// when there is room; or, if the message says so, after the database was opened again. Nothing was
/// changed.
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

  /// States that the log is as long as it may be, and no checkpoint can be made that would let go
  /// of some of it.
  ///
  /// @param limitBytes how long it may be
  /// @param found why not
  /// @param whatToDo about that
  /// @param cause what led to it
  public static ReadOnlyException ofLogLimit(
      long limitBytes, String found, String whatToDo, Throwable cause) {
    return new ReadOnlyException(
        "a log of " + limitBytes + " bytes, and no checkpoint: " + found,
        "a checkpoint that lets go of some of the log",
        "the directory of the database",
        whatToDo + "; writes resume with the next checkpoint",
        cause);
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
