package org.basaltdb.stress.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One round after the other. A round's process first recovers what the round before left, and
/// tells what it found; so a round is judged, and its line printed, in the next one. For one
/// thread.
final class Rounds {
  private static final long ANSWER_SECONDS = 90;
  private static final long EVENT_SECONDS = 5;
  private static final int MOST_ROUNDS_A_DIRECTORY = 6;

  /// How much later than the interval the log may come to disk on a machine that has more to do.
  private static final long INTERVAL_SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1_000);

  /// About what it takes to create or drop a table.
  private static final long DDL_NANOS = TimeUnit.MILLISECONDS.toNanos(3);

  /// Versions a round can use; more than it has time for.
  private static final long VERSIONS_A_ROUND = 1L << 32;

  private final Settings settings;
  private final Path root;
  private final Faults faults;
  private final PrintStream out;
  private final Ledger ledger;

  private Path directory;
  private int directories;
  private int roundsInDirectory;
  private @Nullable Ended unjudged;
  private long lastOpenMillis = 200;

  private long acknowledgedTotal;
  private long openTotal;
  private long rowsTotal;
  private int kills;
  private int killsWhileOpening;
  private int orderlyCloses;

  /// How a round ended, to be judged once it is known what is left.
  ///
  /// @param agedNanos what was acknowledged with INTERVAL by then must be there
  /// @param orderly whether the database was closed
  private record Ended(
      int round, RoundPlan plan, double seconds, long agedNanos, boolean orderly) {}

  Rounds(Settings settings, Path root, Faults faults, PrintStream out) {
    this.settings = settings;
    this.root = root;
    this.faults = faults;
    this.out = out;
    this.directory = root;
    this.ledger = new Ledger(faults);
  }

  void run() throws IOException, InterruptedException {
    SplittableRandom random = new SplittableRandom(settings.seed());
    for (int round = 1; round <= settings.rounds(); round++) {
      run(round, RoundPlan.draw(random.split()));
    }
    RoundPlan plan = RoundPlan.draw(random.split());
    if (unjudged != null) {
      killWhileOpening(plan);
      try (SubjectProcess subject = start(plan)) {
        if (!recover(subject, plan) || !leaveDirectory(subject, plan)) {
          giveUp(subject);
        }
      }
    }
  }

  private void run(int round, RoundPlan plan) throws IOException, InterruptedException {
    if (unjudged != null) {
      killWhileOpening(plan);
    }
    try (SubjectProcess subject = start(plan)) {
      boolean ready;
      if (unjudged == null) {
        ready = beginDirectory(subject, plan);
      } else {
        ready = recover(subject, plan);
        if (ready && (plan.freshDirectory() || roundsInDirectory >= MOST_ROUNDS_A_DIRECTORY)) {
          ready = leaveDirectory(subject, plan) && beginDirectory(subject, plan);
        }
      }
      if (!ready || !load(subject, round, plan)) {
        giveUp(subject);
      }
    }
  }

  private SubjectProcess start(RoundPlan plan) throws IOException {
    return new SubjectProcess(root, plan, ledger, faults);
  }

  // ---- the phases of a round: each says whether it succeeded ----

  /// Kills processes that recover the database, which must change nothing.
  private void killWhileOpening(RoundPlan plan) throws IOException, InterruptedException {
    for (double part : plan.killsWhileOpening()) {
      try (SubjectProcess subject = start(plan)) {
        subject.command(Message.OPEN, directory, plan.options());
        if (subject.await(Message.OPENING, ANSWER_SECONDS) != null) {
          Thread.sleep((long) (part * lastOpenMillis));
          killsWhileOpening++;
        }
      }
    }
  }

  /// Recovers what the last round left, and judges it.
  private boolean recover(SubjectProcess subject, RoundPlan plan) throws InterruptedException {
    Ended ended = unjudged;
    if (ended == null || !open(subject, plan)) {
      return false;
    }
    long openMillis = lastOpenMillis;
    Dump dump = dump(subject);
    if (dump == null) {
      return false;
    }
    int faultsBefore = faults.count();
    ledger.judge(dump, ended.agedNanos(), ended.orderly());
    printLine(ended, dump, openMillis, faults.count() - faultsBefore);
    ledger.settle(dump);
    unjudged = null;
    return true;
  }

  /// Closes the database, and checks that it is the same afterwards.
  private boolean leaveDirectory(SubjectProcess subject, RoundPlan plan)
      throws IOException, InterruptedException {
    if (!close(subject) || !open(subject, plan)) {
      return false;
    }
    Dump dump = dump(subject);
    if (dump == null || !close(subject)) {
      return false;
    }
    ledger.judge(dump, 0, true);
    orderlyCloses += 2;
    if (faults.count() == 0) {
      Crash.delete(directory);
    }
    return true;
  }

  private boolean beginDirectory(SubjectProcess subject, RoundPlan plan)
      throws InterruptedException {
    directories++;
    roundsInDirectory = 0;
    directory = root.resolve("database-" + directories);
    ledger.settle(new Dump());
    return open(subject, plan);
  }

  /// Lets the writers write until the round ends.
  private boolean load(SubjectProcess subject, int round, RoundPlan plan)
      throws InterruptedException {
    roundsInDirectory++;
    subject.command(
        Message.LOAD,
        plan.loadSeed(),
        plan.writers(),
        round * VERSIONS_A_ROUND,
        plan.mixture(),
        settings.breakPromise());
    if (subject.await(Message.LOADING, ANSWER_SECONDS) == null) {
      faults.add(Fault.FAILED_PROCESS, "round " + round + ": the writers do not start");
      return false;
    }
    long begin = System.nanoTime();
    Thread.sleep(plan.loadMillis());
    boolean died = !subject.isAlive();
    boolean orderly = !died && end(subject, plan);
    subject.kill();
    if (died) {
      faults.add(
          Fault.FAILED_PROCESS, "round " + round + ": the process ended before it was killed");
      return false;
    }
    long agedNanos =
        subject.killedNanos()
            - TimeUnit.MILLISECONDS.toNanos(plan.intervalMillis())
            - INTERVAL_SLACK_NANOS;
    kills += orderly ? 0 : 1;
    orderlyCloses += orderly ? 1 : 0;
    unjudged = new Ended(round, plan, (System.nanoTime() - begin) / 1e9, agedNanos, orderly);
    return true;
  }

  /// @return whether the database was closed
  private boolean end(SubjectProcess subject, RoundPlan plan) throws InterruptedException {
    long delayNanos = Math.floorMod(plan.loadSeed(), DDL_NANOS);
    switch (plan.end()) {
      case KILLED -> {}
      case KILLED_AT_TABLE -> subject.killAt(Message.BEGIN_TABLE, delayNanos, EVENT_SECONDS);
      case KILLED_AT_BEGIN -> subject.killAt(Message.BEGIN, 0, EVENT_SECONDS);
      case KILLED_AT_ACK -> subject.killAt(Message.ACK, 0, EVENT_SECONDS);
      case KILLED_WHILE_CLOSING -> {
        subject.command(Message.CLOSE);
        Thread.sleep(Math.floorMod(plan.loadSeed(), 20));
      }
      case CLOSED -> {
        return close(subject);
      }
    }
    return false;
  }

  // ---- single commands ----

  private boolean open(SubjectProcess subject, RoundPlan plan) throws InterruptedException {
    subject.command(Message.OPEN, directory, plan.options());
    String[] opened = subject.await(Message.OPENED, ANSWER_SECONDS);
    if (opened == null) {
      faults.add(Fault.FAILED_PROCESS, directory + " does not open");
      return false;
    }
    lastOpenMillis = Long.parseLong(opened[1]);
    return true;
  }

  private @Nullable Dump dump(SubjectProcess subject) throws InterruptedException {
    Dump dump = subject.dump(ANSWER_SECONDS);
    if (dump == null) {
      faults.add(Fault.FAILED_PROCESS, directory + " cannot be read");
    }
    return dump;
  }

  private boolean close(SubjectProcess subject) throws InterruptedException {
    subject.command(Message.CLOSE);
    if (subject.await(Message.CLOSED, ANSWER_SECONDS) == null) {
      faults.add(Fault.FAILED_PROCESS, directory + " does not close");
      return false;
    }
    return true;
  }

  /// Goes on with another directory, after saying all that is known.
  private void giveUp(SubjectProcess subject) throws IOException, InterruptedException {
    if (subject.isAlive()) {
      subject.dumpThreads();
    }
    subject.kill();
    printFaults();
    out.println("  gave up on " + directory + "; the process printed:");
    subject.diagnostics().forEach(line -> out.println("    " + line));
    unjudged = null;
  }

  // ---- printing ----

  private void printLine(Ended ended, Dump dump, long openMillis, int faultCount) {
    acknowledgedTotal += ledger.acknowledgedCount();
    openTotal += ledger.openCount();
    rowsTotal += dump.rowCount();
    out.printf(
        Locale.ROOT,
        "%4d  %-42s %-16s after %4.1f s, %,7d acknowledged, %2d open; recovered %,6d rows in %,5d"
            + " ms: %s%n",
        ended.round(),
        ended.plan().text(),
        ended.plan().end().text(),
        ended.seconds(),
        ledger.acknowledgedCount(),
        ledger.openCount(),
        dump.rowCount(),
        openMillis,
        faultCount == 0 ? "ok" : faultCount + " FAULTS");
    printFaults();
  }

  private void printFaults() {
    faults.takeDescriptions().forEach(text -> out.println("      " + text));
  }

  /// The table at the end.
  void printTotals() {
    printFaults();
    out.printf(
        Locale.ROOT,
        "%n%,d times killed at work, %,d times while recovering; %,d times closed; %,d databases%n",
        kills,
        killsWhileOpening,
        orderlyCloses,
        directories);
    out.printf(
        Locale.ROOT,
        "%,d operations acknowledged, %,d open when killed; %,d rows checked%n%n",
        acknowledgedTotal,
        openTotal,
        rowsTotal);
    for (Fault fault : Fault.values()) {
      out.printf(Locale.ROOT, "%-46s %,6d%n", fault.text(), faults.count(fault));
    }
  }
}
