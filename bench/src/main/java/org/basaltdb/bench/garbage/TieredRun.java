package org.basaltdb.bench.garbage;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.ZipfDraws;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.DatabaseStats;
import org.basaltdb.core.Options;
import org.basaltdb.core.Table;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/**
 * Operations on data eight times as large as the memory for it, while checkpoints are made, in a
 * JVM that never collects garbage. Counts what the threads that call the engine allocate on the
 * heap, and what the engine's own threads do.
 *
 * <p>Ends with 0 if it came through, with 3 (the JVM's doing) if the heap ran out, with 1 if a row
 * was wrong.
 */
public final class TieredRun {

  /** A line of the results: one operation, or the whole run. */
  static final String OPERATION = "operation";

  static final String WHOLE = "whole";

  static final int ROW_BYTES = 1_024;
  static final int TIMES_THE_POOL = 8;
  static final long POOL_BYTES = 32L << 20;

  private static final int PAYLOAD_BYTES = ROW_BYTES - Long.BYTES;
  private static final int ROWS = (int) (TIMES_THE_POOL * POOL_BYTES / ROW_BYTES);

  /** Memory beside the pool: log and sessions, and indexes. */
  private static final long OTHER_BYTES = 64L << 20;

  private static final long INDEX_BYTES_A_ROW = 32;

  private static final long LOG_SEGMENT_BYTES = 32L << 20;

  /** So that a checkpoint is made all the time. */
  private static final long CHECKPOINT_LOG_BYTES = 16L << 20;

  private static final int WINDOWS = 5;
  private static final int SLICE = 16;

  private static final int CALLERS = 2;
  private static final int STEPS = 10;
  private static final double ZIPF_THETA = 0.99;
  private static final int ZIPF_DRAWS = 1 << 20;

  private final Basalt database;
  private final Table table;
  private final Keys keys = new Keys(Keys.Kind.SCATTERED, ROWS);
  private final long windowNanos;
  private final List<String> results = new ArrayList<>();
  private long wrong;

  private TieredRun(Basalt database, Table table, long windowNanos) {
    this.database = database;
    this.table = table;
    this.windowNanos = windowNanos;
  }

