package org.basaltdb.bench.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.store.StoreSettings.Mode;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Payload;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ByteBufferGetStatus;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.FlushOptions;
import org.rocksdb.HyperClockCache;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LogFile;
import org.rocksdb.Options;
import org.rocksdb.PerfContext;
import org.rocksdb.PerfLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * RocksDB through its JNI library: a block cache that holds everything several times over, no
 * compression, whole-key bloom filters, a hash index in each data block, index and filter blocks
 * outside of the cache; direct buffers kept by the client; batches for loading; compacted after a
 * load. {@link Mode#SYNC} syncs its log at each write, {@link Mode#INTERVAL} writes it without a
 * sync, {@link Mode#NONE} and {@link Mode#MEMORY} keep no log. An open leaves what it replays in
 * memtables and does not write it out first.
 *
 * <p>Where memory is limited the block cache gets all of it, and files are read and written past
 * the kernel's cache, in blocks that lie within a page of the disk.
 */
final class RocksDbStore implements DurableStore {

  private static final int ROWS_A_BATCH = 1_000;
  private static final long MEMTABLE_BYTES = 128L << 20;
  private static final int MEMTABLES = 4;

  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long REST_STEP_MILLIS = 20;
  private static final List<String> BACKGROUND_WORK =
      List.of(
          "rocksdb.mem-table-flush-pending",
          "rocksdb.num-running-flushes",
          "rocksdb.compaction-pending",
          "rocksdb.num-running-compactions");

  private final Mode mode;
  private final int payloadBytes;
  private final boolean cached;
  private final long replayedCount;
  private final Cache cache;
  private final BloomFilter bloom;
  private final Options options;
  private final WriteOptions writing;
  private final RocksDB db;

  RocksDbStore(StoreSettings settings) {
    loadLibrary();
    this.mode = settings.mode();
    this.payloadBytes = settings.payloadBytes();
    StoreSettings.Memory memory = settings.memory();
    this.cached = memory == null;
    long cacheBytes =
        memory == null
            ? Math.max(256L << 20, 4L * settings.rows() * settings.rowBytes())
            : memory.budgetBytes();
    this.cache = new HyperClockCache(cacheBytes, 0, -1, false);
    this.bloom = new BloomFilter(10);
    this.options =
        new Options()
            .setCreateIfMissing(true)
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setWriteBufferSize(MEMTABLE_BYTES)
            .setMaxWriteBufferNumber(MEMTABLES)
            .setMaxBackgroundJobs(Math.max(2, Runtime.getRuntime().availableProcessors()))
            .setMemtableWholeKeyFiltering(true)
            .setMemtablePrefixBloomSizeRatio(0.1)
            .setMaxOpenFiles(-1)
            .setAvoidFlushDuringRecovery(true)
            .setUseDirectReads(!cached)
            .setUseDirectIoForFlushAndCompaction(!cached)
            .setStatsDumpPeriodSec(0)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(4096)
                    .setBlockAlign(!cached)
                    .setFilterPolicy(bloom)
                    .setWholeKeyFiltering(true)
                    .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                    .setDataBlockHashTableUtilRatio(0.75)
                    .setCacheIndexAndFilterBlocks(false));
    this.writing =
        new WriteOptions()
            .setSync(mode == Mode.SYNC)
            .setDisableWAL(mode == Mode.NONE || mode == Mode.MEMORY);
    try {
      this.db = RocksDB.open(options, settings.directory().toString());
      this.replayedCount = entriesInMemtables();
    } catch (RocksDBException e) {
      throw failure("open", e);
    }
  }

  static void loadLibrary() {
    RocksDB.loadLibrary();
  }

  private static IllegalStateException failure(String what, RocksDBException cause) {
    return new IllegalStateException(
        "RocksDB refuses to " + what + ": " + cause.getMessage(), cause);
  }

  @Override
  public StoreClient newClient() {
    return new Client(db, writing, payloadBytes);
  }

  @Override
  public void load(Keys keys, int from, int to) {
    byte[] key = new byte[Long.BYTES];
    ByteBuffer keyBytes = ByteBuffer.wrap(key).order(ByteOrder.BIG_ENDIAN);
    byte[] payload = new byte[payloadBytes];
    try (WriteBatch batch = new WriteBatch()) {
      for (int position = from; position < to; position++) {
        long number = keys.inLoadOrder(position);
        keyBytes.putLong(0, number);
        Payload.fill(payload, number, 0);
        batch.put(key, payload);
        if (batch.count() == ROWS_A_BATCH || position == to - 1) {
          db.write(writing, batch);
          batch.clear();
        }
      }
    } catch (RocksDBException e) {
      throw failure("load", e);
    }
  }

  @Override
  public void settle() {
    checkpoint();
    try {
      db.compactRange();
      readEverything();
    } catch (RocksDBException e) {
      throw failure("compact", e);
    }
  }

  /** Writes the memtables out, which empties the log. */
  @Override
  public void checkpoint() {
    try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
      db.flush(flush);
    } catch (RocksDBException e) {
      throw failure("flush", e);
    }
  }

  @Override
  public void sync() {
    try {
      db.flushWal(true);
    } catch (RocksDBException e) {
      throw failure("sync its log", e);
    }
  }

  @Override
  public OptionalLong logBytes() {
    try {
      return OptionalLong.of(
          db.getSortedWalFiles().stream().mapToLong(LogFile::sizeFileBytes).sum());
    } catch (RocksDBException e) {
      throw failure("list its log", e);
    }
  }

  @Override
  public OptionalLong replayedCount() {
    return OptionalLong.of(replayedCount);
  }

  private long entriesInMemtables() throws RocksDBException {
    return db.getLongProperty("rocksdb.num-entries-active-mem-table")
        + db.getLongProperty("rocksdb.num-entries-imm-mem-tables");
  }

  @Override
  public long rowCount() {
    long count = 0;
    try (RocksIterator rows = db.newIterator()) {
      for (rows.seekToFirst(); rows.isValid(); rows.next()) {
        count++;
      }
      rows.status();
    } catch (RocksDBException e) {
      throw failure("scan", e);
    }
    return count;
  }

  /**
   * Compaction leaves the block cache cold: it would be filled in the middle of a measurement. A
   * block that is passed is a block that is cached.
   */
  private void readEverything() {
    rowCount();
  }

  @Override
  public void rest() {
    try {
      long deadline = System.nanoTime() + REST_NANOS;
      while (busy() && System.nanoTime() < deadline) {
        Thread.sleep(REST_STEP_MILLIS);
      }
    } catch (RocksDBException e) {
      throw failure("tell what it does", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean busy() throws RocksDBException {
    for (String property : BACKGROUND_WORK) {
      if (db.getLongProperty(property) > 0) {
        return true;
      }
    }
    return false;
  }

  @Override
  public String description() {
    String log =
        switch (mode) {
          case MEMORY, NONE -> "no log";
          case INTERVAL -> "log, no sync";
          case SYNC -> "log, synced";
        };
    return "RocksDB "
        + RocksDB.rocksdbVersion()
        + ", "
        + log
        + (cached ? ", all blocks cached" : ", direct I/O")
        + ", no compression, bloom and hash index";
  }

  @Override
  public void close() {
    db.close();
    writing.close();
    options.close();
    cache.close();
    bloom.close();
  }

  private static final class Client implements StoreClient {

    private static final int MOST_KEYS = 256;

    private final RocksDB db;
    private final WriteOptions writing;
    private final ReadOptions reading = new ReadOptions().setVerifyChecksums(false);
    private final ByteBuffer key =
        ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.BIG_ENDIAN);
    private final ByteBuffer value;
    private final byte[] row;
    private final List<ByteBuffer> manyKeys = new ArrayList<>();
    private final List<ByteBuffer> manyValues = new ArrayList<>();

    private @Nullable PerfContext counters;

    Client(RocksDB db, WriteOptions writing, int payloadBytes) {
      this.db = db;
      this.writing = writing;
      this.value = ByteBuffer.allocateDirect(payloadBytes);
      this.row = new byte[payloadBytes];
    }

    @Override
    public long read(long number) {
      return copyPayload(number, row) ? Payload.key(row) : ~number;
    }

    @Override
    public boolean copyPayload(long number, byte[] target) {
      key.clear().putLong(0, number);
      value.clear();
      try {
        if (db.get(reading, key, value) != row.length) {
          return false;
        }
      } catch (RocksDBException e) {
        throw failure("get", e);
      }
      value.get(0, target, 0, row.length);
      return true;
    }

    @Override
    public int readAll(long[] keys, int count) {
      while (manyKeys.size() < count && manyKeys.size() < MOST_KEYS) {
        manyKeys.add(ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.BIG_ENDIAN));
        manyValues.add(ByteBuffer.allocateDirect(row.length));
      }
      for (int i = 0; i < count; i++) {
        manyKeys.get(i).clear().putLong(0, keys[i]);
        manyValues.get(i).clear();
      }
      int found = 0;
      try {
        List<ByteBufferGetStatus> answers =
            db.multiGetByteBuffers(
                reading, manyKeys.subList(0, count), manyValues.subList(0, count));
        for (int i = 0; i < count; i++) {
          if (answers.get(i).status.getCode() == Status.Code.Ok) {
            manyValues.get(i).get(0, row, 0, row.length);
            found += Payload.key(row) == keys[i] ? 1 : 0;
          }
        }
      } catch (RocksDBException e) {
        throw failure("get many", e);
      }
      return found;
    }

    @Override
    public void write(long number, long version) {
      Payload.fill(row, number, version);
      key.clear().putLong(0, number);
      value.clear().put(0, row);
      try {
        db.put(writing, key, value);
      } catch (RocksDBException e) {
        throw failure("put", e);
      }
    }

    @Override
    public boolean readModifyWrite(long number) {
      if (read(number) != number) {
        return false;
      }
      write(number, Payload.version(row) + 1);
      return true;
    }

    /** Counts from the first call to the end of a pass, and only what its thread reads. */
    @Override
    public OptionalLong deviceReadCount() {
      PerfContext counting = counters;
      if (counting == null) {
        db.setPerfLevel(PerfLevel.ENABLE_COUNT);
        counting = db.getPerfContext();
        counters = counting;
      }
      return OptionalLong.of(counting.getBlockReadCount());
    }

    @Override
    public void pause() {
      if (counters != null) {
        db.setPerfLevel(PerfLevel.DISABLE);
        counters = null;
      }
    }

    @Override
    public void close() {
      reading.close();
    }
  }
}
