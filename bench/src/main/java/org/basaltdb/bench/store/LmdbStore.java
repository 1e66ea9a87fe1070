package org.basaltdb.bench.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.basaltdb.bench.store.StoreSettings.Mode;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Payload;
import org.lmdbjava.ByteBufferProxy;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Meta;
import org.lmdbjava.Txn;

/**
 * LMDB through lmdbjava: native integer keys, a writable map, no read-ahead, no sync (except in
 * {@link Mode#SYNC}); one read transaction for each client, reset and renewed every {@value
 * Client#READS_A_SNAPSHOT} reads and after each write of its own; the fast buffer proxy; loads in
 * transactions of {@value #ROWS_A_TRANSACTION} rows.
 */
final class LmdbStore implements DurableStore {

  private static final int ROWS_A_TRANSACTION = 100_000;
  private static final int MOST_READERS = 64;

  private final Mode mode;
  private final Env<ByteBuffer> environment;
  private final Dbi<ByteBuffer> table;

  LmdbStore(StoreSettings settings) {
    this.mode = settings.mode();
    EnvFlags[] flags =
        mode == Mode.SYNC
            ? new EnvFlags[] {EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NORDAHEAD, EnvFlags.MDB_NOMEMINIT}
            : new EnvFlags[] {
              EnvFlags.MDB_WRITEMAP,
              EnvFlags.MDB_NOSYNC,
              EnvFlags.MDB_MAPASYNC,
              EnvFlags.MDB_NORDAHEAD,
              EnvFlags.MDB_NOMEMINIT
            };
    this.environment =
        Env.create(ByteBufferProxy.PROXY_OPTIMAL)
            .setMapSize((1L << 30) + 10L * settings.rows() * Payload.ROW_BYTES)
            .setMaxDbs(1)
            .setMaxReaders(MOST_READERS)
            .open(settings.directory().toFile(), flags);
    this.table = environment.openDbi("rows", DbiFlags.MDB_CREATE, DbiFlags.MDB_INTEGERKEY);
  }

  static void loadLibrary() {
    Meta.version();
  }

  @Override
  public StoreClient newClient() {
    return new Client(environment, table);
  }

  @Override
  public void load(Keys keys, int from, int to) {
    ByteBuffer key = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    ByteBuffer value = ByteBuffer.allocateDirect(Payload.BYTES);
    byte[] payload = new byte[Payload.BYTES];
    for (int first = from; first < to; first += ROWS_A_TRANSACTION) {
      int end = Math.min(to, first + ROWS_A_TRANSACTION);
      try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
        for (int position = first; position < end; position++) {
          long number = keys.inLoadOrder(position);
          Payload.fill(payload, number, 0);
          key.clear().putLong(0, number);
          value.clear().put(0, payload);
          table.put(transaction, key, value);
        }
        transaction.commit();
      }
    }
  }

  /** There is no log to be relieved: what is committed is in the file. */
  @Override
  public void checkpoint() {
    sync();
  }

  @Override
  public void sync() {
    environment.sync(true);
  }

  @Override
  public OptionalLong logBytes() {
    return OptionalLong.empty();
  }

  @Override
  public OptionalLong replayedCount() {
    return OptionalLong.empty();
  }

  @Override
  public long rowCount() {
    try (Txn<ByteBuffer> transaction = environment.txnRead()) {
      return table.stat(transaction).entries;
    }
  }

  @Override
  public String description() {
    String syncing = mode == Mode.SYNC ? "synced at each commit" : "never synced";
    Meta.Version version = Meta.version();
    return "LMDB "
        + version.major
        + "."
        + version.minor
        + "."
        + version.patch
        + ", "
        + syncing
        + ", writable map, integer keys, long read transactions";
  }

  @Override
  public void close() {
    table.close();
    environment.close();
  }

  private static final class Client implements StoreClient {

    /**
     * How many reads share a snapshot: enough for the renewal to cost nothing, few enough for pages
     * to be reused.
     */
    private static final int READS_A_SNAPSHOT = 1_000;

    private final Env<ByteBuffer> environment;
    private final Dbi<ByteBuffer> table;
    private final Txn<ByteBuffer> reading;
    private final ByteBuffer key =
        ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    private final ByteBuffer value = ByteBuffer.allocateDirect(Payload.BYTES);
    private final byte[] row = new byte[Payload.BYTES];
    private boolean live;
    private int readsLeft;

    Client(Env<ByteBuffer> environment, Dbi<ByteBuffer> table) {
      this.environment = environment;
      this.table = table;
      this.reading = environment.txnRead();
      reading.reset();
      this.live = false;
    }

    @Override
    public long read(long number) {
      return copyPayload(number, row) ? Payload.key(row) : ~number;
    }

    @Override
    public boolean copyPayload(long number, byte[] target) {
      if (readsLeft-- == 0) {
        renew();
      }
      key.clear().putLong(0, number);
      return copy(table.get(reading, key), target);
    }

    private void renew() {
      pause();
      reading.renew();
      live = true;
      readsLeft = READS_A_SNAPSHOT - 1;
    }

    /** An idle snapshot would keep the pages of all later writes from being used again. */
    @Override
    public void pause() {
      if (live) {
        reading.reset();
        live = false;
        readsLeft = 0;
      }
    }

    private static boolean copy(ByteBuffer found, byte[] target) {
      if (found == null || found.remaining() != Payload.BYTES) {
        return false;
      }
      found.get(0, target, 0, Payload.BYTES);
      return true;
    }

    @Override
    public void write(long number, long version) {
      Payload.fill(row, number, version);
      try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
        put(transaction, number);
        transaction.commit();
      }
      renew();
    }

    private void put(Txn<ByteBuffer> transaction, long number) {
      key.clear().putLong(0, number);
      value.clear().put(0, row);
      table.put(transaction, key, value);
    }

    @Override
    public boolean readModifyWrite(long number) {
      try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
        key.clear().putLong(0, number);
        if (!copy(table.get(transaction, key), row)) {
          return false;
        }
        Payload.fill(row, number, Payload.version(row) + 1);
        put(transaction, number);
        transaction.commit();
      }
      return true;
    }

    @Override
    public void close() {
      reading.close();
    }
  }
}
