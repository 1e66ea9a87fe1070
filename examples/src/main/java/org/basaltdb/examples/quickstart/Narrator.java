package org.basaltdb.examples.quickstart;

import java.io.PrintStream;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What the quickstart says while it works: numbered headings, sentences and progress bars.
final class Narrator {
  private final PrintStream out;
  private final boolean terminal;
  private int steps;

  Narrator(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /// Begins a step.
  void step(String title) {
    steps++;
    out.println();
    out.println(steps + ". " + title);
  }

  /// Says something about the step.
  @SuppressWarnings("AnnotateFormatMethod") // the annotation is not worth a dependency
  void say(String format, @Nullable Object... values) {
    out.println("   " + String.format(Locale.ROOT, format, values));
  }

  /// A bar for something long.
  ProgressBar bar(String what, long total) {
    return new ProgressBar(out, terminal, what, total);
  }
}
