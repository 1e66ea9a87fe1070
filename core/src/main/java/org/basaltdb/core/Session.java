package org.basaltdb.core;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.error.BackpressureException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.DuplicateKeyException;
import org.basaltdb.core.error.SessionThreadException;
import org.basaltdb.core.error.UnknownTableException;
import org.basaltdb.core.error.WrongTableException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.table.KeyHasher;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.PageRows;
import org.basaltdb.core.table.PointReader;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// Reads and writes rows. A session belongs to one thread, the one that opened or borrowed it, and
/// owns whatever its operations reuse: after the first few, none of them allocates.
///
/// **Reads** run on the calling thread, never queue, and see every write that was acknowledged
/// before. A read that meets a row whose writer asked for [Durability#SYNC] waits until it is on
/// disk: nobody is shown what a crash could take back, unless its writer allowed it.
///
/// **Writes** of one row are atomic. They return when they are as durable as asked: by the
/// database's options, or by the argument. An interrupt does not end the wait for a write, whose
/// effect is decided without its caller; the thread's flag is set again.
///
/// **Submitted writes** return at once and are carried out in the order of their submission, as far
/// as they go to the same partition (rows with the same key always do). What was passed in is
/// copied and can be reused at once.
///
/// Every operation throws [SessionThreadException] if another thread calls, [ClosedException] if
/// session or database is closed, [UnknownTableException] if the table was dropped, and
/// [WrongTableException] if a buffer was made by another table. Writes throw
/// [BackpressureException] if too many are waiting already,
/// [org.basaltdb.core.error.MemoryBudgetExceededException] if the memory budget would be exceeded,
/// [org.basaltdb.core.error.ReadOnlyException] if the disk is full, or the log is as long as it may
/// be and no checkpoint can be made, [org.basaltdb.core.error.PartitionFailedException] and
/// [DatabaseFailedException] if something failed for good. But for the last, thrown while waiting
/// for the disk, nothing was changed then.
public final class Session implements AutoCloseable {
  private final Engine engine;
  private final String name;
  private final boolean pooled;
  private final Lifecycle lifecycle;
  private final Lifecycle engineLifecycle;
  private final CommitLog log;
  private final Epochs epochs;
  private final Gate gate;
  private final long epochSlot;
  private final SessionMemory memory;
  private final ReadContext context;
  private final WritePath writes;
  private final ReadCommand reading;
  private final List<Scan> scans = new ArrayList<>();

  /// The thread that may call; null while the session rests in the pool. Read by whichever thread
  /// calls, so that a wrong one is told.
  private volatile @Nullable Thread owner;

  /// For pages that are not in memory; null until one was met.
  private @Nullable ColdReader coldReader;

  /// For rows of a scan that have to be looked at again.
  private @Nullable PageRows again;

  /// A session for the calling thread.
  ///
  /// @throws BudgetExhaustedException if there is no memory for it
  Session(Engine engine, String name, boolean pooled) {
    this.engine = engine;
    this.name = name;
    this.pooled = pooled;
    this.lifecycle = new Lifecycle(name);
    this.engineLifecycle = engine.lifecycle();
    this.log = engine.log();
    this.epochs = engine.epochs();
    this.memory = new SessionMemory(engine.budget());
    this.context = new ReadContext();
    this.reading = new ReadCommand(this, context);
    this.owner = Thread.currentThread();
    this.epochSlot = epochs.acquireSlot();
    this.gate = new Gate(engine);
    this.writes = new WritePath(this, engine, gate, memory);
    SessionMemory released = memory;
    NativeBuffers.track(this, released::free);
  }

  // ---- reads

  /// Looks a row up by a key that is one integer column (INT, BIGINT, DATE as days, TIMESTAMP as
  /// microseconds, or DECIMAL of up to 18 digits, unscaled).
  ///
  /// @param view shows the row afterwards, or nothing if there is none
  /// @return whether there is a row with that key
  /// @throws org.basaltdb.core.error.TypeMismatchException if the key of the table is something
  ///   else
  public boolean get(Table table, long key, RowView view) {
    checkCall(table);
    RowImageReader reader = view.reader();
    KeyHasher hasher = table.longKeyHasher();
    try {
      if (hasher != null) {
        long hashWord = hasher.hashWordOfLong(key);
        return getQuickly(table, hashWord, key, reader) || read(table, hashWord, key, 0, reader);
      }
      table.checkLayout(reader.layout());
      reader.hide();
      RowLayout layout = reader.layout();
      long image = memory.keyImage(layout);
      KeyCodec.encodeLong(layout, key, image);
      return readByImage(table, image, reader);
    } finally {
      keep(view, this);
    }
  }

