package org.basaltdb.core.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.basaltdb.core.error.CorruptCatalogException;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.TableExistsException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.partition.Loan;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.core.store.StateWriter;
import org.basaltdb.core.table.RestoredPages;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.RecordType;
import org.jspecify.annotations.Nullable;

/// The tables of a database. A change of it is a record in the log, published while all partitions
/// are borrowed, so that it has one place in the order of all writes, and durable before anybody
/// sees it.
///
/// - **CATALOG-4.** Who changes the catalog waits for no log space while he excludes others: the
///   cuts of a checkpoint are excluded too, and where the log is as long as it may be only a
///   checkpoint makes room (LOG-19). Nor for what steps aside when he gives partitions back.
///
/// Thread rules: look-ups by any thread, without a lock; changes by one thread at a time, which the
/// catalog sees to.
public final class Catalog {
  /// Ids have 24 bits, in the headers of pages.
  static final int MAX_TABLE_ID = (1 << 24) - 1;

  private static final byte[] NO_SCHEMA = {};
  private static final long READER_WAIT_NANOS = 50_000;

  private final List<Partition> partitions;
  private final Epochs epochs;
  private final CommitLog log;
  private final long hashSeed;
  private final ReentrantLock changes = new ReentrantLock();

  /// Replaced whole by every change; never changed. By name, in the order of names.
  private volatile Map<String, TableEntry> byName = Map.of();

  /// As above, by id.
  private volatile Map<Integer, TableEntry> byId = Map.of();

  private int lastTableId;

  /// A table whose creation was logged and may never be durable, because the log failed.
  private @Nullable TableEntry doubtful;

  /// An empty catalog.
  ///
  /// @param partitions of the database, in ascending order; complete before the first table is made
  public Catalog(List<Partition> partitions, Epochs epochs, CommitLog log, long hashSeed) {
    this.partitions = partitions;
    this.epochs = epochs;
    this.log = log;
    this.hashSeed = hashSeed;
  }

  /// The table of that name, or null.
  public @Nullable TableEntry find(String name) {
    return byName.get(name);
  }

  /// The table with that id, or null.
  public @Nullable TableEntry find(int id) {
    return byId.get(id);
  }

  /// All tables, in the order of their names.
  public Collection<TableEntry> tables() {
    return byName.values();
  }

  /// What each table has in a partition.
  public List<TablePartition> tablesOf(int partition) {
    return tables().stream().map(entry -> entry.partitions()[partition]).toList();
  }

  /// The names of all tables, in order.
  public Collection<String> names() {
    return byName.keySet();
  }

  /// Creates a table; durable on return.
  ///
  /// @throws TableExistsException if the name is taken
  /// @throws InvalidSchemaException if there were as many tables as there are ids
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing
  ///   changed
  /// @throws org.basaltdb.wal.LogException if the log does not take or keep the record
  public TableEntry create(TableSchema schema) {
    byte[] image = schema.serialise();
    while (true) {
      TableEntry made = tryCreate(schema, image);
      if (made != null) {
        return made;
      }
      log.awaitSpace(CatalogRecordLayout.payloadBytes(image));
    }
  }

  /// CATALOG-4: nothing is held while the log makes room, for a checkpoint that makes it excludes
  /// changes.
  ///
  /// @return null if the log has no room now; nothing has changed then
  private @Nullable TableEntry tryCreate(TableSchema schema, byte[] image) {
    changes.lock();
    try {
      if (byName.containsKey(schema.name())) {
        throw new TableExistsException(schema.name());
      }
      int id = nextTableId(schema);
      checkLoggable(schema, image);
      Creation creation = new Creation(id, schema);
      long lsn = logged(CatalogRecordLayout.CREATE_TABLE, id, image, creation);
      if (lsn == CommitLog.NO_SPACE) {
        return null;
      }
      lastTableId = id;
      TableEntry entry = creation.entry();
      doubtful = entry;
      log.awaitDurable(lsn);
      doubtful = null;
      publish(entry);
      return entry;
    } finally {
      changes.unlock();
    }
  }

