package org.basaltdb.stress.race;

import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.SegmentLayout;

/// A place in a page that belongs to one key after another. The later rows are decoys: their bodies
/// look like rows of the earlier key wherever that key's row may have begun, so a reader that
/// believes an old entry is shown a row that never was.
final class SlotReuse {
  private static final int EXPECTED_ROW_BYTES = 900;
  private static final int DECOY_WORDS = 60;
  private static final int ROW_WORDS = 4;

  private static final long VICTIM = RaceRow.FIRST_VICTIM + 7;

  /// The key of the row before the victim's: so the victim does not begin where the decoy will.
  private static final long LEAD = 8;

  private static final long DECOY = 9;

  /// The first key of the rows that only fill: buckets and pages.
  private static final long FIRST_FILLER = 1_000;

  private static final int FILLER_WORDS = 100;

  private final RaceTable table = new RaceTable(EXPECTED_ROW_BYTES);
  private final Register register = new Register(true);
  private int steps;

  /// The victim gets the last place of its bucket, and a page that it shares with nobody.
  SlotReuse() {
    int home = home(VICTIM);
    long filler = FIRST_FILLER;
    for (int i = 1; i < SegmentLayout.ENTRIES_PER_BUCKET; filler++) {
      if (home(filler) == home) {
        table.put(filler, 0, FILLER_WORDS);
        i++;
      }
    }
    int pageCount = table.table().pageCount();
    for (; table.table().pageCount() == pageCount; filler++) {
      if (home(filler) != home) {
        table.put(filler, 0, FILLER_WORDS);
      }
    }
    table.delete(filler - 1);
  }

  private int home(long key) {
    long hashWord = table.hashWord(key);
    return SegmentLayout.home(KeyHash.indexHash(hashWord), KeyHash.tag(hashWord));
  }

  RaceTable table() {
    return table;
  }

  /// The writer's next step. The page is empty after every fourth one, so that the next row goes to
  /// its start.
  void step() {
    switch (steps++ & 3) {
      case 0 -> {
        table.put(LEAD, 0, ROW_WORDS);
        table.put(VICTIM, register.beginPut(), ROW_WORDS);
        register.end();
      }
      case 1 -> {
        register.beginRemoval();
        table.delete(VICTIM);
        register.end();
        table.delete(LEAD);
      }
      case 2 -> table.putDecoy(DECOY, VICTIM, DECOY_WORDS);
      default -> table.delete(DECOY);
    }
  }

  String read() {
    RaceReader reader = table.reader();
    long floor = register.floor();
    int rowBytes = reader.read(table, VICTIM);
    return register.judge(VICTIM, floor, rowBytes, reader.row());
  }

  String readBatch() {
    RaceReader reader = table.reader();
    long floor = register.floor();
    reader.enter();
    try {
      reader.readBatch(table, VICTIM);
    } finally {
      reader.exit();
    }
    return register.judge(VICTIM, floor, reader.batchRowBytes(0), reader.batchRow(0));
  }
}