  /// The get as it mostly goes. The processor runs ahead into the next get as far as a few hundred
  /// instructions reach; so the load that misses the caches comes first, and what could be done
  /// before it is done while it waits.
  ///
  /// @return false if the row was not found like that; the view is hidden then
  private boolean getQuickly(Table table, long hashWord, long key, RowImageReader reader) {
    int bytes = 0;
    epochs.enter(epochSlot);
    try {
      if (canRead(table.entry())) {
        PointReader rows = table.pointReader(hashWord);
        long bucket = rows.homeBucket(hashWord);
        long bucketWord = Memory.getLongAcquire(bucket);
        table.checkLayout(reader.layout());
        long target = reader.aimAtPageTarget();
        bytes = rows.readAtHome(bucket, bucketWord, hashWord, key, target);
      }
    } finally {
      epochs.exit(epochSlot);
    }
    if (bytes > 0) {
      reader.showPageTarget();
      return true;
    }
    table.checkLayout(reader.layout());
    reader.hide();
    return false;
  }

  /// Looks a row up by its key.
  ///
  /// @param view shows the row afterwards, or nothing if there is none
  /// @return whether there is a row with that key
  /// @throws org.basaltdb.core.error.InvalidKeyException if a column of the key was not set, or it
  ///   has no byte
  public boolean get(Table table, Key key, RowView view) {
    RowImageReader reader = readerOf(table, view);
    try {
      return readByImage(table, imageOf(table, key), reader);
    } finally {
      keep(view, key);
      keep(this, this);
    }
  }

  /// Keeps two objects reachable up to here: their native memory was in use, and is freed once they
  /// are not.
  @SuppressWarnings("ReachabilityFenceUsage") // called in finally blocks
  private static void keep(Object first, Object second) {
    Reference.reachabilityFence(first);
    Reference.reachabilityFence(second);
  }

  private RowImageReader readerOf(Table table, RowView view) {
    checkCall(table);
    RowImageReader reader = view.reader();
    table.checkLayout(reader.layout());
    reader.hide();
    return reader;
  }

  static long imageOf(Table table, Key key) {
    KeyImageWriter writer = key.writer();
    table.checkLayout(writer.layout());
    return writer.encode();
  }

  private boolean readByImage(Table table, long keyImage, RowImageReader view) {
    RowLayout layout = table.entry().layout();
    long hashWord =
        table.entry().hasher().hashWordOfKeyImage(keyImage, memory.canonicalKey(layout));
    long keyWord = layout.isLongKey() ? Memory.getLong(keyImage) : 0;
    return read(table, hashWord, keyWord, keyImage, view);
  }

  private boolean read(
      Table table, long hashWord, long keyWord, long keyImage, RowImageReader view) {
    long image = fetch(table, hashWord, keyWord, keyImage, view, view.pageTarget());
    awaitVisible();
    if (image == RowFetch.ABSENT) {
      return false;
    }
    view.show(image);
    return true;
  }

  /// Fetches the row with a key, from wherever it is.
  ///
  /// @param target where there is room for a page
  /// @return the address of the whole image, or [RowFetch#ABSENT]
  private long fetch(
      Table table, long hashWord, long keyWord, long keyImage, RowImageReader view, long target) {
    TableEntry entry = table.entry();
    int partition = entry.partitionOf(hashWord);
    context.begin();
    while (true) {
      long image = RowFetch.LOCKED;
      boolean goesOn = context.isCompleting();
      if (!goesOn) {
        context.requiredDurableLsn = 0;
      }
      epochs.enter(epochSlot);
      try {
        if (canRead(entry)) {
          TablePartition rows = entry.partitions()[partition];
          image =
              goesOn
                  ? RowFetch.complete(rows, context, target, view)
                  : RowFetch.byKey(rows, context, hashWord, keyWord, keyImage, view, target);
        }
      } finally {
        epochs.exit(epochSlot);
      }
      if (image == RowFetch.LOCKED) {
        context.begin();
        if (goesOn && canRead(entry)) {
          continue; // the row has changed since: from its begin
        }
        image = readAsCommand(table, hashWord, keyWord, keyImage, view);
      }
      if (image != RowFetch.COLD) {
        return image;
      }
      readCold(table, partition);
    }
  }

  /// Has the page read that a read lacks, outside of any epoch. The read begins anew, or goes on.
  private void readCold(Table table, int partition) {
    gate.enter(table);
    try {
      coldReader().read(engine.partitions().get(partition), context);
    } finally {
      gate.exit();
    }
  }

