package org.basaltdb.core.error;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

/// The options cannot open a database. All that is wrong with them is reported at once.
public final class InvalidOptionsException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String[] problems;

  /// States the failure.
  ///
  /// @param problems what is wrong, one sentence each
  public InvalidOptionsException(Collection<String> problems) {
    super(
        describe(
            "invalid options",
            problems.size() + " problem(s): " + number(problems),
            "none",
            "the options of open",
            "correct the options and open again"),
        null);
    this.problems = problems.toArray(new String[0]);
  }

  /// Returns what is wrong, one sentence each.
  public List<String> problems() {
    return List.of(problems);
  }
}
