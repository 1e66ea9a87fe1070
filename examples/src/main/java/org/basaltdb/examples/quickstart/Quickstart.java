package org.basaltdb.examples.quickstart;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.basaltdb.core.error.BasaltException;

/// Goes through a database's life on the airports and routes of OpenFlights: create, import, look
/// up, update, reopen, `kill -9` and recovery, and measures that; then on made-up rows that take
/// eight times the memory they are given. Ends with status 0 if every check held.
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
        Directories.delete(directory);
      }
    }
    System.exit(status);
  }
}
