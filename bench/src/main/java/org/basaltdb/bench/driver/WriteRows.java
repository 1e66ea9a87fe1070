package org.basaltdb.bench.driver;

import java.util.List;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/** A row read, changed and written back by one client, at each durability. */
public final class WriteRows implements Experiment {

  private static final String BASALT_NONE = "basalt-none";
  private static final String BASALT_INTERVAL = "basalt-interval";
  private static final String BASALT_SYNC = "basalt-sync";
  private static final String CHRONICLE = "chronicle-map-persisted";
  private static final String ROCKSDB = "rocksdb-wal-unsynced";
  private static final String LMDB = "lmdb-unsynced";
  private static final String CONTROL = "direct-write-and-sync";

  private static final String RATE = "write.modify";
  private static final String P50 = "write.modify.p50";
  private static final String P99 = "write.modify.p99";
  private static final String P999 = "write.modify.p99.9";
  private static final String SYNCED = "write.synced";

  @Override
  public String question() {
    return "How fast does one client read a row, change it and write it back?";
  }

  @Override
  public void run(Run run) throws Exception {
    describe(run.report());
    List<Subject> subjects = start(run);
    run.rounds(subjects, (subject, counts) -> turn(run, subject, counts));
    for (Subject subject : subjects) {
      if (!subject.name().equals(CONTROL)) {
        run.check(subject, "rows");
      }
    }
  }

  private static void describe(Report report) {
    report.group(RATE, "read-modify-write, one thread", Unit.ROWS_A_SECOND, CHRONICLE);
    report.group(
        P50, "read-modify-write, median of single operations", Unit.NANOS_AN_OPERATION, CHRONICLE);
    report.group(P99, "read-modify-write, 99th percentile", Unit.NANOS_AN_OPERATION, CHRONICLE);
    report.group(P999, "read-modify-write, 99.9th percentile", Unit.NANOS_AN_OPERATION, CHRONICLE);
    report.group(
        SYNCED, "read-modify-write, durable before it returns", Unit.NANOS_AN_OPERATION, CONTROL);
    report.bar(Bar.atLeastTimes(1, RATE, BASALT_NONE, CHRONICLE));
    report.bar(Bar.atLeastTimes(0.8, RATE, BASALT_INTERVAL, CHRONICLE));
    report.bar(Bar.atLeastTimes(5, RATE, BASALT_INTERVAL, ROCKSDB));
    report.bar(Bar.under(P99, BASALT_INTERVAL, 50_000));
    report.bar(Bar.atMostTimes(1.25, SYNCED, BASALT_SYNC, CONTROL));
  }

  private static List<Subject> start(Run run) throws Exception {
    Lineup lineup = new Lineup(run);
    lineup.add(BASALT_NONE, Engine.BASALT, "none");
    lineup.add(BASALT_INTERVAL, Engine.BASALT, "interval");
    lineup.add(CHRONICLE, Engine.CHRONICLE_MAP, "none");
    lineup.add(ROCKSDB, Engine.ROCKSDB, "interval");
    lineup.add(LMDB, Engine.LMDB, "none");
    lineup.add(BASALT_SYNC, Engine.BASALT, "sync");
    List<Subject> subjects = lineup.load();
    if (run.wants(CONTROL)) {
      subjects.add(run.start(CONTROL, Engine.NONE, Run.SMALL_HEAP_MEGABYTES));
    }
    return subjects;
  }

  private static void turn(Run run, Subject subject, boolean counts) throws Exception {
    run.settleDisk();
    boolean synced = subject.name().equals(BASALT_SYNC);
    boolean control = subject.name().equals(CONTROL);
    Message request = control ? Message.of("durable") : Message.of("modify").with("set", "rows");
    request.with("millis", run.passMillis(counts));
    Message reply = subject.ask(request);
    Message timed = subject.ask(request.with("timed", true));
    if (!counts) {
      return;
    }
    Report report = run.report();
    if (synced || control) {
      report.add(SYNCED, subject.name(), reply.number("nanos"));
    } else {
      report.add(RATE, subject.name(), reply.number("rate"));
    }
    report.add(P50, subject.name(), timed.number("p50"));
    report.add(P99, subject.name(), timed.number("p99"));
    report.add(P999, subject.name(), timed.number("p999"));
  }
}
