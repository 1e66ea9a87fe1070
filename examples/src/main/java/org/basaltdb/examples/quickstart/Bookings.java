package org.basaltdb.examples.quickstart;

import static org.basaltdb.examples.quickstart.Mixing.mix;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;

/// The table of bookings, whose rows follow from their ids: whoever finds one can tell whether it
/// is what was written.
final class Bookings {
  static final String TABLE = "bookings";

  private static final String[] NAMES = {
    "Amelia",
    "Bessie",
    "Charles",
    "Dolores",
    "Elly",
    "Fatima",
    "Geraldine",
    "Hélène",
    "Igor",
    "Jacqueline",
    "Kōsuke",
    "Louis"
  };

  private Bookings() {}

  static TableSchema schema() {
    return TableSchema.builder(TABLE)
        .column("id", ColumnType.BIGINT)
        .column("route_id", ColumnType.BIGINT)
        .column("passenger", ColumnType.VARCHAR)
        .maxLength(60)
        .decimal("price", 8, 2)
        .column("departure", ColumnType.DATE)
        .column("booked_at", ColumnType.TIMESTAMP)
        .column("reference", ColumnType.UUID)
        .column("paid", ColumnType.BOOLEAN)
        .primaryKey("id")
        .expectedRowBytes(80)
        .build();
  }

  /// Fills the row with that id.
  static void fill(RowBuffer row, long id) {
    row.clear()
        .setLong("id", id)
        .setLong("route_id", routeOf(id))
        .setString("passenger", passengerOf(id))
        .setDecimal("price", BigDecimal.valueOf(centsOf(id), 2))
        .setDate("departure", departureOf(id))
        .setTimestamp("booked_at", bookedAtOf(id))
        .setUuid("reference", referenceOf(id))
        .setBoolean("paid", paidOf(id));
  }

  /// Whether every column of the row is what [#fill] gave it.
  static boolean matches(RowView row, long id) {
    return row.getLong("id") == id
        && row.getLong("route_id") == routeOf(id)
        && passengerOf(id).equals(row.getString("passenger"))
        && row.getUnscaled("price") == centsOf(id)
        && departureOf(id).equals(row.getDate("departure"))
        && bookedAtOf(id).equals(row.getTimestamp("booked_at"))
        && referenceOf(id).equals(row.getUuid("reference"))
        && row.getBoolean("paid") == paidOf(id);
  }

  private static long routeOf(long id) {
    return 1 + Long.remainderUnsigned(mix(id), Routes.COUNT);
  }

  private static String passengerOf(long id) {
    String name = NAMES[(int) Long.remainderUnsigned(mix(id + 1), NAMES.length)];
    return name + " " + id;
  }

  private static long centsOf(long id) {
    return 1_000 + Long.remainderUnsigned(mix(id + 2), 200_000);
  }

  private static LocalDate departureOf(long id) {
    return LocalDate.of(2030, 1, 1).plusDays(Long.remainderUnsigned(mix(id + 3), 365));
  }

  private static Instant bookedAtOf(long id) {
    return Instant.ofEpochSecond(1_800_000_000L, id * 1_000);
  }

  private static UUID referenceOf(long id) {
    return new UUID(mix(id + 4), mix(id + 5));
  }

  private static boolean paidOf(long id) {
    return (mix(id + 6) & 1) == 0;
  }
}
