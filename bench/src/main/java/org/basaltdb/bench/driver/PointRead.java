package org.basaltdb.bench.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;
import org.basaltdb.bench.workload.Payload;

/** Reads of single rows and of 32 rows by primary key, everything in memory. */
public final class PointRead implements Experiment {

  private static final String BASALT = "basalt";
  private static final String MAP = "concurrent-hash-map";
  private static final String MAP_THP = "concurrent-hash-map-thp";
  private static final String CHRONICLE = "chronicle-map";
  private static final String LMDB = "lmdb";
  private static final String ROCKSDB = "rocksdb";
  private static final String CONTROL = "pointer-chase";

  /** Not an engine: what finding and copying a row takes when nothing else is asked for. */
  private static final String BARE = "bare-rows";

  private static final String GET = "point-read.get.scattered";
  private static final String GET_DENSE = "point-read.get.dense";
  private static final String GET_PAYLOAD = "point-read.get-into-array.scattered";
  private static final String GET_ALL = "point-read.get-all-32.scattered";
  private static final String GET_ALL_DENSE = "point-read.get-all-32.dense";
  private static final String P50 = "point-read.get.p50";
  private static final String P99 = "point-read.get.p99";
  private static final String P999 = "point-read.get.p99.9";
  private static final String SCALING = "point-read.two-threads";

  private static final int BATCH_ROWS = 32;

  /** Sequences of passes, each with its mirror image, that make one value of the scaling. */
  private static final int SCALING_REPEATS = 8;

  /** Its passes are many and short: what disturbs them comes and goes within seconds. */
  private static final int SCALING_SHARE = 4;

  /**
   * Heap bytes of the map for a row: array, entry, boxed key and table slot, with room for the
   * collector.
   */
  private static final int MAP_BYTES_A_ROW = 300;

  @Override
  public String question() {
    return "How long does it take to copy one row out, found by its primary key?";
  }

  @Override
  public void run(Run run) throws Exception {
    describe(run.report());
    List<Subject> subjects = start(run);
    // one figure after the other, and not one subject: what is compared is then measured within
    // seconds, before the machine's other guests have changed what memory takes
    run.time(GET, subjects, pass("read", "scattered"));
    run.time(GET_PAYLOAD, subjects, pass("payload", "scattered"));
    run.time(GET_ALL, subjects, pass("batch", "scattered"));
    run.time(GET_DENSE, subjects, pass("read", "dense"));
    run.time(GET_ALL_DENSE, subjects, pass("batch", "dense"));
    run.rounds(P50, subjects, (subject, counts) -> single(run, subject, counts));
    List<Subject> scaled = new ArrayList<>();
    subjects.stream()
        .filter(subject -> List.of(BASALT, BARE).contains(subject.name()))
        .forEach(scaled::add);
    if (run.wants(CONTROL)) {
      scaled.add(run.start(CONTROL, Engine.NONE, Run.SMALL_HEAP_MEGABYTES));
    }
    scaling(run, scaled);
  }

  private static void describe(Report report) {
    report.group(GET, "get, scattered keys", Unit.NANOS_A_ROW, MAP);
    report.group(GET_DENSE, "get, dense keys", Unit.NANOS_A_ROW, MAP);
    report.group(
        GET_PAYLOAD, "get, payload into the caller's array, scattered keys", Unit.NANOS_A_ROW, MAP);
    report.group(GET_ALL, "getAll of 32 keys, scattered", Unit.NANOS_A_ROW, MAP);
    report.group(GET_ALL_DENSE, "getAll of 32 keys, dense", Unit.NANOS_A_ROW, MAP);
    report.group(
        P50, "get, scattered keys, median of single operations", Unit.NANOS_AN_OPERATION, MAP);
    report.group(P99, "get, scattered keys, 99th percentile", Unit.NANOS_AN_OPERATION, MAP);
    report.group(P999, "get, scattered keys, 99.9th percentile", Unit.NANOS_AN_OPERATION, MAP);
    report.group(
        SCALING, "get, scattered keys, rate of two threads over that of one", Unit.TIMES, CONTROL);
    report.bar(Bar.atMostTimes(1.3, GET, BASALT, MAP));
    report.bar(Bar.rateAtLeastTimes(2, GET, BASALT, CHRONICLE));
    report.bar(Bar.rateAtLeastTimes(3, GET, BASALT, LMDB));
    report.bar(Bar.rateAtLeastTimes(8, GET, BASALT, ROCKSDB));
    report.bar(Bar.atMostTimes(0.85, GET_ALL, BASALT, MAP));
    report.bar(Bar.under(P99, BASALT, 10_000));
    report.bar(Bar.atLeastTimes(0.95, SCALING, BASALT, CONTROL));
  }

