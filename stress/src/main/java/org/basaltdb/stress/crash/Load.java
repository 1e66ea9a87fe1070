package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Table;
import org.basaltdb.wal.Durability;

/// What the writers of a subject have in common: the database, the numbering of operations, the
/// tables.
final class Load {
  private final Basalt database;
  private final Announcer announcer;
  private final LoadTable.Mixture mixture;
  private final AtomicLong lastVersion;
  private final boolean promiseBroken;
  private final Map<LoadTable, KnownTable> shared = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closing;

  /// @param firstVersion above all versions that were ever used on this database
  /// @param promiseBroken whether rows are written with NONE whatever is announced
  Load(
      Basalt database,
      Announcer announcer,
      LoadTable.Mixture mixture,
      long firstVersion,
      boolean promiseBroken) {
    this.promiseBroken = promiseBroken;
    this.database = database;
    this.announcer = announcer;
    this.mixture = mixture;
    this.lastVersion = new AtomicLong(firstVersion);
  }

  /// Creates the tables that are missing and starts the writers.
  ///
  /// @param found what an inspection found
  void start(List<KnownTable> found, int threadCount, SplittableRandom random) {
    Map<String, KnownTable> byName = new HashMap<>();
    found.forEach(table -> byName.put(table.name(), table));
    for (LoadTable table : LoadTable.values()) {
      KnownTable known = byName.remove(table.name());
      shared.put(table, known != null ? known : create(table.name(), table.shape()));
    }
    announcer.say(Message.LOADING);
    for (int i = 0; i < threadCount; i++) {
      Writer writer = new Writer(this, i, threadCount, random.split(), byName.values());
      threads.add(Thread.ofPlatform().name("writer-" + i).start(writer));
    }
  }

  /// Creates a table; returns when that is acknowledged.
  KnownTable create(String name, Shape shape) {
    long version = nextVersion();
    announcer.say(Message.BEGIN_TABLE, version, 0, name);
    Table table = database.createTable(shape.schema(name, version));
    announcer.say(Message.ACK, version);
    return KnownTable.of(table);
  }

  /// Drops a table; returns when that is acknowledged.
  void drop(String name) {
    long version = nextVersion();
    announcer.say(Message.BEGIN_TABLE, version, 1, name);
    database.dropTable(name);
    announcer.say(Message.ACK, version);
    if (database.hasTable(name)) {
      announcer.wrong(Fault.WRONG_ANSWER, name + " is there after it was dropped");
    }
  }

  /// Closes the database under the writers, and waits for them to notice.
  void close() throws InterruptedException {
    closing = true;
    database.close();
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /// Whether the database is being closed, so that writers are expected to be refused.
  boolean closing() {
    return closing;
  }

  Basalt database() {
    return database;
  }

  Announcer announcer() {
    return announcer;
  }

  LoadTable.Mixture mixture() {
    return mixture;
  }

  KnownTable table(LoadTable table) {
    return Objects.requireNonNull(shared.get(table), table.name());
  }

  /// The durability that a write asks the engine for.
  Durability asked(Durability announced) {
    return promiseBroken ? Durability.NONE : announced;
  }

  /// The number of the next operation.
  long nextVersion() {
    return lastVersion.incrementAndGet();
  }
}
