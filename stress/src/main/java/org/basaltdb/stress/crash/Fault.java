package org.basaltdb.stress.crash;

/// What can be wrong. See the package's CRASH-1 to CRASH-7.
enum Fault {
  /// CRASH-1, CRASH-6.
  LOST_ROW("acknowledged rows lost"),
  /// CRASH-1, CRASH-6.
  STALE_ROW("rows older than acknowledged"),
  /// CRASH-2.
  GAP("rows lost before a later one that is there"),
  /// CRASH-3.
  HALF_ROW("half or mixed rows"),
  /// CRASH-4.
  PHANTOM_ROW("rows that should not be there"),
  /// CRASH-1.
  LOST_TABLE("created tables lost"),
  /// CRASH-4.
  PHANTOM_TABLE("tables that should not be there"),
  /// CRASH-5.
  DISAGREEMENT("scan, lookup and count disagree"),
  /// CRASH-7.
  REUSED_NUMBER("generated numbers given twice"),
  /// A read, or the outcome of a write, was wrong while the database was running.
  WRONG_ANSWER("wrong answers while running"),
  /// The subject did not open the database, did not answer in time, or ended by itself.
  FAILED_PROCESS("processes that failed");

  private final String text;

  Fault(String text) {
    this.text = text;
  }

  /// The fault in the plural, as the final table has it.
  String text() {
    return text;
  }
}
