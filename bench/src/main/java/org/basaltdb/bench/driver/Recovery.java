package org.basaltdb.bench.driver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.driver.Subject.SubjectFailedException;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Figure;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;

/**
 * A process is killed with a tail in its log; how long the next one takes until it reads. Every
 * turn has a process of its own, which opens what the one before it left, is measured, writes the
 * next tail and is killed.
 */
public final class Recovery implements Experiment {

  private static final String BASALT = "basalt";
  private static final String BASALT_COLD = "basalt-10x-cold-rows";
  private static final String ROCKSDB = "rocksdb";
  private static final String LMDB = "lmdb";

  private static final String FIRST_READ = "recovery.first-read";
  private static final String REPLAYED = "recovery.replayed";

  private static final int ROWS = 2_000_000;
  private static final long TAIL_BYTES = 64L << 20;

  /** Rows of the large data set over those of the others; the tail writes to as many in each. */
  private static final int COLD_TIMES = 10;

  private static final String SET = "rows";

  @Override
  public String question() {
    return "How long after kill -9 is the first row read?";
  }

  @Override
  public int rows() {
    return ROWS;
  }

  /** A store that is opened by one process after the other. */
  private static final class Crashed {
    final String name;
    final Engine engine;
    final int rows;
    final int writtenRows;

    /** Updates since the store was created, and how many of them the last tail had. */
    int updates;

    int lastUpdates;

    Crashed(String name, Engine engine, int rows, int writtenRows) {
      this.name = name;
      this.engine = engine;
      this.rows = rows;
      this.writtenRows = writtenRows;
    }

    Message named(String word) {
      return Message.of(word)
          .with("set", SET)
          .with("rows", rows)
          .with("first", writtenRows)
          .with("keys", "scattered")
          .with("mode", "interval");
    }
  }

  @Override
  public void run(Run run) throws Exception {
    Report report = run.report();
    report.group(
        FIRST_READ, "after kill -9, from the open to the first read", Unit.MILLIS, ROCKSDB);
    report.group(REPLAYED, "writes replayed by the open", Unit.WRITES, ROCKSDB);
    report.subjects(List.of(BASALT, ROCKSDB, LMDB, BASALT_COLD));
    report.bar(Bar.atMostTimes(1.2, FIRST_READ, BASALT_COLD, BASALT));
    List<Crashed> all = start(run);
    run.turns("", all, (crashed, counts) -> turn(run, crashed, counts));
    barOverSlowerPeer(report);
  }

  /** The slower of the peers is known when they were measured. */
  private static void barOverSlowerPeer(Report report) {
    Figure rocksDb = report.figure(FIRST_READ, ROCKSDB);
    Figure lmdb = report.figure(FIRST_READ, LMDB);
    if (rocksDb != null && lmdb != null) {
      String slower = rocksDb.median() >= lmdb.median() ? ROCKSDB : LMDB;
      report.bar(Bar.atMostTimes(2, FIRST_READ, BASALT, slower));
    }
  }

  private static List<Crashed> start(Run run) throws InterruptedException {
    int rows = run.settings().rows();
    List<Crashed> all = new ArrayList<>();
    all.add(new Crashed(BASALT, Engine.BASALT, rows, rows));
    all.add(new Crashed(ROCKSDB, Engine.ROCKSDB, rows, rows));
    all.add(new Crashed(LMDB, Engine.LMDB, rows, rows));
    all.add(new Crashed(BASALT_COLD, Engine.BASALT, Math.multiplyExact(COLD_TIMES, rows), rows));
    all.removeIf(crashed -> !run.wants(crashed.name));
    run.prepare(all.stream().<Runnable>map(crashed -> () -> load(run, crashed)).toList());
    return all;
  }

  private static void load(Run run, Crashed crashed) {
    Subject subject = startProcess(run, crashed);
    String description = subject.ask(crashed.named("open")).text("description").replace('_', ' ');
    double seconds = subject.ask(Message.of("load").with("set", SET)).number("seconds");
    long bytes = writeTail(run, subject, crashed);
    run.kill(subject);
    run.say(
        String.format(
            Locale.ROOT,
            "%s: %,d rows loaded in %.1f s, %,d updates in %.1f MiB, killed (%s)",
            crashed.name,
            crashed.rows,
            seconds,
            crashed.lastUpdates,
            bytes / (double) (1 << 20),
            description));
  }

  private static Subject startProcess(Run run, Crashed crashed) {
    try {
      return run.start(crashed.name, crashed.engine, Run.SMALL_HEAP_MEGABYTES);
    } catch (IOException e) {
      throw new SubjectFailedException(crashed.name + " cannot be started: " + e.getMessage());
    }
  }

  /** As long as the data set is, where it is smaller than usual. */
  private static long tailBytes(Run run) {
    return Math.min(TAIL_BYTES, TAIL_BYTES * run.settings().rows() / ROWS);
  }

  private static long writeTail(Run run, Subject subject, Crashed crashed) {
    Message written =
        subject.ask(
            Message.of("tail")
                .with("set", SET)
                .with("updates", crashed.updates)
                .with("bytes", tailBytes(run)));
    int updates = written.integer("updates");
    crashed.lastUpdates = updates - crashed.updates;
    crashed.updates = updates;
    return written.longInteger("bytes");
  }

  private static void turn(Run run, Crashed crashed, boolean counts) throws Exception {
    run.settleDisk();
    Subject subject = startProcess(run, crashed);
    Message opened = subject.ask(crashed.named("recover").with("updates", crashed.updates));
    checkReplayed(crashed, opened);
    subject.ask(
        Message.of("verify")
            .with("set", SET)
            .with("updates", crashed.updates)
            .with("last", crashed.lastUpdates));
    if (counts) {
      run.report()
          .add(FIRST_READ, crashed.name, opened.number("nanos") / TimeUnit.MILLISECONDS.toNanos(1));
      if (opened.values().containsKey("replayed")) {
        run.report().add(REPLAYED, crashed.name, opened.number("replayed"));
      }
    }
    writeTail(run, subject, crashed);
    run.kill(subject);
  }

  /** A tail that a checkpoint or a flush has taken away is not recovered from. */
  private static void checkReplayed(Crashed crashed, Message opened) {
    if (opened.values().containsKey("replayed")
        && opened.longInteger("replayed") < crashed.lastUpdates) {
      throw new SubjectFailedException(
          String.format(
              Locale.ROOT,
              "%s replayed %,d writes of the %,d in its tail",
              crashed.name,
              opened.longInteger("replayed"),
              crashed.lastUpdates));
    }
  }
}
