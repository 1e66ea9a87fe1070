package org.basaltdb.bench.garbage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.files.Directories;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Completion;
import org.basaltdb.core.Options;
import org.basaltdb.core.RowBatch;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The operations of the engine by themselves, one session, a database in a directory with its log
 * written in intervals. Made to be run with {@code -prof gc}, {@code -prof async} or {@code -prof
 * perfnorm}; comparisons with other engines are made by {@code scripts/bench}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 4)
@Fork(
    value = 1,
    jvmArgs = {
      "-Xms512m",
      "-Xmx512m",
      "--enable-native-access=ALL-UNNAMED",
      "--sun-misc-unsafe-memory-access=allow" // JMH's own
    })
public class EngineBenchmark {

  private static final int KEY = 0;
  private static final int PAYLOAD = 1;
  private static final int BATCH_ROWS = 32;

  /** Some microsecond of work that touches no memory. */
  private static final long CONTROL_TOKENS = 500;

  /** Rows in the table. */
  @Param("200000")
  public int rows;

  /** What happens to a write. */
  @Param("INTERVAL")
  public Durability durability = Durability.INTERVAL;

  private Path directory;
  private Basalt database;
  private Session session;
  private Table table;
  private Keys keys;
  private RowView view;
  private RowBuffer row;
  private RowBatch batch;
  private final byte[] payload = new byte[Payload.BYTES];
  private long draws;
  private long version;

  /** Opens a new database and fills its table. */
  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("basalt-jmh-");
    database = Basalt.open(directory, Options.builder().durability(durability).build());
    table =
        database.createTable(
            TableSchema.builder("rows")
                .column("id", ColumnType.BIGINT)
                .column("payload", ColumnType.VARBINARY)
                .maxLength(Payload.BYTES)
                .primaryKey("id")
                .expectedRowBytes(Payload.ROW_BYTES)
                .build());
    session = database.openSession();
    keys = new Keys(Keys.Kind.SCATTERED, rows);
    view = table.newView();
    row = table.newRow();
    batch = table.newBatch(BATCH_ROWS);
    for (int position = 0; position < rows; position++) {
      session.insert(table, rowOf(keys.inLoadOrder(position)), Durability.NONE);
    }
  }

  /** Closes the database and deletes its files. */
  @TearDown
  public void close() throws IOException {
    session.close();
    database.close();
    Directories.delete(directory);
  }

  private long drawKey() {
    draws += Mixing.GOLDEN;
    return keys.at(Mixing.bounded(Mixing.mix(draws), rows));
  }

  private RowBuffer rowOf(long key) {
    Payload.fill(payload, key, version++);
    row.setLong(KEY, key);
    row.setBytes(PAYLOAD, payload);
    return row;
  }

  /**
   * No operation of the engine at all, for about as long as one takes: what is allocated here is
   * the harness's own.
   */
  @Benchmark
  public long control() {
    Blackhole.consumeCPU(CONTROL_TOKENS);
    return drawKey();
  }

  /** One row by its key. */
  @Benchmark
  public long get() {
    long key = drawKey();
    return session.get(table, key, view) ? view.getLong(KEY) : ~key;
  }

  /** Thirty-two rows by their keys in one call, which is the operation. */
  @Benchmark
  public long getAll() {
    batch.clear();
    for (int i = 0; i < BATCH_ROWS; i++) {
      batch.addKey(drawKey());
    }
    session.getAll(batch);
    long sum = 0;
    for (int i = 0; i < BATCH_ROWS; i++) {
      sum += batch.view(i).getLong(KEY);
    }
    return sum;
  }

  /** A whole row over an existing one. */
  @Benchmark
  public boolean upsert() {
    return session.upsert(table, rowOf(drawKey()));
  }

  /** One column of an existing row. */
  @Benchmark
  public boolean update() {
    return session.update(table, rowOf(drawKey()));
  }

  /** A row taken out and put in again: two operations, counted as one. */
  @Benchmark
  public boolean delete() {
    long key = drawKey();
    boolean deleted = session.delete(table, key);
    session.insert(table, rowOf(key));
    return deleted;
  }

  /** A whole row handed over and waited for. */
  @Benchmark
  public boolean submit() {
    try (Completion completion = session.submitUpsert(table, rowOf(drawKey()))) {
      return completion.await();
    }
  }
}
