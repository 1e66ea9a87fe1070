package org.basaltdb.bench.driver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Bar;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.report.Unit;
import org.basaltdb.bench.store.Engine;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;

/** An empty store filled in random order: how fast, and what the rows then occupy. */
public final class LoadRows implements Experiment {

  private static final String BASALT = "basalt";
  private static final String BASALT_NONE = "basalt-none";
  private static final String BASALT_INTERVAL = "basalt-interval";
  private static final String CHRONICLE = "chronicle-map";
  private static final String CHRONICLE_PERSISTED = "chronicle-map-persisted";
  private static final String ROCKSDB = "rocksdb-batches-wal";
  private static final String LMDB = "lmdb";

  private static final String RATE = "load.rate";
  private static final String MEMORY = "load.process-memory";
  private static final String INDEX_MEAN = "load.index.mean";
  private static final String INDEX_WORST = "load.index.worst";

  private static final int INDEX_SIZES = 240;
  private static final int LEAST_ROWS = 200_000;
  private static final int MOST_ROWS = 12_000_000;
  private static final int QUICK_MOST_ROWS = 400_000;

  /** Rows of the warming load, over those of the others. */
  private static final int WARMING_PART = 10;

  @Override
  public String question() {
    return "How fast does an empty store take rows in random order, and what do they occupy?";
  }

  @Override
  public void run(Run run) throws Exception {
    describe(run.report());
    memory(run);
    index(run);
    rate(run);
  }

  private static void describe(Report report) {
    report.group(RATE, "load in random order, one thread", Unit.ROWS_A_SECOND, CHRONICLE);
    report.group(
        MEMORY,
        "process memory above an empty database, over key and payload bytes",
        Unit.TIMES,
        BASALT);
    report.group(INDEX_MEAN, "primary index, mean over sizes", Unit.BYTES_A_ROW, BASALT);
    report.group(INDEX_WORST, "primary index, worst size", Unit.BYTES_A_ROW, BASALT);
    report.bar(Bar.atLeastTimes(1, RATE, BASALT_NONE, CHRONICLE));
    report.bar(Bar.atLeastTimes(1, RATE, BASALT_NONE, CHRONICLE_PERSISTED));
    report.bar(Bar.atLeastTimes(1, RATE, BASALT_INTERVAL, ROCKSDB));
    report.bar(Bar.atMost(MEMORY, BASALT, 1.4));
    report.bar(Bar.atMost(INDEX_MEAN, BASALT, 16));
    report.bar(Bar.atMost(INDEX_WORST, BASALT, 22));
  }

  /**
   * What the process occupies more once the rows are in. Each engine in a new JVM, once: this
   * figure does not vary.
   */
  private static void memory(Run run) throws Exception {
    memory(run, BASALT, Engine.BASALT, "none");
    memory(run, CHRONICLE, Engine.CHRONICLE_MAP, "memory");
    memory(run, ROCKSDB, Engine.ROCKSDB, "interval");
    memory(run, LMDB, Engine.LMDB, "none");
  }

  private static void memory(Run run, String name, Engine engine, String mode) throws Exception {
    if (!run.wants(name)) {
      return;
    }
    Subject subject = run.start(name, engine, Run.SMALL_HEAP_MEGABYTES);
    run.open(subject, "rows", "scattered", run.settings().rows(), mode);
    double empty = subject.ask(Message.of("memory")).number("resident");
    subject.ask(Message.of("load").with("set", "rows"));
    double full = subject.ask(Message.of("memory")).number("resident");
    double useful = (double) run.settings().rows() * Payload.ROW_BYTES;
    run.report().add(MEMORY, name, (full - empty) / useful);
    run.say(
        String.format(
            Locale.ROOT,
            "%s: %,.0f MB resident with %,d rows, %,.0f MB without; %,.0f MB are useful",
            name,
            full / 1e6,
            run.settings().rows(),
            empty / 1e6,
            useful / 1e6));
    run.end(subject);
  }

  /** Index bytes at sizes drawn log-uniformly, met on the way from the smallest to the largest. */
  private static void index(Run run) throws Exception {
    if (!run.wants(BASALT)) {
      return;
    }
    int[] sizes = indexSizes(run.settings().quick() ? QUICK_MOST_ROWS : MOST_ROWS);
    Subject subject = run.start("basalt-index", Engine.BASALT, Run.SMALL_HEAP_MEGABYTES);
    run.open(subject, "rows", "scattered", sizes[sizes.length - 1], "memory");
    int loaded = 0;
    double sum = 0;
    double worst = 0;
    int worstRows = 0;
    for (int size : sizes) {
      subject.ask(
          Message.of("load")
              .with("set", "rows")
              .with("from", loaded)
              .with("to", size)
              .with("settle", false));
      loaded = size;
      double bytes = subject.ask(Message.of("index").with("set", "rows")).number("bytes") / size;
      sum += bytes;
      if (bytes > worst) {
        worst = bytes;
        worstRows = size;
      }
    }
    run.report().add(INDEX_MEAN, BASALT, sum / sizes.length);
    run.report().add(INDEX_WORST, BASALT, worst);
    run.say(
        String.format(
            Locale.ROOT,
            "basalt: primary index at %d sizes from %,d to %,d rows; worst at %,d",
            sizes.length,
            sizes[0],
            loaded,
            worstRows));
    run.end(subject);
  }

  private static int[] indexSizes(int most) {
    int[] sizes = new int[INDEX_SIZES];
    for (int i = 0; i < sizes.length; i++) {
      double uniform = (Mixing.mix((i + 1) * Mixing.GOLDEN) >>> 11) * 0x1.0p-53;
      sizes[i] = (int) (LEAST_ROWS * Math.pow((double) most / LEAST_ROWS, uniform));
    }
    Arrays.sort(sizes);
    return sizes;
  }

  private static void rate(Run run) throws Exception {
    List<Subject> subjects = new ArrayList<>();
    List<String> modes = new ArrayList<>();
    add(run, subjects, modes, BASALT_NONE, Engine.BASALT, "none");
    add(run, subjects, modes, CHRONICLE, Engine.CHRONICLE_MAP, "memory");
    add(run, subjects, modes, CHRONICLE_PERSISTED, Engine.CHRONICLE_MAP, "none");
    add(run, subjects, modes, BASALT_INTERVAL, Engine.BASALT, "interval");
    add(run, subjects, modes, ROCKSDB, Engine.ROCKSDB, "interval");
    run.rounds(
        subjects,
        (subject, counts) -> {
          run.settleDisk();
          int rows = run.settings().rows() / (counts ? 1 : WARMING_PART);
          Message reply =
              subject.ask(
                  Message.of("bulk")
                      .with("rows", rows)
                      .with("keys", "scattered")
                      .with("mode", modes.get(subjects.indexOf(subject))));
          if (counts) {
            run.report().add(RATE, subject.name(), reply.number("rate"));
          }
        });
  }

  private static void add(
      Run run, List<Subject> subjects, List<String> modes, String name, Engine engine, String mode)
      throws Exception {
    if (run.wants(name)) {
      subjects.add(run.start(name, engine, Run.SMALL_HEAP_MEGABYTES));
      modes.add(mode);
    }
  }
}
