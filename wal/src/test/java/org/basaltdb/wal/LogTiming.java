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
/// The bare write and the commit take turns in one run, for a disk's speed drifts; what counts is
/// their ratio.
final class LogTiming {
  private static final int ROUNDS = 7;
  private static final int COMMITS = 4_000;
  private static final int APPENDS = 4_000_000;
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

  private void commitAgainstBareWrite() throws IOException {
    Seam seam = Seam.system();
    long[] bare = new long[ROUNDS * COMMITS];
    long[] commit = new long[ROUNDS * COMMITS];
    long allocated = 0;
    long block = Memory.allocate(4096, 4096);
    Memory.fill(block, 4096, (byte) 7);
    try (Log log = open("commit");
        DataFile file = seam.files().open(directory.resolve("bare"), OpenMode.CREATE_NEW, true)) {
      file.zeroFill(0, 64L << 20);
      file.sync();
      for (int round = 0; round < ROUNDS; round++) {
        for (int index = 0; index < COMMITS; index++) {
          long offset = ((long) round * COMMITS + index) * 4096 % (64L << 20);
          long begin = System.nanoTime();
          file.write(block, 4096, offset);
          file.sync();
          bare[round * COMMITS + index] = System.nanoTime() - begin;
        }
        long before = allocatedBytes();
        for (int index = 0; index < COMMITS; index++) {
          long begin = System.nanoTime();
          log.awaitDurable(append(log, Durability.SYNC));
          commit[round * COMMITS + index] = System.nanoTime() - begin;
        }
        if (round > 1) {
          allocated += allocatedBytes() - before;
        }
      }
    }
    long bareMedian = medianOfRounds(bare);
    long commitMedian = medianOfRounds(commit);
    System.out.printf(
        Locale.ROOT,
        "bare write + sync   p50 %6.1f us   p99 %6.1f us   p99.9 %6.1f us%n",
        bareMedian / 1e3,
        percentile(bare, 99) / 1e3,
        percentile(bare, 99.9) / 1e3);
    System.out.printf(
        Locale.ROOT,
        "SYNC commit         p50 %6.1f us   p99 %6.1f us   p99.9 %6.1f us   ratio %.3f   (means%n"
            + " %.3f)   %.3f B/op",
        commitMedian / 1e3,
        percentile(commit, 99) / 1e3,
        percentile(commit, 99.9) / 1e3,
        (double) commitMedian / bareMedian,
        Arrays.stream(commit).average().orElseThrow() / Arrays.stream(bare).average().orElseThrow(),
        (double) allocated / ((ROUNDS - 2) * COMMITS));
  }

  private void append(Durability durability) throws IOException {
    try (Log log = open("append-" + durability)) {
      for (int round = 0; round < ROUNDS; round++) {
        long before = allocatedBytes();
        long longest = 0;
        long begin = System.nanoTime();
        for (int index = 0; index < APPENDS / 1000; index++) {
          long from = System.nanoTime();
          for (int inner = 0; inner < 1000; inner++) {
            append(log, durability);
          }
          longest = Math.max(longest, System.nanoTime() - from);
        }
        long nanos = System.nanoTime() - begin;
        long allocated = allocatedBytes() - before;
        log.flush();
        long flushed = System.nanoTime() - begin;

        // as fast as the disk takes it, and as fast as an engine does that works 300 ns on each
        begin = System.nanoTime();
        long busy = 0;
        for (int index = 0; index < APPENDS / 4; index++) {
          long from = System.nanoTime();
          append(log, durability);
          long to = System.nanoTime();
          busy += to - from;
          while (System.nanoTime() - to < 300) {
            Thread.onSpinWait();
          }
        }
        System.out.printf(
            Locale.ROOT,
            "append %-8s      %6.1f ns, %.0f MB/s flushed   longest thousand %.0f us   %.4f B/op "
                + " %n paced: %.1f ns",
            durability,
            (double) nanos / APPENDS,
            (double) APPENDS * (PAYLOAD_BYTES + 24) * 1e3 / flushed,
            longest / 1e3,
            (double) allocated / APPENDS,
            (double) busy / (APPENDS / 4));
        log.recycleBefore(log.durableLsn());
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

  /// The median over the rounds of each round's median.
  private static long medianOfRounds(long[] nanos) {
    long[] medians = new long[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      medians[round] =
          percentile(Arrays.copyOfRange(nanos, round * COMMITS, (round + 1) * COMMITS), 50);
    }
    return percentile(medians, 50);
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
