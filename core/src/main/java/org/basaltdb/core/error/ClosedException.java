package org.basaltdb.core.error;

import java.io.Serial;

/// Something was used after it was closed.
public final class ClosedException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String what;
  private final String closer;

  /// States the failure.
  ///
  /// @param what what was used, for instance `session 3`
  /// @param closer who closed it
  public ClosedException(String what, String closer) {
    super(
        describe(
            what + " is closed",
            "a call after close",
            "an open one",
            "closed by " + closer,
            "open a new one, and close it after its last use"),
        null);
    this.what = what;
    this.closer = closer;
  }

  /// Returns what was used, for instance `session 3`.
  public String what() {
    return what;
  }

  /// Returns who closed it.
  public String closer() {
    return closer;
  }
}
