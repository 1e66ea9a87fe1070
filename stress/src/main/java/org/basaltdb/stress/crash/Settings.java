package org.basaltdb.stress.crash;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What the command line says.
///
/// @param rounds how many, at least 1
/// @param seed from which everything follows that is not a matter of time
/// @param directory where the databases are made; null for a temporary directory
/// @param breakPromise whether the subject writes with NONE what it announces as written with SYNC:
///   rows get lost then, and the test passes if it notices
record Settings(int rounds, long seed, @Nullable Path directory, boolean breakPromise) {
  static final String USAGE =
      """
      usage: crash [--rounds N] [--seed S] [--directory DIRECTORY] [--break-promise]

      Writes, kills with kill -9, recovers and checks, N times (default 50).
        --rounds N             how many times, at least 1
        --seed S               a whole number; the same one makes the same decisions (default: drawn, and printed)
        --directory DIRECTORY  where the databases are made (default: a temporary directory, deleted if all is well)
        --break-promise        tests this test: rows are written without the durability that is claimed for them, and
                               it passes if it finds rows lost
      """;

  /// Reads the command line.
  ///
  /// @throws IllegalArgumentException saying what is wrong with it
  static Settings of(String[] arguments) {
    int rounds = 50;
    long seed = System.nanoTime() & 0x7fff_ffff;
    Path directory = null;
    boolean breakPromise = false;
    for (int i = 0; i < arguments.length; i += 2) {
      if (arguments[i].equals("--break-promise")) {
        breakPromise = true;
        i--;
        continue;
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " needs a value");
      }
      String value = arguments[i + 1];
      switch (arguments[i]) {
        case "--rounds" -> rounds = Math.toIntExact(number("--rounds", value));
        case "--seed" -> seed = number("--seed", value);
        case "--directory" -> directory = Path.of(value).toAbsolutePath();
        default -> throw new IllegalArgumentException("unknown option " + arguments[i]);
      }
    }
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds: found " + rounds + ", expected at least 1");
    }
    return new Settings(rounds, seed, directory, breakPromise);
  }

  private static long number(String option, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException notANumber) {
      throw new IllegalArgumentException(
          option + ": found " + value + ", expected a whole number", notANumber);
    }
  }
}
