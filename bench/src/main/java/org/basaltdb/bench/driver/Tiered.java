package org.basaltdb.bench.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/** Point reads of rows of 1 KiB, of which an eighth fits into memory. */
public final class Tiered implements Experiment {

  private static final String BASALT = "basalt";
  private static final String ROCKSDB = "rocksdb-direct-io";

  /** Not an engine: what the disk takes for a block, when nothing else is asked for. */
  private static final String CONTROL = "direct-reads";

  private static final int ROW_BYTES = 1_024;
  private static final int PAYLOAD_BYTES = ROW_BYTES - Long.BYTES;
  private static final int ROWS = 4 << 20;

  /** Bytes of rows over bytes of memory for rows. */
  private static final int TIMES_THE_POOL = 8;

  /**
   * Memory beside the pool that the budget allows: so much at any size, for log and sessions, and
   * so much for each row, for indexes and for where the rows are.
   */
  private static final long FIXED_BYTES = 64L << 20;

  private static final int BYTES_A_ROW = 32;

  /** The process may have the budget and so much more, for the JVM and for what it rounds up. */
  private static final double BUDGET_TIMES = 1.15;

  private static final long JVM_MEBIBYTES = 192;

  /** The heap is part of the process's memory. */
  private static final int HEAP_MEGABYTES = 64;

  private static final String UNIFORM = "uniform";
  private static final String ZIPF = "zipf";
  private static final String ONE_THREAD = "one-thread";
  private static final String ALL_CORES = "all-cores";
  private static final String COLD = "cold";
  private static final String WARM = "warm";

  private static final String MEMORY = "tiered.process-memory";

  private static final long COLD_LIMIT_NANOS = 1_000_000;

  /** A pass is this many times as long as those of other experiments: reads of disks are few. */
  private static final int LONGER = 3;

  /**
   * And before the rounds of each kind of draws, a pass that brings memory into its usual state.
   */
  private static final int FILLING = 40;

  private static final String SET = "rows";

  @Override
  public String question() {
    return "How fast are rows read by their key when an eighth of them fits into memory?";
  }

  @Override
  public int rows() {
    return ROWS;
  }

  @Override
  public void run(Run run) throws Exception {
    describe(run);
    List<Subject> subjects = start(run);
    double[] memory = new double[subjects.size()];
    List<Subject> withControl = new ArrayList<>(subjects);
    if (run.wants(CONTROL)) {
      withControl.add(run.start(CONTROL, Engine.NONE, HEAP_MEGABYTES));
    }
    for (String draws : List.of(UNIFORM, ZIPF)) {
      for (Subject subject : subjects) {
        subject.ask(
            reads(draws)
                .with("threads", cores())
                .with("millis", FILLING * run.settings().passMillis()));
      }
      run.rounds(
          draws,
          draws.equals(UNIFORM) ? withControl : subjects,
          (subject, counts) -> {
            turn(run, subject, draws, counts);
            int at = subjects.indexOf(subject);
            if (at >= 0) {
              double resident = subject.ask(Message.of("memory")).number("resident");
              memory[at] = Math.max(memory[at], resident);
            }
          });
    }
    for (Subject subject : subjects) {
      run.report().add(MEMORY, subject.name(), memory[subjects.indexOf(subject)] / (1 << 20));
      run.check(subject, SET);
    }
  }

  private static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static String figure(String draws, String what) {
    return "tiered." + draws + "." + what;
  }

  private static void describe(Run run) {
    Report report = run.report();
    for (String draws : List.of(UNIFORM, ZIPF)) {
      String drawn = draws.equals(ZIPF) ? "Zipf 0.99, " : "uniform, ";
      for (String threads : List.of(ONE_THREAD, ALL_CORES)) {
        String title = drawn + threads.replace('-', ' ');
        report.group(
            figure(draws, "rate." + threads), "reads, " + title, Unit.ROWS_A_SECOND, ROCKSDB);
        describePercentiles(report, draws, threads, "read, " + title);
      }
      for (String tier : List.of(COLD, WARM)) {
        describePercentiles(report, draws, tier, tier + " read, " + drawn + "one thread");
      }
      report.group(
          figure(draws, "cold-share"),
          "cold reads over all, " + drawn + "one thread",
          Unit.TIMES,
          ROCKSDB);
      report.group(
          figure(draws, "device-bytes"),
          "bytes read from the disk, " + drawn + "one thread",
          Unit.BYTES_AN_OPERATION,
          ROCKSDB);
      report.bar(Bar.under(figure(draws, COLD + ".p99"), BASALT, COLD_LIMIT_NANOS));
    }
    report.group(MEMORY, "process memory, the most after any turn", Unit.MEBIBYTES, ROCKSDB);
    for (String threads : List.of(ONE_THREAD, ALL_CORES)) {
      report.bar(Bar.atLeastTimes(1, figure(UNIFORM, "rate." + threads), BASALT, ROCKSDB));
    }
    report.bar(Bar.atMost(MEMORY, BASALT, processMebibytes(budgetBytes(run.settings().rows()))));
  }

