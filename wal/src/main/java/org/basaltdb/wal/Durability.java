package org.basaltdb.wal;

/// What a commit waits for before it is acknowledged.
///
/// The order is that of the promise: a later constant promises everything an earlier one does.
public enum Durability {
  /// Nothing: the record is in memory, and is written when the log's buffer fills or the log
  /// closes. A crash of the process or of the machine may lose it.
  NONE(0),

  /// Nothing, but the record is written and synced in its turn, [LogOptions#intervalNanos] after
  /// the last ones: what a crash loses is as much as that, and what a slow disk or a thread that
  /// lost its processor adds.
  INTERVAL(1),

  /// The record is on disk: written and synced.
  SYNC(2);

  private static final Durability[] BY_CODE = {NONE, INTERVAL, SYNC};

  private final int code;

  Durability(int code) {
    this.code = code;
  }

  /// The number that stands for it in a log record.
  public int code() {
    return code;
  }

  /// The constant with a code.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Durability ofCode(int code) {
    if (code < 0 || code >= BY_CODE.length) {
      throw new IllegalArgumentException(
          "unknown durability code; found " + code + "; expected 0 to 2");
    }
    return BY_CODE[code];
  }
}
