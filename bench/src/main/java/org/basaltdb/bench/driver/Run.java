package org.basaltdb.bench.driver;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.basaltdb.bench.child.Child;
import org.basaltdb.bench.files.Directories;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.report.Report;
import org.basaltdb.bench.store.Engine;

/**
 * One run of an experiment: its settings, its living children, its report, and what it says
 * meanwhile. Closing it ends the children.
 */
public final class Run implements AutoCloseable {

  /** Heap of a child that keeps its rows outside of it. */
  static final int SMALL_HEAP_MEGABYTES = 512;

  /** A load of millions of rows on a busy machine takes minutes; anything longer is stuck. */
  private static final long PATIENCE_SECONDS = 600;

  private static final int CHECKED_ROWS = 20_000;

  private final Settings settings;
  private final Report report = new Report();
  private final List<Subject> living = Collections.synchronizedList(new ArrayList<>());
  private final PrintStream out;
  private final long begin = System.nanoTime();
  private final Thread abandoning = new Thread(this::abandon, "bench-abandon");

  public Run(Settings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
    Runtime.getRuntime().addShutdownHook(abandoning);
  }

  public Settings settings() {
    return settings;
  }

  public Report report() {
    return report;
  }

  /** Says how far the run is. */
  void say(String text) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    out.printf(Locale.ROOT, "[%3d s] %s%n", seconds, text);
  }

  /** Whether a subject takes part. */
  boolean wants(String name) {
    return settings.only().isEmpty() || settings.only().contains(name);
  }

  /** Starts a child with one engine. Flags that it needs beyond those of its engine come last. */
  Subject start(String name, Engine engine, int heapMegabytes, String... flags) throws IOException {
    Path home = Files.createDirectories(settings.directory().resolve(name));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xms" + heapMegabytes + "m");
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("-XX:+AlwaysPreTouch");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(engine.flags());
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    command.addAll(List.of(engine.word(), home.toString()));
    Path log = settings.directory().resolve(name + ".log");
    Subject subject = new Subject(name, command, log, PATIENCE_SECONDS);
    living.add(subject);
    return subject;
  }

  /** Opens, loads and checks a data set in a child. */
  void load(Subject subject, String set, String keys, String mode) {
    String description = open(subject, set, keys, settings.rows(), mode);
    double seconds = subject.ask(Message.of("load").with("set", set)).number("seconds");
    subject.ask(Message.of("check").with("set", set).with("rows", CHECKED_ROWS));
    say(
        String.format(
            Locale.ROOT,
            "%s: %,d %s rows loaded in %.1f s (%s)",
            subject.name(),
            settings.rows(),
            keys,
            seconds,
            description));
  }

  /** Opens an empty data set in a child and returns the engine's description of itself. */
  String open(Subject subject, String set, String keys, int rows, String mode) {
    Message opened =
        subject.ask(
            Message.of("open")
                .with("set", set)
                .with("rows", rows)
                .with("keys", keys)
                .with("mode", mode));
    return opened.text("description").replace('_', ' ');
  }

  /** Sends a request to read all of the checked rows again: after writes, none may be torn. */
  void check(Subject subject, String set) {
    subject.ask(Message.of("check").with("set", set).with("rows", CHECKED_ROWS));
  }

  /** Does preparations, which nobody measures, two at a time. */
  void prepare(List<? extends Runnable> preparations) throws InterruptedException {
    try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
      List<Future<?>> all = new ArrayList<>();
      preparations.forEach(preparation -> all.add(workers.submit(preparation)));
      for (Future<?> one : all) {
        try {
          one.get();
        } catch (ExecutionException e) {
          workers.shutdownNow();
          killAll();
          throw e.getCause() instanceof RuntimeException known
              ? known
              : new IllegalStateException(e);
        }
      }
    }
  }

  /** Length of a pass: twice as long in the warming round, for the compiler to come to an end. */
  int passMillis(boolean counts) {
    return counts ? settings.passMillis() : 2 * settings.passMillis();
  }

  /**
   * What is measured in a round.
   *
   * @param <T> who takes turns: living subjects, or what is known of those that live for a turn
   */
  interface Turn<T> {
    /**
     * Takes one turn.
     *
     * @param counts false in the warming round, whose values are thrown away
     */
    void take(T taker, boolean counts) throws Exception;
  }

  /**
   * Gives each subject its turn, round after round, one at a time; each round begins with another
   * subject. The first round warms up and does not count.
   */
  void rounds(List<Subject> subjects, Turn<? super Subject> turn) throws Exception {
    rounds("", subjects, turn);
  }

  /** As {@link #rounds(List, Turn)}, of an experiment that has rounds for several things. */
  void rounds(String what, List<Subject> subjects, Turn<? super Subject> turn) throws Exception {
    report.subjects(subjects.stream().map(Subject::name).toList());
    turns(
        what,
        subjects,
        (subject, counts) -> {
          turn.take(subject, counts);
          subject.ask(Message.of("rest"));
        });
  }

  /**
   * Asks each subject for passes of one kind, round after round, and reports what a row took.
   *
   * @param request without the length of a pass
   */
  void time(String figure, List<Subject> subjects, Message request) throws Exception {
    rounds(
        figure,
        subjects,
        (subject, counts) -> {
          Message reply = subject.ask(request.with("millis", passMillis(counts)));
          if (counts) {
            report.add(figure, subject.name(), reply.number("nanos"));
          }
        });
  }

  /** The rounds of {@link #rounds(List, Turn)}, whoever takes the turns. */
  <T> void turns(String what, List<T> takers, Turn<? super T> turn) throws Exception {
    String of = what.isEmpty() ? "" : what + ", ";
    for (int round = 0; round <= settings.rounds(); round++) {
      long roundBegin = System.nanoTime();
      for (int i = 0; i < takers.size(); i++) {
        turn.take(takers.get((i + round) % takers.size()), round > 0);
      }
      String name = round == 0 ? "warming round" : "round " + round + " of " + settings.rounds();
      say(
          String.format(
              Locale.ROOT, "%s%s took %.1f s", of, name, (System.nanoTime() - roundBegin) / 1e9));
    }
  }

  /**
   * Has the kernel write out what earlier turns left dirty, so that it does not fall into the next
   * one.
   */
  void settleDisk() throws IOException, InterruptedException {
    new ProcessBuilder("sync").inheritIO().start().waitFor();
  }

  /** Ends a child that is no longer needed. */
  void end(Subject subject) {
    subject.close();
    living.remove(subject);
  }

  /** Kills a child as a crash would: it does nothing more, and its files stay as they are. */
  void kill(Subject subject) {
    subject.kill();
    living.remove(subject);
  }

  /** When the driver itself is stopped: neither processes nor files stay behind. */
  private void abandon() {
    killAll();
    try {
      Directories.delete(settings.directory());
    } catch (IOException e) {
      out.println("bench: cannot delete " + settings.directory() + ": " + e.getMessage());
    }
  }

  private void killAll() {
    synchronized (living) {
      living.forEach(Subject::kill);
    }
  }

  @Override
  public void close() {
    List.copyOf(living).forEach(this::end);
    Runtime.getRuntime().removeShutdownHook(abandoning);
  }
}
