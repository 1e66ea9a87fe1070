package org.basaltdb.stress.weaken;

/// What one test saw: how often it looked, how often at something forbidden, and what.
///
/// @param test simple name
/// @param samples how many outcomes there were
/// @param forbidden how many of them were forbidden
/// @param seen the first forbidden outcome and what it says, or what else went wrong; else empty
/// @param broken whether the test could not be run to its end
record RaceResult(String test, long samples, long forbidden, String seen, boolean broken) {
  /// What a result's line begins with.
  static final String MARK = "@race";

  private static final char SEPARATOR = '\t';

  static RaceResult broken(String test, String why) {
    return new RaceResult(test, 0, 0, why, true);
  }

  /// A thread that waits for ever is a forbidden outcome of every test.
  static RaceResult stuck(String test, long samples, long forbidden) {
    return new RaceResult(test, samples, forbidden + 1, "a thread waits for ever", false);
  }

  static RaceResult parse(String[] fields) {
    return new RaceResult(
        fields[1],
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        fields[4],
        Boolean.parseBoolean(fields[5]));
  }

  String line() {
    return MARK
        + SEPARATOR
        + test
        + SEPARATOR
        + samples
        + SEPARATOR
        + forbidden
        + SEPARATOR
        + seen.replaceAll("\\s+", " ")
        + SEPARATOR
        + broken;
  }
}
