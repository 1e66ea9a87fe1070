package org.basaltdb.bench.garbage;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.basaltdb.bench.files.Directories;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;

/**
 * What callers allocate where an eighth of the data fits into memory: {@link TieredRun} in a JVM
 * that never collects garbage, and the bars on what it counted.
 *
 * <p>That nothing was allocated says something only if it was done at all: so there are also bars
 * on how often the disk was read, on evictions and on checkpoints.
 */
final class TieredGarbage {

  private static final String PREFIX = "zero-gc.tiered.";
  private static final String EPSILON = PREFIX + "epsilon";
  private static final String ALLOCATED = PREFIX + "allocated";
  private static final String READS = PREFIX + "disk-reads";
  private static final String CHECKPOINTS = PREFIX + "checkpoints";
  private static final String EVICTIONS = PREFIX + "evictions";
  private static final String BACKGROUND = PREFIX + "background";

  private static final int MIXED_OPERATIONS = 3_000_000;
  private static final int QUICK_PART = 25;
  private static final int WINDOW_MILLIS = 1_000;
  private static final int QUICK_WINDOW_MILLIS = 300;

  /** Reads of the disk for an operation on a key of which seven in eight are not in memory. */
  private static final double MISSES = 0.5;

  /** For one of a page's few rows in turn, or of those that are mostly popular. */
  private static final double SOME_MISSES = 0.1;

  private static final double NO_MISSES = 0.001;
  private static final int MANY_CHECKPOINTS = 5;

  private TieredGarbage() {}

  /** Runs it and adds figures and bars to the report. */
  static void measure(Report report, boolean quick, Path under, PrintStream out)
      throws IOException, InterruptedException {
    int operations = quick ? MIXED_OPERATIONS / QUICK_PART : MIXED_OPERATIONS;
    describe(report, quick ? 1 : MANY_CHECKPOINTS);
    out.printf(
        Locale.ROOT,
        "operations on %d MiB of rows with a pool of %d MiB, on a heap of %d MiB that is never"
            + " collected;%nthen %,d mixed get/upsert (90/10) by several threads%n",
        (TieredRun.TIMES_THE_POOL * TieredRun.POOL_BYTES) >> 20,
        TieredRun.POOL_BYTES >> 20,
        EpsilonJvm.HEAP_MEGABYTES,
        operations);
    Path directory = Directories.createUnder(under, "epsilon-");
    Path results = under.resolve("results");
    int status =
        EpsilonJvm.run(
            TieredRun.class,
            directory.toString(),
            results.toString(),
            String.valueOf(quick ? QUICK_WINDOW_MILLIS : WINDOW_MILLIS),
            String.valueOf(operations));
    report.add(EPSILON, ZeroGarbage.BASALT, status);
    out.println(EpsilonJvm.words(status));
    if (Files.exists(results)) {
      for (String line : Files.readAllLines(results)) {
        add(report, Message.parse(line));
      }
    }
  }

  private static void describe(Report report, int checkpoints) {
    report.group(
        EPSILON, "larger than memory, under Epsilon: exit status", Unit.STATUS, ZeroGarbage.BASALT);
    report.bar(Bar.atMost(EPSILON, ZeroGarbage.BASALT, 0));
    report.group(
        ALLOCATED,
        "heap bytes allocated by an operation, on its caller's thread",
        Unit.BYTES_AN_OPERATION,
        ZeroGarbage.CONTROL);
    report.group(
        READS, "pages read from disk for an operation", Unit.DISK_READS, ZeroGarbage.CONTROL);
    report.group(CHECKPOINTS, "checkpoints made meanwhile", Unit.CHECKPOINTS, ZeroGarbage.BASALT);
    report.bar(Bar.atLeast(CHECKPOINTS, ZeroGarbage.BASALT, checkpoints));
    report.group(EVICTIONS, "pages evicted meanwhile", Unit.PAGES, ZeroGarbage.BASALT);
    report.bar(Bar.atLeast(EVICTIONS, ZeroGarbage.BASALT, 1));
    report.group(
        BACKGROUND,
        "heap bytes allocated by the engine's own threads, per checkpoint",
        Unit.BYTES_A_CHECKPOINT,
        ZeroGarbage.BASALT);
  }

  private static void add(Report report, Message line) {
    if (line.word().equals(TieredRun.WHOLE)) {
      report.add(CHECKPOINTS, ZeroGarbage.BASALT, line.number("checkpoints"));
      report.add(EVICTIONS, ZeroGarbage.BASALT, line.number("evictions"));
      report.add(BACKGROUND, ZeroGarbage.BASALT, line.number("background"));
      return;
    }
    String operation = line.text("name");
    boolean control = operation.equals(ZeroGarbage.CONTROL);
    String subject = control ? operation : ZeroGarbage.BASALT + "." + operation;
    for (String bytes : line.text("bytes").split(",", -1)) {
      report.add(ALLOCATED, subject, Double.parseDouble(bytes));
    }
    report.add(READS, subject, line.number("reads"));
    if (!control) {
      report.bar(Bar.under(ALLOCATED, subject, ZeroGarbage.LIMIT_BYTES));
      report.bar(readsOf(operation, subject));
    }
  }

  private static Bar readsOf(String operation, String subject) {
    String kind = operation.substring(operation.lastIndexOf('-') + 1);
    return switch (kind) {
      case "hit", "hot" -> Bar.atMost(READS, subject, NO_MISSES);
      case "miss", "misses", "cold" -> Bar.atLeast(READS, subject, MISSES);
      default -> Bar.atLeast(READS, subject, SOME_MISSES);
    };
  }
}
