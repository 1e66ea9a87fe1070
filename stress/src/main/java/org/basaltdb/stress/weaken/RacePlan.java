package org.basaltdb.stress.weaken;

import java.util.List;

/// How long a test runs.
///
/// @param roundMillis of one round, in which threads and objects are made anew
/// @param rounds the most of them, >= 1
/// @param untilForbidden whether to end with the first forbidden outcome
record RacePlan(int roundMillis, int rounds, boolean untilForbidden) {
  static final int ARGUMENTS = 3;

  private static final long PATIENCE_MILLIS = 60_000;
  private static final int SLOWDOWN = 4;

  /// How long a run of so many tests may take before it is given up, on a busy machine.
  long patienceMillis(int testCount) {
    return PATIENCE_MILLIS + (long) SLOWDOWN * roundMillis * rounds * testCount;
  }

  List<String> arguments() {
    return List.of(
        Integer.toString(roundMillis), Integer.toString(rounds), Boolean.toString(untilForbidden));
  }

  static RacePlan parse(String[] arguments) {
    return new RacePlan(
        Integer.parseInt(arguments[0]),
        Integer.parseInt(arguments[1]),
        Boolean.parseBoolean(arguments[2]));
  }
}
