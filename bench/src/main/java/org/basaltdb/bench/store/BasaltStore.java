package org.basaltdb.bench.store;

import java.util.OptionalLong;
import java.util.function.Supplier;
import org.basaltdb.bench.store.StoreSettings.Mode;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.RowBatch;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;

/**
 * Basalt with all defaults but the durability, and the memory where it is limited: a table of a
 * BIGINT key and a VARBINARY payload. A read leaves the whole row in the session's row view.
 */
final class BasaltStore implements DurableStore {

  private static final String TABLE = "rows";
  private static final int KEY = 0;
  private static final int PAYLOAD = 1;

  private final long logLimitBytes;
  private final Basalt database;
  private final Table table;
  private final Mode mode;
  private final int payloadBytes;

  BasaltStore(StoreSettings settings) {
    this.mode = settings.mode();
    this.payloadBytes = settings.payloadBytes();
    Options options = options(settings);
    logLimitBytes = options.maxLogBytes();
    this.database =
        mode == Mode.MEMORY
            ? Basalt.openInMemory(options)
            : Basalt.open(settings.directory(), options);
    this.table =
        database.hasTable(TABLE) ? database.table(TABLE) : database.createTable(schema(settings));
  }

  private static Options options(StoreSettings settings) {
    Options.Builder options = Options.builder().durability(durability(settings.mode()));
    StoreSettings.Memory memory = settings.memory();
    if (memory != null) {
      options.memoryBudgetBytes(memory.budgetBytes()).poolBytes(memory.poolBytes());
    }
    return options.build();
  }

  private static TableSchema schema(StoreSettings settings) {
    return TableSchema.builder(TABLE)
        .column("id", ColumnType.BIGINT)
        .column("payload", ColumnType.VARBINARY)
        .maxLength(settings.payloadBytes())
        .primaryKey("id")
        .expectedRowBytes(settings.rowBytes())
        .build();
  }

  private static Durability durability(Mode mode) {
    return switch (mode) {
      case MEMORY, NONE -> Durability.NONE;
      case INTERVAL -> Durability.INTERVAL;
      case SYNC -> Durability.SYNC;
    };
  }

  @Override
  public StoreClient newClient() {
    return new Client(database.openSession(), table, payloadBytes, this::deviceReadCount);
  }

  /**
   * Single inserts; a load is never synced row by row: in the synced mode it says NONE and is
   * synced once at its end.
   */
  @Override
  public void load(Keys keys, int from, int to) {
    Durability durability = mode == Mode.SYNC ? Durability.NONE : durability(mode);
    byte[] payload = new byte[payloadBytes];
    RowBuffer row = table.newRow();
    try (Session session = database.openSession()) {
      for (int position = from; position < to; position++) {
        long key = keys.inLoadOrder(position);
        Payload.fill(payload, key, 0);
        row.setLong(KEY, key);
        row.setBytes(PAYLOAD, payload);
        session.insert(table, row, durability);
      }
    }
    if (mode == Mode.SYNC) {
      database.sync();
    }
  }

  @Override
  public void rest() {
    database.sync();
  }

  @Override
  public void checkpoint() {
    database.checkpoint();
  }

  @Override
  public long logFileBytes() {
    return database.stats().logFileBytes();
  }

  @Override
  public long logLimitBytes() {
    return logLimitBytes;
  }

  @Override
  public void sync() {
    database.sync();
  }

  @Override
  public OptionalLong logBytes() {
    return OptionalLong.of(database.stats().logAppendedBytes());
  }

  @Override
  public OptionalLong replayedCount() {
    return OptionalLong.of(database.stats().replayedRecordCount());
  }

  @Override
  public long rowCount() {
    return database.stats().rowCount();
  }

  private OptionalLong deviceReadCount() {
    return OptionalLong.of(database.stats().coldReadCount());
  }

  @Override
  public OptionalLong indexBytes() {
    return OptionalLong.of(database.stats().memoryByOwner().getOrDefault("INDEX", 0L));
  }

  @Override
  public String description() {
    return "Basalt, " + (mode == Mode.MEMORY ? "in memory" : "durability " + durability(mode));
  }

  @Override
  public void close() {
    database.close();
  }

  private static final class Client implements StoreClient {

    private final Session session;
    private final Table table;
    private final RowView view;
    private final RowBuffer row;
    private final RowBatch batch;
    private final byte[] payload;
    private final Supplier<OptionalLong> deviceReadCount;

    Client(Session session, Table table, int payloadBytes, Supplier<OptionalLong> deviceReadCount) {
      this.session = session;
      this.payload = new byte[payloadBytes];
      this.deviceReadCount = deviceReadCount;
      this.table = table;
      this.view = table.newView();
      this.row = table.newRow();
      this.batch = table.newBatch(MOST_KEYS);
    }

    private static final int MOST_KEYS = 256;

    @Override
    public long read(long key) {
      return session.get(table, key, view) ? view.getLong(KEY) : ~key;
    }

    @Override
    public int readAll(long[] keys, int count) {
      batch.clear();
      for (int i = 0; i < count; i++) {
        batch.addKey(keys[i]);
      }
      session.getAll(batch);
      int found = 0;
      for (int i = 0; i < count; i++) {
        if (batch.isPresent(i) && batch.view(i).getLong(KEY) == keys[i]) {
          found++;
        }
      }
      return found;
    }

    @Override
    public boolean copyPayload(long key, byte[] target) {
      return session.get(table, key, view) && view.copyBytes(PAYLOAD, target) == payload.length;
    }

    @Override
    public void write(long key, long version) {
      Payload.fill(payload, key, version);
      row.setLong(KEY, key);
      row.setBytes(PAYLOAD, payload);
      session.upsert(table, row);
    }

    @Override
    public boolean readModifyWrite(long key) {
      if (!copyPayload(key, payload)) {
        return false;
      }
      write(key, Payload.version(payload) + 1);
      return true;
    }

    @Override
    public OptionalLong deviceReadCount() {
      return deviceReadCount.get();
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
