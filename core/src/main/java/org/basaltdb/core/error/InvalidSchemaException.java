package org.basaltdb.core.error;

import java.io.Serial;
import java.util.Collection;
import java.util.List;

/// The schema cannot be a table. All that is wrong with it is reported at once.
public final class InvalidSchemaException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String table;
  private final String[] problems;

  /// States the failure.
  ///
  /// @param table the name of the table
  /// @param problems what is wrong, one sentence each
  public InvalidSchemaException(String table, Collection<String> problems) {
    super(
        describe(
            "invalid schema",
            problems.size() + " problem(s): " + number(problems),
            "none",
            "table '" + table + "'",
            "correct the schema and build it again"),
        null);
    this.table = table;
    this.problems = problems.toArray(new String[0]);
  }

  /// Returns the name of the table.
  public String table() {
    return table;
  }

  /// Returns what is wrong, one sentence each.
  public List<String> problems() {
    return List.of(problems);
  }
}
