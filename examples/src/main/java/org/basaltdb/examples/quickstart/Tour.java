package org.basaltdb.examples.quickstart;

import static org.basaltdb.examples.quickstart.CheckFailedException.check;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.RowBatch;
import org.basaltdb.core.Scan;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.examples.openflights.OpenFlightsReader;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// The steps of the quickstart, in order, on one directory. For one thread.
final class Tour {
  private static final int BATCH_ROUTES = 32;
  private static final int BOOKINGS_BEFORE_THE_KILL = 20_000;
  private static final Options OPTIONS = Options.builder().memoryBudgetBytes(512L << 20).build();

  /// Of the database that is larger than its memory, beside the files of the other one.
  private static final String LARGER = "larger-than-memory";

  private static final long POOL_BYTES = 16L << 20;
  private static final int READS = 250_000;

  /// The table by which a later run knows that this program made the database.
  private static final TableSchema MARK =
      TableSchema.builder("quickstart").column("note", ColumnType.VARCHAR).build();

  private final Path directory;
  private final Narrator narrator;
  private final long[] routeIds = new long[Routes.COUNT];

  Tour(Path directory, Narrator narrator) {
    this.directory = directory;
    this.narrator = narrator;
  }

  void run() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Fingerprints before;
    try (Basalt database = create();
        Session session = database.openSession()) {
      createTables(database);
      importFiles(database, session);
      lookUp(database, session);
      workOutDistances(database, session);
      before = Fingerprints.of(database, session);
    }
    reopen(before);
    BitSet acknowledged = kill();
    recover(before, acknowledged);
    new LargerThanMemory(directory.resolve(LARGER), narrator, POOL_BYTES, READS).run();
    narrator.say("");
    narrator.say(
        "All checks held. It took %.1f seconds.", (System.nanoTime() - begin) / 1_000_000_000.0);
  }

  private Basalt create() {
    narrator.step("A database in a directory");
    Basalt database = Basalt.open(directory, OPTIONS);
    narrator.say("Opened %s: it keeps its log there, and its rows in native memory.", directory);
    return database;
  }

  /// Makes the tables anew, in a database that has none yet or that an earlier run made. Somebody
  /// else's tables may have the same names, so no other is touched.
  void createTables(Basalt database) {
    narrator.step("Three tables");
    if (database.tables().isEmpty()) {
      database.createTable(MARK);
    }
    check(
        database.hasTable(MARK.name()),
        "the database in "
            + directory
            + " is not one that the quickstart made; found tables "
            + database.tables()
            + "; expected a new directory, or that of an earlier run; nothing was changed: choose"
            + " another directory");
    for (TableSchema schema : List.of(Airports.schema(), Routes.schema(), Bookings.schema())) {
      if (database.hasTable(schema.name())) {
        database.dropTable(schema.name());
        narrator.say("Dropped %s, which an earlier run had left.", schema.name());
      }
      database.createTable(schema);
      narrator.say("%s", describe(schema));
    }
  }

  private static String describe(TableSchema schema) {
    String types =
        schema.columns().stream()
            .map(column -> column.type().name())
            .distinct()
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        "%-9s key %s; %d columns: %s",
        schema.name(),
        schema.keyColumn(0).name(),
        schema.columns().size(),
        types);
  }

  private void importFiles(Basalt database, Session session) throws IOException {
    narrator.step("Import two files of OpenFlights");
    Table airports = database.table(Airports.TABLE);
    RowBuffer airport = airports.newRow();
    ProgressBar bar = narrator.bar(Airports.TABLE, Airports.COUNT);
    int count = 0;
    try (OpenFlightsReader file =
        OpenFlightsReader.open(OpenFlightsReader.AIRPORTS, Airports.FIELDS)) {
      for (List<@Nullable String> record = file.next(); record != null; record = file.next()) {
        Airports.fill(airport, record);
        session.insert(airports, airport, Durability.INTERVAL);
        bar.update(++count);
      }
    }
    bar.finish(count);
    check(count == Airports.COUNT, "the file of airports has " + count + " records");

    Table routes = database.table(Routes.TABLE);
    RowBuffer route = routes.newRow();
    bar = narrator.bar(Routes.TABLE, Routes.COUNT);
    count = 0;
    try (OpenFlightsReader file = OpenFlightsReader.open(OpenFlightsReader.ROUTES, Routes.FIELDS)) {
      for (List<@Nullable String> record = file.next(); record != null; record = file.next()) {
        Routes.fill(route, record);
        session.insert(routes, route, Durability.INTERVAL);
        routeIds[count] = session.lastGeneratedKey();
        bar.update(++count);
      }
    }
    bar.finish(count);
    check(count == Routes.COUNT, "the file of routes has " + count + " records");
    database.sync();
    narrator.say(
        "Written with INTERVAL (synced every 100 ms, not one by one), then sync(): all of it is on"
            + " disk.");
  }

  private void lookUp(Basalt database, Session session) {
    narrator.step("Look rows up by key");
    Table airports = database.table(Airports.TABLE);
    RowView airport = airports.newView();
    for (long id : new long[] {340, 3316, 2564}) {
      check(session.get(airports, id, airport), "airport " + id + " is missing");
      narrator.say(
          "get(%d): %s, %s; %.2f, %.2f; UTC%+.2f",
          id,
          airport.getString("name"),
          airport.getString("country"),
          airport.getDouble("latitude"),
          airport.getDouble("longitude"),
          airport.getDecimal("utc_offset"));
    }
    check(!session.get(airports, -1, airport), "there is an airport -1");
    narrator.say("get(-1): no such row");

    RowBatch batch = airports.newBatch(4);
    batch.addKey(507);
    batch.addKey(999_999);
    batch.addKey(3797);
    batch.addKey(3361);
    int found = session.getAll(batch);
    check(found == 3 && !batch.isPresent(1), "getAll of four keys, one unknown, found " + found);
    narrator.say(
        "getAll of four keys: %s, %s, %s, and one that does not exist",
        batch.view(0).getString("iata"),
        batch.view(2).getString("iata"),
        batch.view(3).getString("iata"));
  }

  private void workOutDistances(Basalt database, Session session) {
    narrator.step("Update rows: how long is each route?");
    Table airports = database.table(Airports.TABLE);
    Table routes = database.table(Routes.TABLE);
    RowBatch batch = routes.newBatch(BATCH_ROUTES);
    RowBatch ends = airports.newBatch(2 * BATCH_ROUTES);
    RowBuffer change = routes.newRow();
    ProgressBar bar = narrator.bar(Routes.TABLE, Routes.COUNT);
    int updated = 0;
    for (int from = 0; from < routeIds.length; from += BATCH_ROUTES) {
      batch.clear();
      for (int i = from; i < Math.min(from + BATCH_ROUTES, routeIds.length); i++) {
        batch.addKey(routeIds[i]);
      }
      check(session.getAll(batch) == batch.size(), "a route is missing");
      ends.clear();
      for (int i = 0; i < batch.size(); i++) {
        ends.addKey(airportId(batch.view(i), "origin_id"));
        ends.addKey(airportId(batch.view(i), "destination_id"));
      }
      session.getAll(ends);
      for (int i = 0; i < batch.size(); i++) {
        if (ends.isPresent(2 * i) && ends.isPresent(2 * i + 1)) {
          double distanceKm = Airports.distanceKm(ends.view(2 * i), ends.view(2 * i + 1));
          change
              .clear()
              .setLong("id", batch.view(i).getLong("id"))
              .setDouble("distance_km", distanceKm);
          check(session.update(routes, change, Durability.INTERVAL), "a route is missing");
          updated++;
        }
      }
      bar.update(from);
    }
    bar.finish(Routes.COUNT);
    narrator.say(
        "%,d routes have a distance now; %,d have an airport that the file does not know.",
        updated, Routes.COUNT - updated);
    sumDistances(database, session);
    markVisited(database, session);
  }

  private static long airportId(RowView route, String column) {
    return route.isNull(column) ? -1 : route.getLong(column);
  }

  private void sumDistances(Basalt database, Session session) {
    double sumKm = 0;
    try (Scan scan = session.scan(database.table(Routes.TABLE))) {
      while (scan.next()) {
        RowView route = scan.row();
        sumKm += route.isNull("distance_km") ? 0 : route.getDouble("distance_km");
      }
    }
    narrator.say(
        "A full scan adds them up: %,.0f km, %,.0f times round the Earth.",
        sumKm, sumKm / Airports.EARTH_CIRCUMFERENCE_KM);
  }

  private void markVisited(Basalt database, Session session) {
    Table airports = database.table(Airports.TABLE);
    RowBuffer change = airports.newRow();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    change.setLong("id", 340).setTimestamp("visited", now);
    check(session.update(airports, change), "airport 340 is missing");
    RowView airport = airports.newView();
    check(
        session.get(airports, 340, airport)
            && now.equals(airport.getTimestamp("visited"))
            && "FRA".equals(airport.getString("iata")),
        "an update of one column does not read back");
    narrator.say(
        "An update changes the columns that are set and leaves the others: FRA is marked as"
            + " visited.");
  }

  private void reopen(Fingerprints before) {
    narrator.step("Close and reopen");
    long begin = System.nanoTime();
    try (Basalt database = Basalt.open(directory, OPTIONS);
        Session session = database.openSession()) {
      narrator.say("Recovered from the log in %s.", milliseconds(begin));
      before.checkSame(database, session);
      narrator.say("%s", before);
      narrator.say("Every row reads as before.");
    }
  }

  private BitSet kill() throws IOException, InterruptedException {
    narrator.step("Kill a process that writes, with kill -9");
    narrator.say(
        "Another process opens the same directory; %d threads write bookings with SYNC",
        BookingWriter.THREADS);
    narrator.say("and report each one that was acknowledged. In the middle of that it is killed.");
    ProgressBar bar = narrator.bar("bookings", BOOKINGS_BEFORE_THE_KILL);
    BitSet acknowledged = KilledWriter.run(directory, BOOKINGS_BEFORE_THE_KILL, bar);
    narrator.say("Killed after %,d acknowledged bookings.", acknowledged.cardinality());
    return acknowledged;
  }

  private void recover(Fingerprints before, BitSet acknowledged) throws IOException {
    narrator.step("Recover, and check every acknowledged row");
    long begin = System.nanoTime();
    try (Basalt database = Basalt.open(directory, OPTIONS);
        Session session = database.openSession()) {
      narrator.say("Recovered from the log in %s.", milliseconds(begin));
      before.checkSame(database, session);
      narrator.say("Airports and routes read as before the kill.");
      int lost = checkBookings(database, session, acknowledged);
      narrator.step("Measure");
      new Figures(database, session, directory, narrator)
          .print(routeIds, acknowledged.stream().toArray(), lost);
      check(lost == 0, lost + " acknowledged bookings are lost");
    }
  }

  /// How many acknowledged bookings are missing or differ from what was written.
  private int checkBookings(Basalt database, Session session, BitSet acknowledged) {
    Table bookings = database.table(Bookings.TABLE);
    RowView booking = bookings.newView();
    int lost = 0;
    for (int id = acknowledged.nextSetBit(0); id >= 0; id = acknowledged.nextSetBit(id + 1)) {
      if (!session.get(bookings, id, booking) || !Bookings.matches(booking, id)) {
        lost++;
      }
    }
    int unacknowledged = 0;
    try (Scan scan = session.scan(bookings)) {
      while (scan.next()) {
        long id = scan.row().getLong("id");
        check(Bookings.matches(scan.row(), id), "booking " + id + " is not as it was written");
        if (!acknowledged.get((int) id)) {
          unacknowledged++;
        }
      }
    }
    narrator.say(
        "Bookings: %,d acknowledged, %,d of them lost. %d more were written but not yet"
            + " acknowledged.",
        acknowledged.cardinality(), lost, unacknowledged);
    check(
        unacknowledged <= BookingWriter.THREADS,
        unacknowledged + " bookings are there that nobody was writing when the process was killed");
    return lost;
  }

  private static String milliseconds(long beginNanos) {
    return (System.nanoTime() - beginNanos) / 1_000_000 + " ms";
  }
}
