package org.basaltdb.stress.race;

import org.basaltdb.core.codec.RowCodec;

/// One row whose body goes out of its page and comes back.
final class BodyInAndOut {
  private static final int EXPECTED_ROW_BYTES = 200;
  private static final int SMALL_WORDS = 0;
  private static final int LARGE_WORDS = 1_100;
  private static final long KEY = 1;

  private final RaceTable table = new RaceTable(EXPECTED_ROW_BYTES);
  private int steps;

  BodyInAndOut() {
    step();
  }

  /// The writer's next step.
  void step() {
    table.put(KEY, steps, (steps & 1) == 0 ? SMALL_WORDS : LARGE_WORDS);
    steps++;
  }

  /// Reads the row by the short way only.
  String read() {
    RaceReader reader = table.reader();
    if (reader.readAtHome(table, KEY) <= 0) {
      return Register.ASK_WRITER;
    }
    return RowCodec.hasOverflow(reader.row()) ? Register.NEVER_WAS : Register.CURRENT;
  }
}