  private ColdReader coldReader() {
    ColdReader made = coldReader;
    if (made == null) {
      made = new ColdReader(engine.budget());
      coldReader = made;
      ColdReader released = made;
      NativeBuffers.track(this, released::close);
    }
    return made;
  }

  /// Inside an epoch: whether there is something to read. If not, what the reader does next says
  /// why.
  boolean canRead(TableEntry entry) {
    return engineLifecycle.isOpen() && !entry.isDropped();
  }

  private long readAsCommand(
      Table table, long hashWord, long keyWord, long keyImage, RowImageReader view) {
    gate.enter(table);
    try {
      reading.aimAtRow(table.entry(), hashWord, keyWord, keyImage, view);
      runReading(table, table.entry().partitionOf(hashWord));
      return reading.image();
    } finally {
      gate.exit();
    }
  }

  private void runReading(Table table, int partition) {
    engine.run(reading, partition);
    RuntimeException failure = reading.failure();
    reading.consume();
    if (failure != null) {
      throw failure;
    }
    table.checkExists();
  }

  /// LOG-5: what was read waits until it is as durable as its writer asked. Outside any epoch.
  void awaitVisible() {
    long required = context.requiredDurableLsn;
    if (required > 0 && required > log.durableLsn()) {
      gate.enter();
      try {
        engine.awaitDurable(required);
      } finally {
        gate.exit();
      }
    }
  }

  /// Looks all keys of a batch up, which takes much less time than one after the other.
  ///
  /// @return how many of them have a row; the batch says which, and shows them
  public int getAll(RowBatch batch) {
    Table table = batch.table();
    checkCall(table);
    batch.hide();
    try {
      return getAll(table, batch);
    } finally {
      keep(batch, this);
    }
  }

  private int getAll(Table table, RowBatch batch) {
    boolean read = false;
    epochs.enter(epochSlot);
    try {
      if (canRead(table.entry())) {
        batch.fetch(context);
        read = true;
      }
    } finally {
      epochs.exit(epochSlot);
    }
    if (!read) {
      gate.enter(table);
      gate.exit();
    }
    long required = batch.requiredDurableLsn();
    for (int i = batch.nextUnread(0); i >= 0; i = batch.nextUnread(i + 1)) {
      RowImageReader reader = batch.reader(i);
      batch.settle(
          i,
          fetch(
              table,
              batch.hashWord(i),
              batch.keyWord(i),
              batch.keyImage(i),
              reader,
              reader.pageTarget()));
      required = Math.max(required, context.requiredDurableLsn);
    }
    context.requiredDurableLsn = required;
    awaitVisible();
    return batch.show();
  }

  /// Walks through all rows of a table, in no order, with a view of its own. Rows that are there
  /// all the time are shown exactly once; rows that come, go or change meanwhile may be shown as
  /// they were or as they are.
  public Scan scan(Table table) {
    return scan(table, table.newView());
  }

  /// As [#scan(Table)], through a view that may leave columns out.
  public Scan scan(Table table, RowView view) {
    RowImageReader reader = readerOf(table, view);
    table.checkExists();
    Scan scan = new Scan(this, table, view, reader);
    scans.add(scan);
    return scan;
  }

  /// Copies a page for a scan. If it throws there are no rows in the copy.
  void copyPage(Table table, int partition, int localPage, PageRows rows) {
    checkThread();
    context.begin();
    boolean copied = false;
    try {
      while (copyPageOnce(table, partition, localPage, rows) == TablePartition.COLD_PAGE) {
        readCold(table, partition);
      }
      awaitVisible();
      copied = true;
    } finally {
      if (!copied) {
        rows.clear();
      }
    }
  }

  private int copyPageOnce(Table table, int partition, int localPage, PageRows rows) {
    int copied = -1;
    context.requiredDurableLsn = 0;
    epochs.enter(epochSlot);
    try {
      if (canRead(table.entry())) {
        copied = table.entry().partitions()[partition].scanPage(context, localPage, rows);
      }
    } finally {
      epochs.exit(epochSlot);
    }
    if (copied >= 0 || copied == TablePartition.COLD_PAGE) {
      return copied;
    }
    gate.enter(table);
    try {
      reading.aimAtPage(table.entry(), partition, localPage, rows);
      runReading(table, partition);
      return reading.image() == RowFetch.COLD ? TablePartition.COLD_PAGE : 0;
    } finally {
      gate.exit();
    }
  }

