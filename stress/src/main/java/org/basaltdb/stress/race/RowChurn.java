package org.basaltdb.stress.race;

import java.util.Random;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.table.PageRows;

/// A table in which a writer does, in a random order that a seed fixes, everything that can happen
/// to a row: it is overwritten, grows and shrinks, moves within its page when that is packed, moves
/// to other pages and back home, goes and comes again.
///
/// Even keys, once put, are never taken away.
final class RowChurn {
  static final int EXPECTED_ROW_BYTES = 900;
  private static final int KEYS = 12;

  /// Beyond every version: a row whose version is its key is a decoy.
  private static final long FIRST_KEY = 1L << 40;

  static final int BATCH_KEYS = 4;
  private static final int SMALL_WORDS = 24;
  private static final int LARGE_WORDS = 760;

  private final RaceTable table;
  private final Register[] registers = new Register[KEYS];
  private final Random random = new Random(42);

  RowChurn() {
    this(new RaceTable(EXPECTED_ROW_BYTES));
  }

  /// In a table of which nobody else knows, with [#EXPECTED_ROW_BYTES].
  RowChurn(RaceTable table) {
    this.table = table;
    for (int i = 0; i < KEYS; i++) {
      registers[i] = new Register((i & 1) != 0);
      put(i);
    }
  }

  RaceTable table() {
    return table;
  }

  int keyCount() {
    return KEYS;
  }

  Register register(int index) {
    return registers[index];
  }

  static long key(int index) {
    return FIRST_KEY + index;
  }

  /// The writer's next step.
  void step() {
    int index = random.nextInt(KEYS);
    Register register = registers[index];
    if ((index & 1) != 0 && register.isPut() && random.nextInt(3) == 0) {
      register.beginRemoval();
      table.delete(key(index));
      register.end();
    } else {
      put(index);
    }
  }

  private void put(int index) {
    int wordCount =
        random.nextInt(4) == 0 ? random.nextInt(LARGE_WORDS) : random.nextInt(SMALL_WORDS);
    Register register = registers[index];
    table.put(key(index), register.beginPut(), wordCount);
    register.end();
  }

  /// A reader's read of one key.
  String read(int index) {
    Register register = registers[index];
    RaceReader reader = table.reader();
    long floor = register.floor();
    int rowBytes = reader.read(table, key(index));
    return register.judge(key(index), floor, rowBytes, reader.row());
  }

  /// A reader's read of several keys at once, of which it judges the last: it is the one whose page
  /// has the least time to change before it is looked at again.
  ///
  /// @param first of the keys that are read, which are neighbours
  String readBatch(int first) {
    int judged = BATCH_KEYS - 1;
    long[] keys = new long[BATCH_KEYS];
    for (int i = 0; i < BATCH_KEYS; i++) {
      keys[i] = key((first + i) % KEYS);
    }
    int index = (first + judged) % KEYS;
    Register register = registers[index];
    RaceReader reader = table.reader();
    long floor = register.floor();
    reader.enter();
    try {
      reader.readBatch(table, keys);
    } finally {
      reader.exit();
    }
    return register.judge(key(index), floor, reader.batchRowBytes(judged), reader.batchRow(judged));
  }

  /// A reader's scan of the table. Judges the rows that are there all the time, and says of the
  /// first thing that is wrong what it is.
  String scan() {
    RaceReader reader = table.reader();
    PageRows rows = reader.pageRows();
    long[] floors = new long[KEYS];
    for (int i = 0; i < KEYS; i++) {
      floors[i] = registers[i].floor();
    }
    int[] seen = new int[KEYS];
    for (int page = 0; page < table.table().pageCount(); page++) {
      if (!reader.scanPage(table, page)) {
        return Register.ASK_WRITER;
      }
      for (int i = 0; i < rows.count(); i++) {
        String judgement = judgeScanned(rows.row(i), floors, seen);
        if (!judgement.equals(Register.CURRENT)) {
          return judgement;
        }
      }
    }
    for (int i = 0; i < KEYS; i += 2) {
      if (seen[i] != 1) {
        return seen[i] == 0 ? Register.MISSED : Register.TWICE;
      }
    }
    return Register.CURRENT;
  }

  private String judgeScanned(long row, long[] floors, int[] seen) {
    long index = RaceRow.key(row) - key(0);
    if (index < 0 || index >= KEYS) {
      return Register.NEVER_WAS;
    }
    int i = (int) index;
    seen[i]++;
    return (i & 1) == 0
        ? registers[i].judge(key(i), floors[i], RowCodec.rowBytes(row), row)
        : Register.CURRENT;
  }
}
