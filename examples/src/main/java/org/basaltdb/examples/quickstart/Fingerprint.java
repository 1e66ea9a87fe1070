package org.basaltdb.examples.quickstart;

import java.util.Locale;
import java.util.Objects;
import org.basaltdb.core.Scan;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.Column;

/// The content of a table in two numbers: how many rows, and a sum over the hashes of all of them,
/// which does not depend on their order.
///
/// @param rows how many a full scan found
/// @param sum of the rows' hashes
record Fingerprint(long rows, long sum) {
  /// Reads every row.
  static Fingerprint of(Session session, Table table) {
    long rows = 0;
    long sum = 0;
    try (Scan scan = session.scan(table)) {
      while (scan.next()) {
        rows++;
        sum += hash(scan.row());
      }
    }
    return new Fingerprint(rows, sum);
  }

  private static long hash(RowView row) {
    long hash = 0;
    for (Column column : row.schema().columns()) {
      long value = row.isNull(column.ordinal()) ? -1 : valueHash(row, column);
      hash = (hash ^ value) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return hash;
  }

  private static long valueHash(RowView row, Column column) {
    int ordinal = column.ordinal();
    return switch (column.type()) {
      case BOOLEAN -> row.getBoolean(ordinal) ? 1 : 0;
      case INT -> row.getInt(ordinal);
      case BIGINT -> row.getLong(ordinal);
      case DOUBLE -> Double.doubleToLongBits(row.getDouble(ordinal));
      case VARCHAR -> Objects.hashCode(row.getString(ordinal));
      case TIMESTAMP -> Objects.hashCode(row.getTimestamp(ordinal));
      case DECIMAL -> Objects.hashCode(row.getDecimal(ordinal));
      default -> throw new AssertionError("no table of the quickstart has a " + column.type());
    };
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,d rows, content %016x", rows, sum);
  }
}