  /// Fetches the large values of a row of a page that a scan copied.
  ///
  /// @param index of the row in the copy
  /// @return the address of its whole image, or [RowFetch#ABSENT] if the row has gone since
  long completeScanned(
      Table table, int partition, int localPage, PageRows rows, int index, RowImageReader view) {
    int slot = rows.slot(index);
    long image = complete(table, partition, rows.row(index), view);
    while (image == RowFetch.LOCKED) {
      // The row has changed since its page was copied, and what it pointed to has gone.
      PageRows again = againRows();
      copyPage(table, partition, localPage, again);
      int found = indexOfSlot(again, slot);
      if (found < 0) {
        return RowFetch.ABSENT;
      }
      image = again.row(found);
      if (RowCodec.hasOverflow(image)) {
        image = complete(table, partition, image, view);
      }
    }
    return image;
  }

  private long complete(Table table, int partition, long row, RowImageReader view) {
    TableEntry entry = table.entry();
    context.begin();
    while (true) {
      long image = RowFetch.LOCKED;
      epochs.enter(epochSlot);
      try {
        if (canRead(entry)) {
          image = RowFetch.complete(entry.partitions()[partition], context, row, view);
        }
      } finally {
        epochs.exit(epochSlot);
      }
      if (image != RowFetch.COLD) {
        return image;
      }
      readCold(table, partition);
    }
  }

  private static int indexOfSlot(PageRows rows, int slot) {
    for (int i = 0; i < rows.count(); i++) {
      if (rows.slot(i) == slot) {
        return i;
      }
    }
    return -1;
  }

  private PageRows againRows() {
    PageRows made = again;
    if (made == null) {
      made = new PageRows();
      again = made;
      PageRows released = made;
      NativeBuffers.track(this, released::close);
    }
    return made;
  }

  void forget(Scan scan) {
    scans.remove(scan);
  }

  // ---- writes

  /// Adds a row, as durable as the database's options say.
  ///
  /// @throws DuplicateKeyException if there is a row with its key
  /// @throws org.basaltdb.core.error.NullValueException if a NOT NULL column has no value
  public void insert(Table table, RowBuffer row) {
    insert(table, row, engine.options().durability());
  }

  /// As [#insert(Table, RowBuffer)] with a durability of its own.
  public void insert(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    writes.write(table, row, Mutation.INSERT, durability);
  }

  /// Adds a row, or replaces the one with its key.
  ///
  /// @return whether the row is new
  /// @throws org.basaltdb.core.error.NullValueException if a NOT NULL column has no value
  public boolean upsert(Table table, RowBuffer row) {
    return upsert(table, row, engine.options().durability());
  }

  /// As [#upsert(Table, RowBuffer)] with a durability of its own.
  public boolean upsert(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    return writes.write(table, row, Mutation.UPSERT, durability);
  }

  /// Changes the columns of a row that are set in the buffer; its key columns say which row. The
  /// others keep what they have.
  ///
  /// @return false if there is no row with that key
  /// @throws org.basaltdb.core.error.InvalidKeyException if a key column is not set
  public boolean update(Table table, RowBuffer row) {
    return update(table, row, engine.options().durability());
  }

  /// As [#update(Table, RowBuffer)] with a durability of its own.
  public boolean update(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    return writes.write(table, row, Mutation.UPDATE, durability);
  }

  /// Removes the row with a key that is one integer column; see [#get(Table, long, RowView)].
  ///
  /// @return false if there is none
  public boolean delete(Table table, long key) {
    return delete(table, key, engine.options().durability());
  }

  /// As [#delete(Table, long)] with a durability of its own.
  public boolean delete(Table table, long key, Durability durability) {
    checkCall(table);
    return writes.delete(table, key, durability);
  }

  /// Removes the row with a key.
  ///
  /// @return false if there is none
  /// @throws org.basaltdb.core.error.InvalidKeyException if a column of the key was not set, or it
  ///   has no byte
  public boolean delete(Table table, Key key) {
    return delete(table, key, engine.options().durability());
  }

  /// As [#delete(Table, Key)] with a durability of its own.
  public boolean delete(Table table, Key key, Durability durability) {
    checkCall(table);
    return writes.delete(table, key, durability);
  }

  /// The number that the auto-increment column got in this session's last insert or upsert that
  /// left it open; 0 before the first.
  public long lastGeneratedKey() {
    checkThread();
    return writes.lastGeneratedKey();
  }

  // ---- submitting

  /// As [#insert(Table, RowBuffer)], without waiting.
  public Completion submitInsert(Table table, RowBuffer row) {
    checkCall(table);
    return writes.submit(table, row, Mutation.INSERT, engine.options().durability());
  }

  /// As [#insert(Table, RowBuffer, Durability)], without waiting.
  public Completion submitInsert(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    return writes.submit(table, row, Mutation.INSERT, durability);
  }

