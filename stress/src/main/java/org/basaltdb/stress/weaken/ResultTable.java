package org.basaltdb.stress.weaken;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The table that people read, a line a result, as they come.
final class ResultTable {
  private static final String FORMAT = "%6s %-18s %-52s %12s %10s  %s%n";

  private final PrintStream out;
  private final List<String> surprises = new ArrayList<>();
  private final long beganNanos = System.nanoTime();
  private int holds;
  private int caught;

  ResultTable(PrintStream out) {
    this.out = out;
  }

  /// @param runs how many lines there will be, about
  void begin(long runs) {
    out.printf("%d runs, each a line when it has ended%n%n", runs);
    out.printf(FORMAT, "time", "test", "variant", "samples", "forbidden", "verdict");
    out.printf(FORMAT, "----", "----", "-------", "-------", "---------", "-------");
  }

  /// A result of the real protocol.
  void expectClean(RaceResult result, String variant) {
    if (result.broken()) {
      surprise(result, variant, "DID NOT RUN");
    } else if (result.samples() == 0) {
      surprise(result, variant, "SAW NOTHING");
    } else if (result.forbidden() > 0) {
      surprise(result, variant, "FORBIDDEN OUTCOME");
    } else {
      holds++;
      line(result, variant, "holds");
    }
  }

  /// A result of a weakened one.
  void expectCaught(RaceResult result, Weakening weakening) {
    if (result.broken()) {
      surprise(result, weakening.name(), "DID NOT RUN");
    } else if (result.forbidden() == 0) {
      surprise(result, weakening.name(), "NOT CAUGHT: " + weakening.summary());
    } else {
      caught++;
      line(result, weakening.name(), "caught: " + result.seen());
    }
  }

  /// A variant that says nothing about the sources any more.
  void stale(Weakening weakening, String why) {
    surprise(RaceResult.broken(weakening.tests().getFirst(), why), weakening.name(), "STALE");
  }

  /// A test that no variant names.
  void unproved(String test) {
    surprises.add(test + ": no weakened variant names it, so nothing shows that it can fail");
  }

  private void surprise(RaceResult result, String variant, String verdict) {
    line(result, variant, verdict);
    surprises.add(result.test() + ", " + variant + ": " + verdict + "; " + result.seen());
  }

  private void line(RaceResult result, String variant, String verdict) {
    out.printf(
        FORMAT,
        elapsed(),
        result.test(),
        variant,
        String.format(Locale.ROOT, "%,d", result.samples()),
        String.format(Locale.ROOT, "%,d", result.forbidden()),
        verdict);
    out.flush();
  }

  private String elapsed() {
    long seconds = (System.nanoTime() - beganNanos) / 1_000_000_000;
    return String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60);
  }

  /// Prints what came of it.
  ///
  /// @return whether there was no surprise
  boolean end() {
    out.println();
    surprises.forEach(surprise -> out.println("SURPRISE " + surprise));
    out.printf(
        "%s: %d runs of the real protocols without a forbidden outcome, %d weakenings caught, "
            + "%d surprises, in %s%n",
        surprises.isEmpty() ? "PASS" : "FAIL", holds, caught, surprises.size(), elapsed());
    return surprises.isEmpty();
  }
}