  private int nextTableId(TableSchema schema) {
    if (lastTableId == MAX_TABLE_ID) {
      throw new InvalidSchemaException(
          schema.name(),
          List.of(
              "no table id is left: " + MAX_TABLE_ID + " tables were created in this database"));
    }
    return lastTableId + 1;
  }

  private void checkLoggable(TableSchema schema, byte[] image) {
    int payloadBytes = CatalogRecordLayout.payloadBytes(image);
    if (payloadBytes > log.maxPayloadBytes()) {
      throw new InvalidSchemaException(
          schema.name(),
          List.of(
              "the schema takes "
                  + payloadBytes
                  + " bytes of log, expected at most "
                  + log.maxPayloadBytes()
                  + ", half of logBufferBytes"));
    }
  }

  /// Drops a table; durable on return, and its memory given back.
  ///
  /// @return what was dropped
  /// @throws UnknownTableException if there is none of that name
  /// @throws org.basaltdb.wal.LogException if the log does not take or keep the record
  public TableEntry drop(String name) {
    while (true) {
      TableEntry dropped = tryDrop(name);
      if (dropped != null) {
        return dropped;
      }
      log.awaitSpace(CatalogRecordLayout.payloadBytes(NO_SCHEMA));
    }
  }

  /// CATALOG-4.
  ///
  /// @return null if the log has no room now; nothing has changed then
  private @Nullable TableEntry tryDrop(String name) {
    changes.lock();
    try {
      TableEntry entry = byName.get(name);
      if (entry == null) {
        throw new UnknownTableException(name, names());
      }
      long lsn =
          logged(
              CatalogRecordLayout.DROP_TABLE,
              entry.id(),
              NO_SCHEMA,
              new Step() {
                @Override
                public void prepare() {}

                @Override
                public void published() {
                  entry.markDropped();
                }

                @Override
                public void undo() {}
              });
      if (lsn == CommitLog.NO_SPACE) {
        return null;
      }
      awaitDurable(entry, lsn);
      withdraw(entry);
      awaitReaders(epochs.advance());
      destroy(entry);
      return entry;
    } finally {
      changes.unlock();
    }
  }

  /// One partition after the other: writes to the others go on.
  private void destroy(TableEntry dropped) {
    for (Partition partition : partitions) {
      partition.awaitCollected(); // and no checkpoint is cut while this is a change
      partition.queue().borrow();
      try {
        dropped.destroy(partition.number());
      } finally {
        partition.queue().giveBackForNow();
      }
    }
    dropped.free();
  }

  private void awaitDurable(TableEntry dropped, long lsn) {
    boolean durable = false;
    try {
      log.awaitDurable(lsn);
      durable = true;
    } finally {
      dropped.settleDrop(durable);
    }
  }

