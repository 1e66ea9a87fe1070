package org.basaltdb.core;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.checkpoint.Checkpointer;
import org.basaltdb.core.error.AlreadyOpenException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.InterruptedWaitException;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.error.TableExistsException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.recovery.DatabaseDirectory;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.NumaTopology;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.wal.LogException;
import org.basaltdb.wal.LogStats;

/// An open database: tables of typed rows, found by key, durable when they say so.
///
/// ```java
/// try (Basalt db = Basalt.open(Path.of("/data/shop"))) {
///   Table users =
///       db.createTable(
///           TableSchema.builder("users")
///               .column("id", ColumnType.BIGINT)
///               .column("name", ColumnType.VARCHAR)
///               .primaryKey("id")
///               .build());
///   try (Session session = db.openSession()) {
///     session.upsert(users, users.newRow().setLong("id", 7).setString("name", "Ada"));
///     RowView user = users.newView();
///     if (session.get(users, 7, user)) {
///       System.out.println(user.getString("name"));
///     }
///   }
/// }
/// ```
///
/// Thread rules: any thread, any method. Rows are read and written through a [Session], of which
/// each thread has its own.
public final class Basalt implements AutoCloseable {
  private final Engine engine;
  private final SessionPool pool;
  private final Map<Integer, Table> tables = new ConcurrentHashMap<>();
  private final AtomicInteger sessionNumbers = new AtomicInteger(1);

  private Basalt(Engine engine) {
    this.engine = engine;
    this.pool = new SessionPool(engine, engine.options().sessionPoolSize());
  }

  /// As [#open(Path, Options)] with all defaults.
  public static Basalt open(Path directory) {
    return open(directory, Options.defaults());
  }

  /// Opens the database of a directory, or creates one in a directory that is empty or not there
  /// yet. What was acknowledged as durable before is there, however the last run ended.
  ///
  /// @throws NotADatabaseException if something else is there
  /// @throws NotWritableException if the directory cannot be created or written
  /// @throws NotReadableException if its files cannot be read
  /// @throws AlreadyOpenException if it is open, here or in another process
  /// @throws NewerFormatException if a later release wrote it
  /// @throws CorruptManifestException if its manifest is damaged
  /// @throws CorruptLogException if its log is damaged in front of its end, or missing
  /// @throws InvalidOptionsException if the options name another number of partitions than it has
  /// @throws MemoryBudgetExceededException if its rows need more memory than the options allow
  public static Basalt open(Path directory, Options options) {
    return new Basalt(
        Engine.open(requireNonNull(directory, "directory"), requireNonNull(options, "options")));
  }

  /// As [#openInMemory(Options)] with all defaults.
  public static Basalt openInMemory() {
    return openInMemory(Options.defaults());
  }

  /// Opens an empty database that lives in memory only and is gone when it is closed. The same
  /// engine, with a log that keeps nothing: every durability is met at once.
  ///
  /// @throws MemoryBudgetExceededException if an empty database does not fit into the budget
  public static Basalt openInMemory(Options options) {
    return new Basalt(Engine.openInMemory(requireNonNull(options, "options")));
  }

  /// Creates a table; durable on return.
  ///
  /// @throws TableExistsException if the name is taken
  /// @throws MemoryBudgetExceededException if there is no memory for it; nothing changed then
  /// @throws ClosedException if the database is closed
  public Table createTable(TableSchema schema) {
    requireNonNull(schema, "schema");
    return tableOf(inside(() -> engine.catalog().create(schema)));
  }

  /// Drops a table with all its rows; durable on return. Waits for operations that are inside it;
  /// later ones throw [UnknownTableException].
  ///
  /// @throws UnknownTableException if there is none of that name
  /// @throws ClosedException if the database is closed
  public void dropTable(String name) {
    requireNonNull(name, "name");
    TableEntry dropped = inside(() -> engine.catalog().drop(name));
    tables.remove(dropped.id());
  }

  /// The table of that name.
  ///
  /// @throws UnknownTableException if there is none
  /// @throws ClosedException if the database is closed
  public Table table(String name) {
    requireNonNull(name, "name");
    engine.lifecycle().check();
    TableEntry entry = engine.catalog().find(name);
    if (entry == null) {
      throw new UnknownTableException(name, engine.catalog().names());
    }
    return tableOf(entry);
  }

  /// Whether there is a table of that name.
  ///
  /// @throws ClosedException if the database is closed
  public boolean hasTable(String name) {
    requireNonNull(name, "name");
    engine.lifecycle().check();
    return engine.catalog().find(name) != null;
  }

  /// All tables, in the order of their names.
  ///
  /// @throws ClosedException if the database is closed
  public List<Table> tables() {
    engine.lifecycle().check();
    return engine.catalog().tables().stream().map(this::tableOf).toList();
  }

  private Table tableOf(TableEntry entry) {
    return tables.computeIfAbsent(entry.id(), id -> new Table(engine, entry));
  }

  /// Opens a session for the calling thread, which closes it when it has done.
  ///
  /// @throws MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException if the database is closed
  public Session openSession() {
    engine.lifecycle().check();
    try {
      return new Session(engine, "session " + sessionNumbers.getAndIncrement(), false);
    } catch (BudgetExhaustedException e) {
      throw Failures.named(e);
    }
  }

  /// Lends a session to a function, for as long as it runs. Waits for one while as many as the
  /// options allow are lent. Within the function the thread that calls again gets the same session.
  /// What the function leaves open (scans, submitted writes) ends with it.
  ///
  /// @return what the function returns
  /// @throws InterruptedWaitException if the thread is interrupted while it waits for a session
  /// @throws ClosedException if the database is closed
  public <T> T withSession(Function<? super Session, ? extends T> work) {
    requireNonNull(work, "work");
    Session current = pool.current();
    if (current != null) {
      return work.apply(current);
    }
    Session session = pool.borrow();
    try {
      return work.apply(session);
    } finally {
      pool.giveBack(session);
    }
  }

