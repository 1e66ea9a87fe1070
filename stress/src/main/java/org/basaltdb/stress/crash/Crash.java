package org.basaltdb.stress.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The judge: rounds of write, kill, recover, check. Ends with status 0 if there was no fault.
public final class Crash {
  private Crash() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Settings settings;
    try {
      settings = Settings.of(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.err.print(Settings.USAGE);
      System.exit(2);
      return;
    }
    Path given = settings.directory();
    Path directory =
        given == null ? Files.createTempDirectory("basalt-crash-") : Files.createDirectories(given);
    Faults faults = new Faults();
    PrintStream out = System.out;
    out.printf(Locale.ROOT, "Crash test: %d rounds, seed %d%n", settings.rounds(), settings.seed());
    Rounds rounds = new Rounds(settings, directory, faults, out);
    rounds.run();
    rounds.printTotals();
    if (settings.breakPromise()) {
      boolean noticed = faults.count(Fault.LOST_ROW) > 0;
      out.println(noticed ? "The broken promise was noticed." : "FAILED: nobody noticed.");
      System.exit(noticed ? 0 : 1);
    }
    boolean passed = faults.count() == 0;
    if (passed && given == null) {
      delete(directory);
    } else if (!passed) {
      out.println(
          "FAILED. The databases are in " + directory + "; the seed was " + settings.seed());
    }
    System.exit(passed ? 0 : 1);
  }

  /// Deletes a directory with all that is in it.
  static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
