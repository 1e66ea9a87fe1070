package org.basaltdb.examples.quickstart;

import java.io.Serial;

/// Something the quickstart checked does not hold: it ends with a status other than 0.
final class CheckFailedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private CheckFailedException(String message) {
    super(message);
  }

  /// Goes on if the condition holds.
  ///
  /// @throws CheckFailedException if not
  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new CheckFailedException(otherwise);
    }
  }
}
