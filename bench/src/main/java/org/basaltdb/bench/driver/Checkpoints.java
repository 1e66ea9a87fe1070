package org.basaltdb.bench.driver;

import java.util.List;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/** Updates at a fixed rate, while no checkpoint is made and while one follows the other. */
public final class Checkpoints implements Experiment {

  private static final String NONE = "without-checkpoints";
  private static final String DURING = "during-checkpoints";

  private static final String P50 = "checkpoint.update.p50";
  private static final String P99 = "checkpoint.update.p99";
  private static final String P999 = "checkpoint.update.p99.9";

  private static final int UPDATES_A_SECOND = 100_000;

  /** A pass is this many times as long as those of other experiments: percentiles want many. */
  private static final int LONGER = 5;

  @Override
  public String question() {
    return "What does a checkpoint cost the updates that are made meanwhile?";
  }

  @Override
  public void run(Run run) throws Exception {
    Report report = run.report();
    report.group(
        P50, "100,000 updates a second, from when due, median", Unit.NANOS_AN_OPERATION, NONE);
    report.group(
        P99,
        "100,000 updates a second, from when due, 99th percentile",
        Unit.NANOS_AN_OPERATION,
        NONE);
    report.group(
        P999,
        "100,000 updates a second, from when due, 99.9th percentile",
        Unit.NANOS_AN_OPERATION,
        NONE);
    report.bar(Bar.atMostTimes(2, P999, DURING, NONE));
    report.subjects(List.of(NONE, DURING));
    Subject subject = run.start("basalt", Engine.BASALT, Run.SMALL_HEAP_MEGABYTES);
    run.load(subject, "rows", "scattered", "interval");
    run.rounds(
        List.of(subject),
        (one, counts) -> {
          update(run, one, NONE, counts);
          update(run, one, DURING, counts);
        });
    run.check(subject, "rows");
  }

  private static long mebibytes(double bytes) {
    return Math.round(bytes / (1 << 20));
  }

  private static void update(Run run, Subject subject, String name, boolean counts)
      throws Exception {
    run.settleDisk();
    Message reply =
        subject.ask(
            Message.of("paced")
                .with("set", "rows")
                .with("perSecond", UPDATES_A_SECOND)
                .with("millis", LONGER * run.passMillis(counts))
                .with("checkpoints", name.equals(DURING)));
    if (counts) {
      run.report().add(P50, name, reply.number("p50"));
      run.report().add(P99, name, reply.number("p99"));
      run.report().add(P999, name, reply.number("p999"));
      if (name.equals(DURING)) {
        run.say("checkpoints made: " + Math.round(reply.number("checkpoints")));
        run.say(
            "log files at most: "
                + mebibytes(reply.number("longestLog"))
                + " MiB, of which may be "
                + mebibytes(reply.number("logLimit")));
      }
    }
  }
}