  /// As [#upsert(Table, RowBuffer)], without waiting.
  public Completion submitUpsert(Table table, RowBuffer row) {
    checkCall(table);
    return writes.submit(table, row, Mutation.UPSERT, engine.options().durability());
  }

  /// As [#upsert(Table, RowBuffer, Durability)], without waiting.
  public Completion submitUpsert(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    return writes.submit(table, row, Mutation.UPSERT, durability);
  }

  /// As [#update(Table, RowBuffer)], without waiting.
  public Completion submitUpdate(Table table, RowBuffer row) {
    checkCall(table);
    return writes.submit(table, row, Mutation.UPDATE, engine.options().durability());
  }

  /// As [#update(Table, RowBuffer, Durability)], without waiting.
  public Completion submitUpdate(Table table, RowBuffer row, Durability durability) {
    checkCall(table);
    return writes.submit(table, row, Mutation.UPDATE, durability);
  }

  /// As [#delete(Table, long)], without waiting.
  public Completion submitDelete(Table table, long key) {
    return submitDelete(table, key, engine.options().durability());
  }

  /// As [#delete(Table, long, Durability)], without waiting.
  public Completion submitDelete(Table table, long key, Durability durability) {
    checkCall(table);
    return writes.submitDelete(table, key, durability);
  }

  /// As [#delete(Table, Key)], without waiting.
  public Completion submitDelete(Table table, Key key) {
    return submitDelete(table, key, engine.options().durability());
  }

  /// As [#delete(Table, Key, Durability)], without waiting.
  public Completion submitDelete(Table table, Key key, Durability durability) {
    checkCall(table);
    return writes.submitDelete(table, key, durability);
  }

  // ---- for completions

  boolean isDone(WriteCommand command) {
    checkThread();
    return writes.isDone(command);
  }

  boolean await(Completion completion) {
    checkThread();
    return writes.await(completion);
  }

  boolean await(WriteCommand command, long timeoutNanos) {
    checkThread();
    return writes.await(command, timeoutNanos);
  }

  void abandon(Completion completion) {
    checkThread();
    writes.abandon(completion);
  }

  // ---- who may call, and when

  /// Throws unless the calling thread may use the session and the database is open.
  void checkUse() {
    checkThread();
    engine.lifecycle().check();
  }

  /// Throws unless the calling thread has the session; the database may be closed.
  void checkThread() {
    if (!isOwner()) {
      lifecycle.check();
      Thread thread = owner;
      throw new SessionThreadException(
          thread == null ? "none: the session was given back to the pool" : thread.getName(),
          Thread.currentThread().getName());
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very thread
  boolean isOwner() {
    return owner == Thread.currentThread();
  }

  /// Throws unless the calling thread may use the session, and with this table.
  private void checkCall(Table table) {
    checkThread();
    checkTable(table);
  }

  private void checkTable(Table table) {
    if (table.engine() != engine) {
      throw new WrongTableException(
          table.name() + " of " + engine.name(), table.name() + " of " + table.engine().name());
    }
  }

  /// The pool: the calling thread has the session now.
  void lend() {
    epochs.adopt(epochSlot);
    gate.adopt();
    owner = Thread.currentThread();
  }

  /// The pool: the calling thread has done with the session. What it left open ends.
  void takeBack() {
    endAll();
    owner = null;
    epochs.disown(epochSlot);
    gate.disown();
  }

  private void endAll() {
    for (Scan scan : List.copyOf(scans)) {
      scan.end();
    }
    writes.abandonAll();
  }

  /// Ends the session and gives its memory back. Scans are closed; what was submitted is carried
  /// out, and nobody learns what it came to. Does nothing if it is closed.
  ///
  /// @throws SessionThreadException if another thread than its own calls
  /// @throws IllegalStateException if it was borrowed with [Basalt#withSession], which gives it
  ///   back by itself
  @Override
  public void close() {
    if (!lifecycle.isOpen()) {
      return;
    }
    checkThread();
    if (pooled) {
      throw new IllegalStateException(
          name
              + " was borrowed; found a call of close; expected none; in withSession or useSession;"
              + " return from the function, which gives the session back");
    }
    discard();
  }

  /// Ends the session, in the thread that has it.
  void discard() {
    if (!lifecycle.begin()) {
      return;
    }
    endAll();
    writes.free();
    owner = null;
    epochs.releaseSlot(epochSlot);
    gate.release();
    memory.free();
    PageRows copies = again;
    if (copies != null) {
      copies.close();
    }
    lifecycle.end();
  }

  @Override
  public String toString() {
    return name;
  }
}
