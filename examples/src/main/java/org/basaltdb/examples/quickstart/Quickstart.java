package org.basaltdb.examples.quickstart;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.basaltdb.core.error.BasaltException;

/// Goes through a database's life on the airports and routes of OpenFlights: create, import, look
/// up, update, reopen, `kill -9` and recovery, and measures at the end. Ends with status 0 if every
/// check held.
public final class Quickstart {
  private Quickstart() {}

  /// Runs the tour.
  ///
  /// @param arguments at most one: the database's directory, which is kept; without it a temporary
  ///   directory is made and deleted
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 1 || (arguments.length == 1 && arguments[0].startsWith("-"))) {
      System.err.println("usage: quickstart [DIRECTORY]");
      System.exit(2);
    }
    boolean temporary = arguments.length == 0;
    Path directory =
        temporary ? Files.createTempDirectory("basalt-quickstart-") : Path.of(arguments[0]);
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    int status = 0;
    try {
      new Tour(directory, new Narrator(System.out, terminal)).run();
    } catch (CheckFailedException | BasaltException failure) {
      System.out.flush();
      System.err.println("FAILED: " + failure.getMessage());
      status = 1;
    } finally {
      if (temporary) {
        delete(directory);
      }
    }
    System.exit(status);
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> files = Files.walk(directory)) {
      deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : deepestFirst) {
      Files.delete(file);
    }
  }
}