  /// CATALOG-2: everybody who entered before could have missed the mark.
  private void awaitReaders(long stamp) {
    boolean interrupted = false;
    while (epochs.oldestActive() <= stamp) {
      LockSupport.parkNanos(this, READER_WAIT_NANOS);
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private Loan borrowAll() {
    return Loan.of(partitions.stream().map(Partition::queue).toList());
  }

  /// What a change does while all tokens are held.
  private interface Step {
    /// Before the record is claimed. May fail; then nothing has changed.
    void prepare();

    /// After the record was published. Cannot fail.
    void published();

    /// The record could not be claimed. All tokens are held.
    void undo();
  }

  private final class Creation implements Step {
    private final int id;
    private final TableSchema schema;
    private @Nullable TableEntry made;

    Creation(int id, TableSchema schema) {
      this.id = id;
      this.schema = schema;
    }

    @Override
    public void prepare() {
      if (made == null) {
        made = TableEntry.create(id, schema, hashSeed, partitions, log);
      }
    }

    @Override
    public void published() {}

    @Override
    public void undo() {
      TableEntry entry = made;
      if (entry != null) {
        made = null;
        entry.destroyAll();
      }
    }

    TableEntry entry() {
      TableEntry entry = made;
      if (entry == null) {
        throw new IllegalStateException("a table was logged before it was made");
      }
      return entry;
    }
  }

  /// Publishes a record while all tokens are held (LOG-6).
  ///
  /// @return where the record is; [CommitLog#NO_SPACE] if the log has no room, nothing is changed
  private long logged(byte operation, int tableId, byte[] schema, Step step) {
    int payloadBytes = CatalogRecordLayout.payloadBytes(schema);
    Loan loan = borrowAll();
    try {
      long lsn = claim(payloadBytes, step);
      if (lsn == CommitLog.NO_SPACE) {
        step.undo();
      } else {
        write(lsn, operation, tableId, schema, step);
        log.publish(lsn, payloadBytes, RecordType.DDL, Durability.SYNC);
        step.published();
      }
      return lsn;
    } finally {
      loan.closeForNow(); // what steps aside may wait for a checkpoint (CATALOG-4)
    }
  }

  /// LOG-1: what is claimed becomes a record or padding.
  private void write(long lsn, byte operation, int tableId, byte[] schema, Step step) {
    try {
      CatalogRecordLayout.write(log.payloadAddress(lsn), operation, tableId, schema);
    } catch (Throwable failure) {
      log.publishPadding(lsn, CatalogRecordLayout.payloadBytes(schema));
      step.undo();
      throw failure;
    }
  }

  private long claim(int payloadBytes, Step step) {
    try {
      step.prepare();
      return log.claim(payloadBytes);
    } catch (Throwable failure) {
      step.undo();
      throw failure;
    }
  }

  private void publish(TableEntry entry) {
    Map<String, TableEntry> names = new TreeMap<>(byName);
    Map<Integer, TableEntry> ids = new HashMap<>(byId);
    names.put(entry.schema().name(), entry);
    ids.put(entry.id(), entry);
    byId = ids;
    byName = names;
  }

  private void withdraw(TableEntry entry) {
    Map<String, TableEntry> names = new TreeMap<>(byName);
    Map<Integer, TableEntry> ids = new HashMap<>(byId);
    names.remove(entry.schema().name());
    ids.remove(entry.id());
    byName = names;
    byId = ids;
  }

  // ---- checkpoints

  /// Does something while no table is created or dropped, and then writes the tables down: their
  /// schemas, and numbers to go on with.
  ///
  /// @param meanwhile called again and again while a change goes on: what that waits for, the
  ///   caller may have to do
  public byte[] excludingChanges(Runnable cuts, Runnable meanwhile) {
    while (!changes.tryLock()) {
      meanwhile.run();
    }
    try {
      cuts.run();
      StateWriter state = new StateWriter();
      List<TableEntry> entries = inOrder();
      state.putInt(lastTableId);
      state.putInt(entries.size());
      for (TableEntry entry : entries) {
        AutoIncrement counter = entry.autoIncrement();
        state.putInt(entry.id());
        state.putBytes(entry.schema().serialise());
        state.putLong(counter == null ? 0 : counter.peek());
      }
      return state.toBytes();
    } finally {
      changes.unlock();
    }
  }

  /// By id.
  private List<TableEntry> inOrder() {
    return byId.values().stream().sorted(Comparator.comparingInt(TableEntry::id)).toList();
  }

  /// Writes down what the tables are in one partition, whose token is held, besides their pages.
  public void savePartition(int partition, StateWriter state) {
    for (TableEntry entry : inOrder()) {
      entry.partitions()[partition].save(state);
    }
  }

  /// Takes up what [#excludingChanges] wrote, at open: makes the tables, which are empty yet.
  ///
  /// @throws java.nio.BufferUnderflowException if the state ends too early
  /// @throws IllegalArgumentException if it makes no sense
  public void restore(StateReader state) {
    int highest = state.getInt();
    for (int left = state.getInt(); left > 0; left--) {
      int id = state.getInt();
      TableSchema schema = TableSchema.deserialise(state.getBytes(), "table " + id);
      long nextNumber = state.getLong();
      if (id < 1 || id > highest || byId.containsKey(id) || byName.containsKey(schema.name())) {
        throw new IllegalArgumentException("table '" + schema.name() + "' with id " + id);
      }
      TableEntry entry = TableEntry.create(id, schema, hashSeed, partitions, log);
      publish(entry);
      AutoIncrement counter = entry.autoIncrement();
      if (counter != null) {
        counter.restore(nextNumber);
      }
    }
    lastTableId = highest;
  }

  /// Takes up what [#savePartition] wrote, at open.
  ///
  /// @throws java.nio.BufferUnderflowException if the state ends too early
  /// @throws IllegalArgumentException if it does not fit the pages
  public void restorePartition(int partition, StateReader state, RestoredPages pages) {
    for (TableEntry entry : inOrder()) {
      entry.partitions()[partition].restore(state, pages);
    }
  }

  /// A table's part of a partition, at open.
  ///
  /// @throws IllegalArgumentException if there is no such table
  public TablePartition partitionOf(int id, int partition) {
    TableEntry entry = byId.get(id);
    if (entry == null) {
      throw new IllegalArgumentException("a segment of the index of table " + id);
    }
    return entry.partitions()[partition];
  }

  /// Repeats a change while the log is replayed: one thread, nothing is served yet.
  ///
  /// @param lsn where the record ends
  /// @throws CorruptCatalogException if the record does not make sense
  /// @throws NewerFormatException if a later release wrote it
  public void replay(long payload, int payloadBytes, long lsn) {
    String where = "DDL record that ends at log position " + lsn;
    if (payloadBytes < CatalogRecordLayout.SCHEMA_OFFSET) {
      throw new CorruptCatalogException(
          where, 0, payloadBytes + " bytes", "at least " + CatalogRecordLayout.SCHEMA_OFFSET, null);
    }
    int version = CatalogRecordLayout.formatVersion(payload);
    if (version > CatalogRecordLayout.FORMAT) {
      throw new NewerFormatException(where, version, CatalogRecordLayout.FORMAT);
    }
    int id = CatalogRecordLayout.tableId(payload);
    byte operation = CatalogRecordLayout.operation(payload);
    switch (operation) {
      case CatalogRecordLayout.CREATE_TABLE -> {
        TableSchema schema =
            TableSchema.deserialise(CatalogRecordLayout.schema(payload, payloadBytes), where);
        replayCreate(id, schema, where);
      }
      case CatalogRecordLayout.DROP_TABLE -> replayDrop(id, where);
      default ->
          throw new CorruptCatalogException(
              where,
              CatalogRecordLayout.OPERATION_OFFSET,
              "operation " + operation,
              CatalogRecordLayout.CREATE_TABLE + " or " + CatalogRecordLayout.DROP_TABLE,
              null);
    }
  }

  private void replayCreate(int id, TableSchema schema, String where) {
    if (id <= lastTableId || id > MAX_TABLE_ID || byName.containsKey(schema.name())) {
      throw new CorruptCatalogException(
          where,
          CatalogRecordLayout.TABLE_ID_OFFSET,
          "table id " + id + " for '" + schema.name() + "'",
          "an id above " + lastTableId + " and a name that is not among " + names(),
          null);
    }
    lastTableId = id;
    publish(TableEntry.create(id, schema, hashSeed, partitions, log));
  }

  private void replayDrop(int id, String where) {
    TableEntry entry = byId.get(id);
    if (entry == null) {
      throw new CorruptCatalogException(
          where,
          CatalogRecordLayout.TABLE_ID_OFFSET,
          "a drop of table id " + id,
          "one of " + new ArrayList<>(byId.keySet()),
          null);
    }
    entry.markDropped();
    entry.settleDrop(true);
    withdraw(entry);
    entry.destroyAll();
  }

  /// Frees what tables have outside the partitions' memory; for close, when nobody is inside.
  public void free() {
    tables().forEach(TableEntry::free);
    TableEntry unpublished = doubtful;
    if (unpublished != null) {
      unpublished.free();
    }
  }
}
