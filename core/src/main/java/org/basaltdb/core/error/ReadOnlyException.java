package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The disk has no room for more log, so nothing can be written. Reads go on, and writes resume by
/// themselves when there is room. Nothing was changed.
public final class ReadOnlyException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String found;

  /// States the failure.
  ///
  /// @param found what the log met
  /// @param cause what led to it, or null
  public ReadOnlyException(String found, @Nullable Throwable cause) {
    super(
        describe(
            "the database is read-only for now",
            found,
            "room for the next log segment",
            "the directory of the log",
            "free space on its disk; writes resume without a restart"),
        cause);
    this.found = found;
  }

  /// Returns what the log met.
  public String found() {
    return found;
  }
}
