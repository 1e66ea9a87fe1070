package org.basaltdb.stress.crash;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a subject found in a database after it opened it. Built by one thread.
final class Dump {
  /// A row that was found.
  record Row(long version, int checksum) {}

  /// A table that was found.
  ///
  /// @param incarnation the version of the operation that created it
  record FoundTable(long incarnation, Map<Long, Row> rows) {}

  private final Map<String, FoundTable> tables = new HashMap<>();

  FoundTable table(String name, long incarnation) {
    FoundTable table = new FoundTable(incarnation, new HashMap<>());
    tables.put(name, table);
    return table;
  }

  /// The table of that name, or null if it was not found.
  @Nullable FoundTable find(String name) {
    return tables.get(name);
  }

  Map<String, FoundTable> tables() {
    return tables;
  }

  /// The operations that left what was found, by version.
  Set<Long> versions() {
    Set<Long> versions = new HashSet<>();
    for (FoundTable table : tables.values()) {
      versions.add(table.incarnation());
      table.rows().values().forEach(row -> versions.add(row.version()));
    }
    return versions;
  }

  int rowCount() {
    return tables.values().stream().mapToInt(table -> table.rows().size()).sum();
  }
}
