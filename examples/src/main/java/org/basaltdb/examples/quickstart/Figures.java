package org.basaltdb.examples.quickstart;

import static org.basaltdb.examples.quickstart.CheckFailedException.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.DatabaseStats;
import org.basaltdb.core.RowBatch;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.wal.Durability;

/// The figures at the end: rows, bytes, latencies, garbage, losses. For one thread.
final class Figures {
  private static final int BATCH_KEYS = 32;
  private static final double MOST_HEAP_BYTES_PER_OPERATION = 0.1;

  private final Basalt database;
  private final Session session;
  private final Path directory;
  private final Narrator narrator;

  Figures(Basalt database, Session session, Path directory, Narrator narrator) {
    this.database = database;
    this.session = session;
    this.directory = directory;
    this.narrator = narrator;
  }

  /// Measures and prints.
  ///
  /// @param routeIds the keys that are read
  /// @param bookingIds the keys that are written
  /// @param rowsLost as counted after recovery
  void print(long[] routeIds, int[] bookingIds, int rowsLost) throws IOException {
    List<Measurement> withoutSystemCalls =
        List.of(
            reads(routeIds),
            batches(routeIds),
            writes("upsert, NONE", bookingIds, Durability.NONE, 200_000),
            writes("upsert, INTERVAL", bookingIds, Durability.INTERVAL, 200_000));
    // With SYNC the thread makes system calls itself. The JDK makes objects for those until its
    // compiler finds them needless, which takes longer than this; so they are shown, not judged.
    Measurement withSystemCalls = writes("upsert, SYNC", bookingIds, Durability.SYNC, 20_000);
    database.sync();
    DatabaseStats stats = database.stats();
    narrator.say("");
    narrator.say("%s", Measurement.heading());
    for (Measurement measurement : withoutSystemCalls) {
      narrator.say("%s", measurement.line());
    }
    narrator.say("%s", withSystemCalls.line());
    narrator.say("");
    narrator.say("rows in memory              %,14d", stats.rowCount());
    narrator.say("bytes of native memory      %,14d", stats.memoryUsedBytes());
    narrator.say("bytes of log written        %,14d", stats.logTailLsn());
    narrator.say("bytes of files on disk      %,14d", fileBytes());
    narrator.say("rows lost                   %,14d", rowsLost);
    for (Measurement measurement : withoutSystemCalls) {
      check(
          measurement.allocatedBytesPerOperation() <= MOST_HEAP_BYTES_PER_OPERATION,
          "an operation allocates on the heap:\n" + measurement.line());
    }
  }

  private Measurement reads(long[] routeIds) {
    Table routes = database.table(Routes.TABLE);
    RowView route = routes.newView();
    return Measurement.of(
        "get",
        500_000,
        1_000_000,
        i ->
            check(
                session.get(routes, routeIds[scattered(i, routeIds.length)], route),
                "a route is missing"));
  }

  private Measurement batches(long[] routeIds) {
    RowBatch batch = database.table(Routes.TABLE).newBatch(BATCH_KEYS);
    return Measurement.of(
        "getAll of 32",
        20_000,
        50_000,
        i -> {
          batch.clear();
          for (int k = 0; k < BATCH_KEYS; k++) {
            batch.addKey(routeIds[scattered(i * BATCH_KEYS + k, routeIds.length)]);
          }
          check(session.getAll(batch) == BATCH_KEYS, "a route is missing");
        });
  }

  /// Writes bookings that are there already, with a new route.
  private Measurement writes(String name, int[] bookingIds, Durability durability, int count) {
    Table bookings = database.table(Bookings.TABLE);
    RowBuffer booking = bookings.newRow();
    Bookings.fill(booking, 1);
    return Measurement.of(
        name,
        count / 4,
        count,
        i -> {
          booking.setLong("id", bookingIds[scattered(i, bookingIds.length)]).setLong("route_id", i);
          session.upsert(bookings, booking, durability);
        });
  }

  /// A place below the limit, each as likely as any other (Fibonacci hashing).
  private static int scattered(int index, int limit) {
    return (int) ((((index * 0x9E3779B97F4A7C15L) >>> 32) * limit) >>> 32);
  }

  private long fileBytes() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
