package org.basaltdb.bench.driver;

import java.util.List;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/** Several threads read and write rows, some of which are far more popular than others. */
public final class Mixed implements Experiment {

  private static final String BASALT = "basalt";
  private static final String ROCKSDB = "rocksdb";
  private static final String LMDB = "lmdb";

  private static final int[] READ_PERCENTS = {95, 50};
  private static final int[] THREADS = {2, 8};
  private static final int MANY_THREADS = 8;

  private static final String P50 = "mixed.read.8-threads.p50";
  private static final String P999 = "mixed.read.8-threads.p99.9";
  private static final String MOST = "mixed.read.8-threads.max";
  private static final String P999_50 = "mixed.read.8-threads.50-50.p99.9";
  private static final long P999_LIMIT_NANOS = 10_000_000;

  /** What the design that Basalt started from promises for a mixed load. */
  private static final String MILLION = "mixed.million";

  @Override
  public String question() {
    return "How many reads and writes a second do several threads make on skewed rows?";
  }

  @Override
  public void run(Run run) throws Exception {
    describe(run.report());
    List<Subject> subjects = start(run);
    run.rounds(subjects, (subject, counts) -> turn(run, subject, counts));
    for (Subject subject : subjects) {
      run.check(subject, "rows");
    }
  }

  private static String figure(int readPercent, int threads) {
    return "mixed." + readPercent + "-" + (100 - readPercent) + "." + threads + "-threads";
  }

  private static void describe(Report report) {
    for (int percent : READ_PERCENTS) {
      for (int threads : THREADS) {
        String title =
            percent
                + "% reads, "
                + (100 - percent)
                + "% writes, Zipf 0.99, "
                + threads
                + " threads";
        report.group(figure(percent, threads), title, Unit.OPERATIONS_A_SECOND, ROCKSDB);
      }
    }
    String timed = "read among 5% writes, 8 threads, ";
    report.group(P50, timed + "median", Unit.NANOS_AN_OPERATION, ROCKSDB);
    report.group(P999, timed + "99.9th percentile", Unit.NANOS_AN_OPERATION, ROCKSDB);
    report.group(MOST, timed + "longest", Unit.NANOS_AN_OPERATION, ROCKSDB);
    report.group(
        P999_50,
        "read among 50% writes, 8 threads, 99.9th percentile",
        Unit.NANOS_AN_OPERATION,
        ROCKSDB);
    report.group(MILLION, "95/5 on 2 threads over 1,000,000 op/s", Unit.TIMES, ROCKSDB);
    for (int threads : THREADS) {
      report.bar(Bar.atLeastTimes(1.5, figure(95, threads), BASALT, ROCKSDB));
      report.bar(Bar.atLeastTimes(1.5, figure(95, threads), BASALT, LMDB));
    }
    report.bar(Bar.under(P999, BASALT, P999_LIMIT_NANOS));
    report.bar(Bar.under(P999_50, BASALT, P999_LIMIT_NANOS));
  }

  private static List<Subject> start(Run run) throws Exception {
    Lineup lineup = new Lineup(run);
    lineup.add(BASALT, Engine.BASALT, "interval");
    lineup.add(ROCKSDB, Engine.ROCKSDB, "interval");
    lineup.add(LMDB, Engine.LMDB, "interval");
    return lineup.load();
  }

  private static void turn(Run run, Subject subject, boolean counts) throws Exception {
    Report report = run.report();
    for (int percent : READ_PERCENTS) {
      for (int threads : THREADS) {
        run.settleDisk();
        double rate = subject.ask(request(run, percent, threads, counts)).number("rate");
        if (counts) {
          report.add(figure(percent, threads), subject.name(), rate);
        }
        if (counts && percent == 95 && threads == 2) {
          report.add(MILLION, subject.name(), rate / 1e6);
        }
      }
    }
    Message timed = subject.ask(request(run, 95, MANY_THREADS, counts).with("timed", true));
    if (counts) {
      report.add(P50, subject.name(), timed.number("p50"));
      report.add(P999, subject.name(), timed.number("p999"));
      report.add(MOST, subject.name(), timed.number("max"));
    }
    timed = subject.ask(request(run, 50, MANY_THREADS, counts).with("timed", true));
    if (counts) {
      report.add(P999_50, subject.name(), timed.number("p999"));
    }
  }

  private static Message request(Run run, int percent, int threads, boolean counts) {
    return Message.of("mixed")
        .with("set", "rows")
        .with("percent", percent)
        .with("threads", threads)
        .with("millis", run.passMillis(counts));
  }
}