  /// As [#withSession], for work without a result.
  public void useSession(Consumer<? super Session> work) {
    requireNonNull(work, "work");
    Session current = pool.current();
    if (current != null) {
      work.accept(current);
      return;
    }
    Session session = pool.borrow();
    try {
      work.accept(session);
    } finally {
      pool.giveBack(session);
    }
  }

  /// Makes everything durable that was acknowledged before the call, whatever durability it asked
  /// for.
  ///
  /// @throws org.basaltdb.core.error.DatabaseFailedException if the log failed
  /// @throws ClosedException if the database is closed
  public void sync() {
    inside(() -> {
      engine.log().flush();
      return Boolean.TRUE;
    });
  }

  /// Makes a checkpoint now: what the database holds is on disk as pages, and the log before the
  /// checkpoint before this one can go. Checkpoints are made by themselves when
  /// [Options.Builder#checkpointLogBytes] of log have gathered and, if the log is not short, on
  /// close. Writes go on meanwhile. Does nothing for a database that lives in memory only.
  ///
  /// @throws org.basaltdb.core.error.CheckpointFailedException if it could not be made; nothing is
  ///   lost
  /// @throws ClosedException if the database is closed
  public void checkpoint() {
    inside(() -> {
      Checkpointer checkpointer = engine.checkpointer();
      if (checkpointer != null) {
        checkpointer.checkpoint();
      }
      return Boolean.TRUE;
    });
  }

  /// What it runs on, and what of that is less than it could be.
  ///
  /// @throws ClosedException if the database is closed
  public EnvironmentReport environment() {
    engine.lifecycle().check();
    DatabaseDirectory directory = engine.directory();
    return new EnvironmentReport(
        Posix.available() ? EnvironmentReport.Mode.NATIVE : EnvironmentReport.Mode.PORTABLE,
        directory == null ? null : directory.path(),
        engine.partitions().size(),
        Runtime.getRuntime().availableProcessors(),
        NumaTopology.system().nodeCount(),
        engine.budget().limitBytes(),
        MemoryBudget.cgroupLimitBytes(),
        Degradations.list().stream()
            .map(degradation ->
                new EnvironmentReport.Degraded(
                    degradation.kind().name(), degradation.subject(), degradation.detail()))
            .toList());
  }

  /// Its figures.
  ///
  /// @throws ClosedException if the database is closed
  public DatabaseStats stats() {
    return inside(this::collectStats);
  }

  private DatabaseStats collectStats() {
    MemoryBudget budget = engine.budget();
    Map<String, Long> memory = new TreeMap<>();
    for (MemoryBudget.Owner owner : MemoryBudget.Owner.values()) {
      memory.put(owner.name(), budget.used(owner));
    }
    LogStats log = engine.log().stats();
    long commandCount = 0;
    int waitingCount = 0;
    for (Partition partition : engine.partitions()) {
      commandCount += partition.queue().performedCount();
      waitingCount += partition.queue().waitingCount();
    }
    List<Tier> tiers =
        engine.partitions().stream().map(Partition::tier).filter(Objects::nonNull).toList();
    Checkpointer checkpointer = engine.checkpointer();
    return new DatabaseStats(
        engine.catalog().tables().size(),
        engine.catalog().tables().stream().mapToLong(TableEntry::rowCount).sum(),
        budget.used(),
        budget.limitBytes(),
        memory,
        commandCount,
        waitingCount,
        log.tailLsn(),
        log.durableLsn(),
        log.appendedBytes(),
        log.writtenBytes(),
        log.syncCount(),
        log.liveSegmentCount(),
        log.fileBytes(),
        engine.replayedRecordCount(),
        checkpointer == null ? 0 : checkpointer.checkpointCount(),
        checkpointer == null ? 0 : checkpointer.writtenImageCount(),
        tiers.stream().mapToLong(tier -> tier.pages().residentCount()).sum(),
        tiers.stream().mapToLong(tier -> tier.cold().readCount()).sum(),
        tiers.stream().mapToLong(tier -> tier.pages().admittedCount()).sum(),
        tiers.stream().mapToLong(tier -> tier.pages().evictedCount()).sum());
  }

  private interface Work<T> {
    T run();
  }

  /// Does something without a session that a close has to wait for.
  private <T> T inside(Work<T> work) {
    long slot = engine.gate().acquireSlot();
    try {
      engine.gate().enter(slot);
      try {
        engine.lifecycle().check();
        return work.run();
      } catch (BudgetExhaustedException | LogException e) {
        throw Failures.named(e);
      } finally {
        engine.gate().exit(slot);
      }
    } finally {
      engine.gate().releaseSlot(slot);
    }
  }

  /// Closes the database: keeps new operations out, waits for those that are inside, carries out
  /// and makes durable whatever was submitted, and gives memory, files, threads and the lock back.
  /// A second close, also at the same time, waits for the first and does nothing else. An interrupt
  /// does not cut it short.
  ///
  /// @throws org.basaltdb.core.error.DatabaseFailedException if the log could not be written;
  ///   everything is given back all the same
  @Override
  public void close() {
    if (!engine.lifecycle().begin()) {
      engine.lifecycle().awaitEnd();
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      pool.close();
      engine.close();
    } finally {
      engine.lifecycle().end();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  Engine engine() {
    return engine;
  }

  @Override
  public String toString() {
    return engine.name();
  }
}
