package org.basaltdb.stress.weaken;

import java.io.Serial;

/// A weakened variant no longer applies to the sources, or does not compile with them.
final class StaleWeakeningException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  StaleWeakeningException(String message) {
    super(message);
  }
}
