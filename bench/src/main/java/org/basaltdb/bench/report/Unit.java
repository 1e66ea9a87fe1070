package org.basaltdb.bench.report;

/** What a figure counts. */
public enum Unit {
  NANOS_A_ROW("ns/row", "lower is better"),
  NANOS_AN_OPERATION("ns/op", "lower is better"),
  MILLIS("ms", "lower is better"),
  ROWS_A_SECOND("rows/s", "higher is better"),
  OPERATIONS_A_SECOND("op/s", "higher is better"),
  BYTES_A_ROW("B/row", "lower is better"),
  BYTES_AN_OPERATION("B/op", "lower is better"),
  BYTES_A_CHECKPOINT("B/checkpoint", "lower is better"),
  MEBIBYTES("MiB", "lower is better"),
  WRITES("writes", ""),
  DISK_READS("reads/op", ""),
  CHECKPOINTS("checkpoints", ""),
  PAGES("pages", ""),
  STATUS("status", "0 is success"),
  TIMES("x", "");

  private final String symbol;
  private final String direction;

  Unit(String symbol, String direction) {
    this.symbol = symbol;
    this.direction = direction;
  }

  /** As it stands beside a number. */
  public String symbol() {
    return symbol;
  }

  /** Which way is better, in words; empty where that depends. */
  public String direction() {
    return direction;
  }
}
