package org.basaltdb.wal;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Prints what a commit costs against what the disk costs, and what an append costs. A program for
/// tuning, not a test:
///
/// ```
/// java -cp ... org.basaltdb.wal.LogTiming DIRECTORY
/// ```
///
/// What counts is the ratio: the speed of a disk drifts, and so does that of a machine that others
/// use.
final class LogTiming {
  private static final int ROUNDS = 7;
  private static final int COMMITS = 3_000;
  private static final int BURSTS = 50;
  private static final int BURST_APPENDS = 20_000;
  private static final int STREAM_APPENDS = 2_000_000;
  private static final long BARE_FILE_BYTES = 64L << 20;
  private static final int PAYLOAD_BYTES = 130;

  private final Path directory;
  private final long payload = Memory.allocate(4096, 4096);

  private LogTiming(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    Path parent = Path.of(arguments.length == 0 ? "." : arguments[0]);
    Path directory = Files.createTempDirectory(parent, "log-timing");
    try {
      LogTiming timing = new LogTiming(directory);
      timing.commitAgainstBareWrite();
      timing.append(Durability.NONE);
      timing.append(Durability.INTERVAL);
      for (int threads = 1; threads <= 32; threads *= 2) {
        timing.groupCommit(threads, false);
      }
      timing.groupCommit(32, true);
    } finally {
      deleteAll(directory);
    }
  }

  private Log open(String name) throws IOException {
    LogOptions options =
        LogOptions.of(directory.resolve(name), new UUID(1, 2), new MemoryBudget(Long.MAX_VALUE));
    return Log.open(options, Seam.system(), (lsn, type, flags, durability, address, bytes) -> {});
  }

  /// The two take turns, one by one: whatever else the machine does meets both alike.
  private void commitAgainstBareWrite() throws IOException {
    long[] bare = new long[COMMITS];
    long[] commit = new long[COMMITS];
    long block = Memory.allocate(4096, 4096);
    Memory.fill(block, 4096, (byte) 7);
    try (Log log = open("commit");
        DataFile file =
            Seam.system().files().open(directory.resolve("bare"), OpenMode.CREATE_NEW, true)) {
      file.zeroFill(0, BARE_FILE_BYTES);
      file.sync();
      for (int round = 0; round < ROUNDS; round++) {
        long allocated = 0;
        for (int index = 0; index < COMMITS; index++) {
          long offset = ((long) round * COMMITS + index) * 4096 % BARE_FILE_BYTES;
          long begin = System.nanoTime();
          file.write(block, 4096, offset);
          file.sync();
          bare[index] = System.nanoTime() - begin;
          long before = allocatedBytes();
          begin = System.nanoTime();
          log.awaitDurable(append(log, Durability.SYNC));
          commit[index] = System.nanoTime() - begin;
          allocated += allocatedBytes() - before;
        }
        System.out.printf(
            Locale.ROOT,
            "4 KiB write + sync  p10 %6.1f  p50 %6.1f  p99 %7.1f us    SYNC commit  p10 %6.1f  p50"
                + " %6.1f  p99 %7.1f us    ratio p10 %.3f  p50 %.3f    %.2f B/op%n",
            percentile(bare, 10) / 1e3,
            percentile(bare, 50) / 1e3,
            percentile(bare, 99) / 1e3,
            percentile(commit, 10) / 1e3,
            percentile(commit, 50) / 1e3,
            percentile(commit, 99) / 1e3,
            (double) percentile(commit, 10) / percentile(bare, 10),
            (double) percentile(commit, 50) / percentile(bare, 50),
            (double) allocated / COMMITS);
      }
    }
  }

  /// Bursts that the ring takes alone, and a stream as fast as the disk takes it.
  private void append(Durability durability) throws IOException {
    try (Log log = open("append-" + durability)) {
      for (int round = 0; round < ROUNDS; round++) {
        long[] bursts = new long[BURSTS];
        long allocated = 0;
        for (int burst = 0; burst < BURSTS; burst++) {
          long before = allocatedBytes();
          long begin = System.nanoTime();
          for (int index = 0; index < BURST_APPENDS; index++) {
            append(log, durability);
          }
          bursts[burst] = System.nanoTime() - begin;
          allocated += allocatedBytes() - before;
          log.flush();
        }
        log.recycleBefore(log.durableLsn());
        long begin = System.nanoTime();
        for (int index = 0; index < STREAM_APPENDS; index++) {
          append(log, durability);
        }
        log.flush();
        long stream = System.nanoTime() - begin;
        log.recycleBefore(log.durableLsn());
        System.out.printf(
            Locale.ROOT,
            "append %-8s   burst p10 %5.1f  p50 %5.1f  p99 %6.1f ns   %.4f B/op   stream %5.1f ns,"
                + " %.0f MB/s%n",
            durability,
            (double) percentile(bursts, 10) / BURST_APPENDS,
            (double) percentile(bursts, 50) / BURST_APPENDS,
            (double) percentile(bursts, 99) / BURST_APPENDS,
            (double) allocated / BURSTS / BURST_APPENDS,
            (double) stream / STREAM_APPENDS,
            (double) STREAM_APPENDS * RecordLayout.frameBytes(0, PAYLOAD_BYTES) * 1e3 / stream);
      }
      System.out.println(log.stats());
    }
  }

  private void groupCommit(int threads, boolean virtual) throws Exception {
    int commits = 40_000 / threads;
    try (Log log = open("group-" + threads + virtual)) {
      for (int round = 0; round < 3; round++) {
        CountDownLatch done = new CountDownLatch(threads);
        LogStats before = log.stats();
        long begin = System.nanoTime();
        Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        for (int thread = 0; thread < threads; thread++) {
          builder.start(() -> {
            for (int index = 0; index < commits; index++) {
              log.awaitDurable(append(log, Durability.SYNC));
            }
            done.countDown();
          });
        }
        done.await();
        double seconds = (System.nanoTime() - begin) / 1e9;
        LogStats after = log.stats();
        System.out.printf(
            Locale.ROOT,
            "SYNC, %2d %s threads   %8.0f commits/s   %7.1f us each   %.2f a batch%n",
            threads,
            virtual ? "virtual " : "platform",
            threads * commits / seconds,
            seconds / commits * 1e6,
            (double) threads * commits / (after.batchCount() - before.batchCount()));
      }
    }
  }

  private long append(Log log, Durability durability) {
    while (true) {
      long lsn = log.claim(PAYLOAD_BYTES);
      if (lsn != CommitLog.NO_SPACE) {
        Memory.copy(payload, log.payloadAddress(lsn), PAYLOAD_BYTES);
        log.publish(lsn, PAYLOAD_BYTES, RecordType.MUTATION, durability);
        return lsn;
      }
      log.awaitSpace(PAYLOAD_BYTES);
    }
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  private static long percentile(long[] nanos, double percent) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
