package org.basaltdb.core;

import java.util.Arrays;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.error.WrongTableException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.table.KeyHasher;
import org.basaltdb.core.table.PointReader;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.KeyHash;
import org.jspecify.annotations.Nullable;

/// A table of an open database. Makes the buffers with which sessions write and read its rows; each
/// of them is for one thread at a time, and is made once and used for many rows.
///
/// A table can be dropped while it is in use: then every call that reaches for its rows throws
/// [UnknownTableException], also after a new table took the name.
///
/// Thread rules: any thread. All methods but the ones that make buffers take constant time and
/// allocate nothing.
public final class Table {
  private final Engine engine;
  private final TableEntry entry;

  // What a get needs, one load away: see Session.get.
  private final RowLayout layout;
  private final @Nullable KeyHasher longKeyHasher;
  private final PointReader[] pointReaders;

  Table(Engine engine, TableEntry entry) {
    this.engine = engine;
    this.entry = entry;
    this.layout = entry.layout();
    this.longKeyHasher = layout.isLongKey() ? entry.hasher() : null;
    this.pointReaders =
        Arrays.stream(entry.partitions()).map(TablePartition::reader).toArray(PointReader[]::new);
  }

  TableEntry entry() {
    return entry;
  }

  Engine engine() {
    return engine;
  }

  /// The hasher of its keys if they are one integer of eight bytes, else null.
  @Nullable KeyHasher longKeyHasher() {
    return longKeyHasher;
  }

  /// The reader of the partition that holds a key.
  PointReader pointReader(long hashWord) {
    PointReader[] readers = pointReaders;
    return readers[KeyHash.partitionOfSlot(KeyHash.slot(hashWord), readers.length)];
  }

  /// Its name.
  public String name() {
    return entry.schema().name();
  }

  /// Its number, 1 to 2^24 - 1; no other table of the database ever had it or will.
  public int id() {
    return entry.id();
  }

  /// Its columns and keys.
  public TableSchema schema() {
    return entry.schema();
  }

  /// How many rows it has: exact while nobody writes, recent otherwise. Takes time linear in the
  /// number of partitions.
  ///
  /// @throws UnknownTableException if it was dropped
  /// @throws ClosedException if the database is closed
  public long rowCount() {
    engine.lifecycle().check();
    checkExists();
    return entry.rowCount();
  }

  /// A buffer for rows to be written, with nothing set.
  ///
  /// @throws org.basaltdb.core.error.MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException if the database is closed
  public RowBuffer newRow() {
    engine.lifecycle().check();
    RowImageWriter writer = new RowImageWriter(entry.layout(), engine.budget());
    return NativeBuffers.track(new RowBuffer(writer), () -> writer.free("its application"));
  }

  /// A buffer for keys to look up, with nothing set.
  ///
  /// @throws org.basaltdb.core.error.MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException if the database is closed
  public Key newKey() {
    engine.lifecycle().check();
    KeyImageWriter writer = new KeyImageWriter(entry.layout(), engine.budget());
    return NativeBuffers.track(new Key(writer), () -> writer.free("its application"));
  }

  /// A view for rows that are read, showing none.
  ///
  /// @throws ClosedException if the database is closed
  public RowView newView() {
    return newView(entry.layout().everything());
  }

  /// A view for some columns of rows that are read. Large values of other columns are not fetched.
  ///
  /// @param columns their names
  /// @throws org.basaltdb.core.error.UnknownColumnException if there is no such column
  /// @throws ClosedException if the database is closed
  public RowView newView(String... columns) {
    RowLayout layout = entry.layout();
    int[] ordinals = Arrays.stream(columns).mapToInt(layout.schema()::ordinalOf).toArray();
    return newView(Projection.of(layout, ordinals));
  }

  private RowView newView(Projection projection) {
    engine.lifecycle().check();
    RowImageReader reader = newReader(projection);
    return NativeBuffers.track(new RowView(reader), () -> reader.free("its application"));
  }

  RowImageReader newReader(Projection projection) {
    return new RowImageReader(entry.layout(), projection, engine.budget());
  }

  /// A batch of keys to be looked up at once.
  ///
  /// @param capacity the most keys in it, 1 to [RowBatch#MAX_CAPACITY]
  /// @throws IllegalArgumentException if the capacity is out of range
  /// @throws org.basaltdb.core.error.MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException if the database is closed
  public RowBatch newBatch(int capacity) {
    engine.lifecycle().check();
    return RowBatch.create(this, capacity);
  }

  /// Throws if it was dropped; not before the drop is on disk (CATALOG-3).
  void checkExists() {
    if (entry.isDropped()) {
      throw dropped();
    }
  }

  /// The exception for a call that found the table dropped. Outside any epoch.
  BasaltException dropped() {
    if (!entry.awaitDrop()) {
      return new DatabaseFailedException("the log, while table '" + name() + "' was dropped", null);
    }
    return UnknownTableException.dropped(name(), id(), engine.catalog().names());
  }

  /// Throws unless a buffer was made by this table.
  void checkLayout(RowLayout layout) {
    if (layout != this.layout) {
      String other = layout.schema().name();
      throw other.equals(name())
          ? new WrongTableException(
              name() + " of id " + id(), name() + " of another id, dropped or another database's")
          : new WrongTableException(name(), other);
    }
  }

  @Override
  public String toString() {
    return "table " + name() + " (id " + id() + ")";
  }
}
