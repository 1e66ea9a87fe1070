package org.basaltdb.core.error;

import java.io.Serial;

/// The thread was interrupted in a wait that gives up on interrupts. The interrupt flag is set
/// again; its page of the call says what became of the work.
public final class InterruptedWaitException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String what;
  private final String outcome;

  /// States the failure.
  ///
  /// @param what what was waited for
  /// @param outcome what became of the work
  public InterruptedWaitException(String what, String outcome) {
    super(
        describe(
            "interrupted while waiting for " + what,
            "an interrupt",
            "a wait without one",
            "thread '" + Thread.currentThread().getName() + "'",
            outcome),
        null);
    this.what = what;
    this.outcome = outcome;
  }

  /// Returns what was waited for.
  public String what() {
    return what;
  }

  /// Returns what became of the work.
  public String outcome() {
    return outcome;
  }
}
