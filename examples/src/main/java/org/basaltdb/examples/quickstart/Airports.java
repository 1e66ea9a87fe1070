package org.basaltdb.examples.quickstart;

import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// The table of airports: its schema, and how a record of the file becomes a row.
final class Airports {
  static final String TABLE = "airports";

  /// Records in the file, and so rows in the table.
  static final int COUNT = 7_698;

  /// Fields of a record.
  static final int FIELDS = 14;

  /// The equator's length.
  static final double EARTH_CIRCUMFERENCE_KM = 40_075.0;

  private static final double EARTH_RADIUS_KM = 6_371.0;

  private Airports() {}

  /// The key is the number the file gives; columns without `nullable()` take no NULL.
  static TableSchema schema() {
    return TableSchema.builder(TABLE)
        .column("id", ColumnType.BIGINT)
        .column("name", ColumnType.VARCHAR)
        .maxLength(100)
        .column("city", ColumnType.VARCHAR)
        .maxLength(60)
        .nullable()
        .column("country", ColumnType.VARCHAR)
        .maxLength(60)
        .column("iata", ColumnType.VARCHAR)
        .maxLength(3)
        .nullable()
        .column("icao", ColumnType.VARCHAR)
        .maxLength(4)
        .nullable()
        .column("latitude", ColumnType.DOUBLE)
        .column("longitude", ColumnType.DOUBLE)
        .column("altitude_feet", ColumnType.INT)
        .decimal("utc_offset", 4, 2)
        .nullable()
        .column("dst", ColumnType.VARCHAR)
        .maxLength(1)
        .nullable()
        .column("zone", ColumnType.VARCHAR)
        .maxLength(40)
        .nullable()
        .column("source", ColumnType.VARCHAR)
        .maxLength(20)
        .column("visited", ColumnType.TIMESTAMP)
        .nullable()
        .primaryKey("id")
        .expectedRowBytes(130)
        .build();
  }

  /// Fills a row from a record of the file. Setting null makes a column NULL.
  static void fill(RowBuffer row, List<@Nullable String> record) {
    String city = present(record, 2);
    String offset = record.get(9);
    row.clear()
        .setLong("id", Long.parseLong(present(record, 0)))
        .setString("name", present(record, 1))
        .setString("city", city.isEmpty() ? null : city)
        .setString("country", present(record, 3))
        .setString("iata", record.get(4))
        .setString("icao", record.get(5))
        .setDouble("latitude", Double.parseDouble(present(record, 6)))
        .setDouble("longitude", Double.parseDouble(present(record, 7)))
        .setInt("altitude_feet", Integer.parseInt(present(record, 8)))
        .setDecimal("utc_offset", offset == null ? null : new BigDecimal(offset))
        .setString("dst", record.get(10))
        .setString("zone", record.get(11))
        .setString("source", present(record, 13));
  }

  /// The way between two airports along the surface of a sphere (the haversine formula).
  static double distanceKm(RowView from, RowView to) {
    double fromLatitude = Math.toRadians(from.getDouble("latitude"));
    double toLatitude = Math.toRadians(to.getDouble("latitude"));
    double byLatitude = Math.sin((toLatitude - fromLatitude) / 2);
    double byLongitude =
        Math.sin(Math.toRadians(to.getDouble("longitude") - from.getDouble("longitude")) / 2);
    double square =
        byLatitude * byLatitude
            + Math.cos(fromLatitude) * Math.cos(toLatitude) * byLongitude * byLongitude;
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(square)));
  }

  private static String present(List<@Nullable String> record, int field) {
    return Objects.requireNonNull(record.get(field), "field " + (field + 1) + " of an airport");
  }
}
