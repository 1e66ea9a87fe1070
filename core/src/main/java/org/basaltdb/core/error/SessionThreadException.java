package org.basaltdb.core.error;

import java.io.Serial;

/// A session, or what belongs to it, was used by a thread while another one owns it.
public final class SessionThreadException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String owner;
  private final String caller;

  /// States the failure.
  ///
  /// @param owner the name of the thread that owns the session
  /// @param caller the name of the thread that called
  public SessionThreadException(String owner, String caller) {
    super(
        describe(
            "a session belongs to one thread at a time",
            "a call by thread '" + caller + "'",
            "thread '" + owner + "'",
            "this session",
            "open a session for each thread, or borrow one with withSession"),
        null);
    this.owner = owner;
    this.caller = caller;
  }

  /// Returns the name of the thread that owns the session.
  public String owner() {
    return owner;
  }

  /// Returns the name of the thread that called.
  public String caller() {
    return caller;
  }
}
