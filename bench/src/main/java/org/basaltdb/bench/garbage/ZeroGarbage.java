package org.basaltdb.bench.garbage;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.basaltdb.bench.files.Directories;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The command {@code scripts/zero-gc}: the run under Epsilon, then the allocation of each
 * operation; or both on data larger than memory ({@link TieredGarbage}).
 */
public final class ZeroGarbage {

  private static final int PASSED = 0;
  private static final int BAR_MISSED = 1;
  private static final int MISUSED = 2;
  private static final int BROKEN = 3;

  private static final int ROWS = 1_000_000;
  private static final int OPERATIONS = 50_000_000;
  private static final int QUICK_PART = 25;
  static final double LIMIT_BYTES = 0.1;
  private static final String GC_FIGURE = "gc.alloc.rate.norm";
  private static final String ALLOCATED = "zero-gc.allocated";
  private static final String EPSILON = "zero-gc.epsilon";
  static final String BASALT = "basalt";
  static final String CONTROL = "control";

  private ZeroGarbage() {}

  /** Ends the process with 0 (no garbage), 1 (some), 2 (misused) or 3 (broken). */
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments), System.out));
  }

  private static int run(List<String> options, PrintStream out) {
    boolean quick = false;
    boolean tiered = false;
    Path json = null;
    Path under = Path.of("");
    for (int i = 0; i < options.size(); i++) {
      boolean hasValue = i + 1 < options.size();
      if (options.get(i).equals("--quick")) {
        quick = true;
      } else if (options.get(i).equals("--tiered")) {
        tiered = true;
      } else if (options.get(i).equals("--json") && hasValue) {
        json = Path.of(options.get(++i));
      } else if (options.get(i).equals("--directory") && hasValue) {
        under = Path.of(options.get(++i));
      } else {
        out.println("usage: scripts/zero-gc [--tiered] [--quick] [--json FILE] [--directory DIR]");
        return MISUSED;
      }
    }
    try {
      Path directory = Directories.createUnder(under, "zero-gc-");
      try {
        return run(tiered, quick, directory, json, out);
      } finally {
        Directories.delete(directory);
      }
    } catch (IOException | RunnerException e) {
      out.println("zero-gc: " + e.getMessage());
      return BROKEN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return BROKEN;
    }
  }

  private static int run(
      boolean tiered, boolean quick, Path directory, @Nullable Path json, PrintStream out)
      throws IOException, InterruptedException, RunnerException {
    Report report = new Report();
    if (tiered) {
      TieredGarbage.measure(report, quick, directory, out);
    } else {
      epsilon(report, quick ? OPERATIONS / QUICK_PART : OPERATIONS, directory, out);
      allocation(report, quick, directory, out);
    }
    report.print(out);
    if (json != null) {
      report.writeJson(json);
    }
    return report.passes(false) ? PASSED : BAR_MISSED;
  }

  private static void epsilon(Report report, int operations, Path under, PrintStream out)
      throws IOException, InterruptedException {
    String mixed = String.format(Locale.ROOT, "%,d mixed get/upsert (90/10)", operations);
    out.println(
        mixed + " on a heap of " + EpsilonJvm.HEAP_MEGABYTES + " MiB that is never collected");
    report.group(EPSILON, mixed + " under Epsilon: exit status", Unit.STATUS, BASALT);
    report.bar(Bar.atMost(EPSILON, BASALT, 0));
    Path directory = Directories.createUnder(under, "epsilon-");
    int status =
        EpsilonJvm.run(
            EpsilonRun.class,
            directory.toString(),
            String.valueOf(Math.min(ROWS, operations)),
            String.valueOf(operations));
    report.add(EPSILON, BASALT, status);
    out.println(EpsilonJvm.words(status));
  }

  private static void allocation(Report report, boolean quick, Path directory, PrintStream out)
      throws RunnerException {
    out.println("allocation of each operation (JMH, -prof gc)");
    report.group(
        ALLOCATED, "heap bytes allocated by an operation", Unit.BYTES_AN_OPERATION, CONTROL);
    OptionsBuilder builder = new OptionsBuilder();
    builder
        .include(EngineBenchmark.class.getName())
        .addProfiler(GCProfiler.class)
        .jvmArgsAppend("-Djava.io.tmpdir=" + directory)
        .verbosity(VerboseMode.SILENT);
    if (quick) {
      builder.measurementIterations(3).measurementTime(TimeValue.seconds(1)).warmupIterations(2);
    }
    for (RunResult result : new Runner(builder.build()).run()) {
      String operation = result.getPrimaryResult().getLabel();
      String subject = operation.equals(CONTROL) ? CONTROL : BASALT + "." + operation;
      double allocated = allocated(result);
      if (Double.isNaN(allocated)) {
        throw new RunnerException("JMH's gc profiler gave no '" + GC_FIGURE + "' for " + operation);
      }
      report.add(ALLOCATED, subject, allocated);
      if (!operation.equals(CONTROL)) {
        report.bar(Bar.under(ALLOCATED, subject, LIMIT_BYTES));
      }
      out.println(
          String.format(
              Locale.ROOT,
              "  %-8s %8.1f ns/op %10.4f B/op",
              operation,
              result.getPrimaryResult().getScore(),
              allocated));
    }
  }

  /**
   * The median of the iterations, not their mean: JMH itself allocates some 250 KB in the last one,
   * as the control shows. Not a number if the profiler said nothing.
   */
  @SuppressWarnings("rawtypes") // as JMH declares it
  private static double allocated(RunResult result) {
    for (Map.Entry<String, Result> entry : result.getSecondaryResults().entrySet()) {
      if (entry.getKey().endsWith(GC_FIGURE)) {
        return entry.getValue().getStatistics().getPercentile(50);
      }
    }
    return Double.NaN;
  }
}