  private static List<Subject> start(Run run) throws Exception {
    int mapHeap = 512 + (int) ((2L * run.settings().rows() * MAP_BYTES_A_ROW) >> 20);
    Consumer<Subject> load =
        subject -> {
          String mode = subject.name().equals(CHRONICLE) ? "memory" : "none";
          run.load(subject, "scattered", "scattered", mode);
          run.load(subject, "dense", "dense", mode);
        };
    Lineup lineup = new Lineup(run);
    lineup.add(BASALT, Engine.BASALT, Run.SMALL_HEAP_MEGABYTES, load);
    lineup.add(MAP, Engine.HASH_MAP, mapHeap, load);
    lineup.add(MAP_THP, Engine.HASH_MAP, mapHeap, load, "-XX:+UseTransparentHugePages");
    lineup.add(CHRONICLE, Engine.CHRONICLE_MAP, Run.SMALL_HEAP_MEGABYTES, load);
    lineup.add(LMDB, Engine.LMDB, Run.SMALL_HEAP_MEGABYTES, load);
    lineup.add(ROCKSDB, Engine.ROCKSDB, Run.SMALL_HEAP_MEGABYTES, load);
    lineup.add(BARE, Engine.BARE, Run.SMALL_HEAP_MEGABYTES, load);
    return lineup.load();
  }

  private static Message pass(String word, String set) {
    return Message.of(word).with("set", set).with("size", BATCH_ROWS);
  }

  /** Single operations, each between two looks at the clock. */
  private static void single(Run run, Subject subject, boolean counts) {
    Message timed =
        subject.ask(
            Message.of("read")
                .with("set", "scattered")
                .with("millis", run.passMillis(counts))
                .with("timed", true));
    if (counts) {
      run.report().add(P50, subject.name(), timed.number("p50"));
      run.report().add(P99, subject.name(), timed.number("p99"));
      run.report().add(P999, subject.name(), timed.number("p999"));
    }
  }

  /**
   * One thread and two, of the engine, of rows without any safety and of the chase, in sequences
   * each followed by its mirror image: what drifts over the seconds of a round falls upon numerator
   * and denominator, engine and control alike. One pair of passes each swung by a fifth from run to
   * run. The chase itself scales to more than two where a second walker shortens the first one's
   * misses; rows without safety share nothing between threads, and show how much of that is left to
   * a program whose reads overlap.
   */
  private static void scaling(Run run, List<Subject> subjects) throws Exception {
    if (subjects.isEmpty()) {
      return;
    }
    run.report().subjects(subjects.stream().map(Subject::name).toList());
    run.rounds(
        SCALING,
        List.of(subjects.getFirst()),
        (first, counts) -> {
          double[] one = new double[subjects.size()];
          double[] two = new double[subjects.size()];
          for (int half = 0; half < 2 * SCALING_REPEATS; half++) {
            boolean mirrored = half % 2 != 0;
            List<Subject> order = mirrored ? subjects.reversed() : subjects;
            for (Subject subject : order) {
              int at = subjects.indexOf(subject);
              if (mirrored) {
                two[at] += rate(run, subject, 2, counts);
                one[at] += rate(run, subject, 1, counts);
              } else {
                one[at] += rate(run, subject, 1, counts);
                two[at] += rate(run, subject, 2, counts);
              }
            }
          }
          for (int at = 0; at < one.length && counts; at++) {
            run.report().add(SCALING, subjects.get(at).name(), two[at] / one[at]);
          }
        });
  }

  /** Reads or steps a second, of one pass. */
  private static double rate(Run run, Subject subject, int threads, boolean counts) {
    Message request =
        subject.name().equals(CONTROL)
            ? Message.of("chase").with("bytes", chasedBytes(run))
            : Message.of("read").with("set", "scattered");
    request.with("millis", run.passMillis(counts) / SCALING_SHARE).with("threads", threads);
    return subject.ask(request).number("rate");
  }

  /** As much memory as the rows of one data set take, whatever the engine adds. */
  private static long chasedBytes(Run run) {
    return (long) run.settings().rows() * Payload.ROW_BYTES;
  }
}
