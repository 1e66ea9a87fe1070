package org.basaltdb.stress.crash;

import java.util.HashMap;
import java.util.Map;
import org.basaltdb.core.Table;

/// A table with the rows that the subject found or wrote in it. For one thread.
///
/// @param table the table
/// @param shape its kind
/// @param incarnation the version of the operation that created it
/// @param rows the versions of the halves of each row, by key
record KnownTable(Table table, Shape shape, long incarnation, Map<Long, Halves> rows) {
  /// The operations that wrote the halves of a row.
  record Halves(long versionA, long versionB) {}

  static KnownTable of(Table table) {
    return new KnownTable(
        table, Shape.of(table.schema()), Shape.incarnationOf(table.schema()), new HashMap<>());
  }

  String name() {
    return table.name();
  }
}