  private static void describePercentiles(Report report, String draws, String what, String title) {
    report.group(
        figure(draws, what + ".p50"), title + ", median", Unit.NANOS_AN_OPERATION, ROCKSDB);
    report.group(
        figure(draws, what + ".p99"),
        title + ", 99th percentile",
        Unit.NANOS_AN_OPERATION,
        ROCKSDB);
    report.group(
        figure(draws, what + ".p99.9"),
        title + ", 99.9th percentile",
        Unit.NANOS_AN_OPERATION,
        ROCKSDB);
  }

  /** Bytes of memory for rows. */
  static long poolBytes(int rows) {
    return (long) rows * ROW_BYTES / TIMES_THE_POOL;
  }

  /** Bytes of memory for everything. */
  static long budgetBytes(int rows) {
    return poolBytes(rows) + FIXED_BYTES + (long) rows * BYTES_A_ROW;
  }

  /** The most that the process may occupy, in whole MiB. */
  static double processMebibytes(long budgetBytes) {
    return Math.floor(BUDGET_TIMES * budgetBytes / (1 << 20)) + JVM_MEBIBYTES;
  }

  private static List<Subject> start(Run run) throws Exception {
    Lineup lineup = new Lineup(run);
    lineup.add(BASALT, Engine.BASALT, HEAP_MEGABYTES, subject -> load(run, subject));
    lineup.add(ROCKSDB, Engine.ROCKSDB, HEAP_MEGABYTES, subject -> load(run, subject));
    return lineup.load();
  }

  private static void load(Run run, Subject subject) {
    int rows = run.settings().rows();
    Message open =
        Message.of("open")
            .with("set", SET)
            .with("rows", rows)
            .with("payload", PAYLOAD_BYTES)
            .with("keys", "scattered")
            .with("mode", "interval")
            .with("budget", budgetBytes(rows))
            .with("pool", poolBytes(rows));
    String description = subject.ask(open).text("description").replace('_', ' ');
    double seconds = subject.ask(Message.of("load").with("set", SET)).number("seconds");
    subject.ask(Message.of("checkpoint").with("set", SET));
    subject.ask(Message.of("rest"));
    run.check(subject, SET);
    run.say(
        String.format(
            Locale.ROOT,
            "%s: %,d rows of %,d B loaded in %.1f s, %,d MiB for rows of %,d MiB in all (%s)",
            subject.name(),
            rows,
            ROW_BYTES,
            seconds,
            poolBytes(rows) >> 20,
            budgetBytes(rows) >> 20,
            description));
  }

  private static Message reads(String draws) {
    return Message.of("whole").with("set", SET).with("draws", draws);
  }

  private static void turn(Run run, Subject subject, String draws, boolean counts)
      throws Exception {
    run.settleDisk();
    int millis = LONGER * run.passMillis(counts);
    for (String threads : List.of(ONE_THREAD, ALL_CORES)) {
      boolean one = threads.equals(ONE_THREAD);
      boolean control = subject.name().equals(CONTROL);
      Message request = control ? Message.of("blocks") : reads(draws);
      if (control) {
        request.with("bytes", (long) run.settings().rows() * ROW_BYTES);
      }
      request.with("threads", one ? 1 : cores()).with("millis", millis);
      Message untimed = subject.ask(request);
      Message timed = subject.ask(request.with("timed", true).with("tiers", one));
      if (!counts) {
        continue;
      }
      Report report = run.report();
      String name = subject.name();
      report.add(figure(draws, "rate." + threads), name, untimed.number("rate"));
      percentiles(report, figure(draws, threads), name, timed, "p");
      if (one) {
        report.add(figure(draws, "device-bytes"), name, untimed.number("deviceBytes"));
        if (control) {
          percentiles(report, figure(draws, COLD), name, timed, "p");
        } else {
          tiers(report, draws, name, timed);
        }
      }
    }
  }

  /** What the engine tells of tiers, if it does. */
  private static void tiers(Report report, String draws, String name, Message timed) {
    if (timed.values().containsKey("coldShare")) {
      report.add(figure(draws, "cold-share"), name, timed.number("coldShare"));
    }
    for (String tier : List.of(COLD, WARM)) {
      if (timed.values().containsKey(tier + "P50")) {
        percentiles(report, figure(draws, tier), name, timed, tier + "P");
      }
    }
  }

  private static void percentiles(
      Report report, String figure, String name, Message timed, String prefix) {
    report.add(figure + ".p50", name, timed.number(prefix + "50"));
    report.add(figure + ".p99", name, timed.number(prefix + "99"));
    report.add(figure + ".p99.9", name, timed.number(prefix + "999"));
  }
}