  /**
   * Runs it.
   *
   * @param arguments an existing empty directory; a file for the results; milliseconds of a window;
   *     mixed operations of which two thirds are skewed
   */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Options options =
        Options.builder()
            .durability(Durability.INTERVAL)
            .memoryBudgetBytes(POOL_BYTES + OTHER_BYTES + ROWS * INDEX_BYTES_A_ROW)
            .poolBytes(POOL_BYTES)
            .logSegmentBytes(LOG_SEGMENT_BYTES)
            .checkpointLogBytes(CHECKPOINT_LOG_BYTES)
            .build();
    try (Basalt database = Basalt.open(Path.of(arguments[0]), options)) {
      Table table =
          database.createTable(
              TableSchema.builder("rows")
                  .column("id", ColumnType.BIGINT)
                  .column("payload", ColumnType.VARBINARY)
                  .maxLength(PAYLOAD_BYTES)
                  .primaryKey("id")
                  .expectedRowBytes(ROW_BYTES)
                  .build());
      TieredRun run = new TieredRun(database, table, Long.parseLong(arguments[2]) * 1_000_000);
      run.run(Integer.parseInt(arguments[3]));
      Files.write(Path.of(arguments[1]), run.results);
      if (run.wrong > 0) {
        System.out.println(run.wrong + " rows were wrong");
        System.exit(1);
      }
    }
  }

  private void run(int mixedOperations) throws InterruptedException, ExecutionException {
    DatabaseStats before;
    long engineBytes;
    try (TieredCalls calls = newCalls(0)) {
      calls.load();
      database.checkpoint();
      before = database.stats();
      engineBytes = HeapAllocation.engineBytes();
      for (Map.Entry<String, Runnable> operation : calls.operations().entrySet()) {
        measure(operation.getKey(), operation.getValue());
      }
      wrong += calls.wrong();
    }
    ZipfDraws zipf = new ZipfDraws(ROWS, ZIPF_THETA, ZIPF_DRAWS, 1);
    mixed("mixed-zipf", mixedOperations / 3 * 2, zipf);
    mixed("mixed-uniform", mixedOperations / 3, null);
    engineBytes = HeapAllocation.engineBytes() - engineBytes;
    DatabaseStats after = database.stats();
    long checkpoints = after.checkpointCount() - before.checkpointCount();
    results.add(
        Message.of(WHOLE)
            .with("checkpoints", checkpoints)
            .with("evictions", after.evictedPageCount() - before.evictedPageCount())
            .with("background", engineBytes / Math.max(1, checkpoints))
            .toString());
    System.out.printf(
        Locale.ROOT,
        "  %,d checkpoints, %,d pages written, %,d evicted; the engine's threads allocated %,d"
            + " bytes; heap used %d KiB%n",
        checkpoints,
        after.writtenImageCount() - before.writtenImageCount(),
        after.evictedPageCount() - before.evictedPageCount(),
        engineBytes,
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10);
  }

  private TieredCalls newCalls(long seed) {
    return new TieredCalls(database, table, keys, PAYLOAD_BYTES, seed);
  }

  /** Windows of the same length; two come first that do not count, for the compiler. */
  private void measure(String name, Runnable operation) {
    repeat(operation, 2 * windowNanos);
    double[] bytes = new double[WINDOWS];
    long coldReads = database.stats().coldReadCount();
    long all = 0;
    long begin = System.nanoTime();
    for (int window = 0; window < WINDOWS; window++) {
      long bytesBefore = HeapAllocation.ownBytes();
      long operations = repeat(operation, windowNanos);
      bytes[window] = (HeapAllocation.ownBytes() - bytesBefore) / (double) operations;
      all += operations;
    }
    double nanos = (System.nanoTime() - begin) / (double) all;
    double reads = (database.stats().coldReadCount() - coldReads) / (double) all;
    add(name, bytes, reads, nanos);
  }

  private static long repeat(Runnable operation, long nanos) {
    long operations = 0;
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < nanos) {
      for (int i = 0; i < SLICE; i++) {
        operation.run();
      }
      operations += SLICE;
    }
    return operations;
  }

  /** Bytes an operation are those of each window or step. */
  private void add(String name, double[] bytes, double reads, double nanos) {
    results.add(
        Message.of(OPERATION)
            .with("name", name)
            .with(
                "bytes",
                Arrays.stream(bytes)
                    .mapToObj(value -> String.format(Locale.ROOT, "%.6f", value))
                    .collect(Collectors.joining(",")))
            .with("reads", String.format(Locale.ROOT, "%.6f", reads))
            .toString());
    double[] sorted = bytes.clone();
    Arrays.sort(sorted);
    System.out.printf(
        Locale.ROOT,
        "  %-14s %,12.0f ns/op %10.4f B/op (at most %.4f) %8.3f disk reads/op%n",
        name,
        nanos,
        sorted[sorted.length / 2],
        sorted[sorted.length - 1],
        reads);
  }

  /** Several callers at once, each of which takes the same steps. */
  private void mixed(String name, int operations, @Nullable ZipfDraws zipf)
      throws InterruptedException, ExecutionException {
    long coldReads = database.stats().coldReadCount();
    long begin = System.nanoTime();
    double[] bytes = new double[STEPS];
    List<Future<double[]>> callers = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      for (int caller = 1; caller <= CALLERS; caller++) {
        long seed = caller;
        callers.add(threads.submit(() -> callMixed(seed, operations / CALLERS, zipf)));
      }
      for (Future<double[]> caller : callers) {
        double[] steps = caller.get();
        Arrays.setAll(bytes, step -> Math.max(bytes[step], steps[step]));
      }
    }
    double nanos = (System.nanoTime() - begin) / (double) operations;
    double reads = (database.stats().coldReadCount() - coldReads) / (double) operations;
    add(name, bytes, reads, nanos);
  }

  /** Bytes an operation in each step. */
  private double[] callMixed(long seed, int operations, @Nullable ZipfDraws zipf) {
    double[] bytes = new double[STEPS];
    int stepOperations = operations / STEPS;
    try (TieredCalls calls = newCalls(seed)) {
      for (int step = 0; step < STEPS; step++) {
        long before = HeapAllocation.ownBytes();
        calls.mix(stepOperations, zipf);
        bytes[step] = (HeapAllocation.ownBytes() - before) / (double) stepOperations;
      }
      synchronized (this) {
        wrong += calls.wrong();
      }
    }
    return bytes;
  }
}
