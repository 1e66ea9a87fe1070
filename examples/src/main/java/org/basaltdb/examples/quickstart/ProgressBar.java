package org.basaltdb.examples.quickstart;

import java.io.PrintStream;
import java.util.Locale;

/// A bar that fills while something long goes on, with the rate so far. Drawn over and over on one
/// line of a terminal; where the output is a file or a pipe, one line a quarter. For one thread.
final class ProgressBar {
  private static final int CELLS = 30;
  private static final long REDRAW_NANOS = 100_000_000;

  private final PrintStream out;
  private final boolean terminal;
  private final String what;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long drawnNanos = startNanos - REDRAW_NANOS;
  private int quartersDrawn;

  /// @param terminal whether a line can be drawn over
  /// @param what what is counted, for instance "routes"
  /// @param total the count at which the bar is full; at least 1
  ProgressBar(PrintStream out, boolean terminal, String what, long total) {
    this.out = out;
    this.terminal = terminal;
    this.what = what;
    this.total = total;
  }

  /// Says how far it is. Cheap enough for every row: it draws ten times a second at most.
  void update(long done) {
    if (terminal) {
      long now = System.nanoTime();
      if (now - drawnNanos >= REDRAW_NANOS) {
        drawnNanos = now;
        draw(done, '\r', "");
      }
    } else {
      while (quartersDrawn < 3 && done * 4 >= total * (quartersDrawn + 1)) {
        quartersDrawn++;
        draw(done, ' ', "\n");
      }
    }
  }

  /// Draws the full bar and ends its line.
  void finish(long done) {
    draw(done, terminal ? '\r' : ' ', "\n");
  }

  private void draw(long done, char begin, String end) {
    double part = Math.min(1.0, (double) done / total);
    int filled = (int) Math.round(part * CELLS);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    out.printf(
        Locale.ROOT,
        "%c   [%s%s] %3.0f %%  %,9d %s  %,10.0f/s%s",
        begin,
        "#".repeat(filled),
        ".".repeat(CELLS - filled),
        part * 100,
        done,
        what,
        done / Math.max(seconds, 1e-3),
        end);
    out.flush();
  }
}
