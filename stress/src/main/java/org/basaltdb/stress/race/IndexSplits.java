package org.basaltdb.stress.race;

import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.SegmentLayout;
import org.basaltdb.offheap.page.PageLayout;

/// A table whose index splits with nearly every insert, always the segment of the one row that
/// readers look for. Right after each split that row slides to another place of its page, which the
/// old segment does not know, and a row that looks like it all over comes to lie where it was.
///
/// All keys have one home bucket, so a segment is full with [#FULL] of them. Most, the deep ones,
/// share their leading hash bits; of the others, each parts with them at another bit. So when the
/// segment is full, every further deep key splits it once, and one other key leaves it. After
/// [#SPLITS] of them the table is dropped, and a new one begun.
final class IndexSplits {
  private static final int EXPECTED_ROW_BYTES = 100;
  private static final int SMALL_WORDS = 2;
  private static final int HOME = 0;
  private static final int SPLITS = 8;

  /// Places that keys of one home bucket can take: there, in the neighbour, in the stash.
  private static final int FULL =
      (2 + SegmentLayout.STASH_BUCKETS) * SegmentLayout.ENTRIES_PER_BUCKET;

  private static final int KEYS = FULL + SPLITS;

  /// Keys of the rows that fill the page of the row that is looked for; of other home buckets.
  private static final long FIRST_DECOY = 1;

  private static final int DECOYS = 5;
  private static final int READS_A_STEP = 1_000;

  /// One life of the table.
  private static final class Life {
    final RaceTable table;
    final Register sought = new Register(false);
    int count;

    Life(RaceTable table) {
      this.table = table;
    }
  }

  private final RaceMemory memory = new RaceMemory(EXPECTED_ROW_BYTES);

  /// First those that part at bit 0, 1, ..., then the deep ones, of which one is sought.
  private final long[] keys = keysOfOneHome();

  private final long soughtKey = keys[SPLITS];

  /// Words of a decoy: all of them and the sought row leave room in the page for one word more.
  private final int decoyWords =
      ((PageLayout.heapBytes(memory.layout().rowsPerPage()) - RaceRow.bytes(SMALL_WORDS)) / DECOYS
                  - RaceRow.bytes(0))
              / Long.BYTES
          - 1;

  /// Read inside an epoch: a life that was found there lasts until the epoch is left.
  private volatile Life life = newLife();

  private volatile int steps;

  private long[] keysOfOneHome() {
    long[] found = new long[KEYS];
    int deep = SPLITS;
    int missing = KEYS;
    for (long key = RaceRow.FIRST_VICTIM; missing > 0; key++) {
      long hashWord = memory.hashWord(key);
      int hash = KeyHash.indexHash(hashWord);
      if (SegmentLayout.home(hash, KeyHash.tag(hashWord)) != HOME) {
        continue;
      }
      int partsAt = Integer.numberOfLeadingZeros(hash << (Integer.SIZE - SegmentLayout.HASH_BITS));
      if (partsAt < SPLITS && found[partsAt] == 0) {
        found[partsAt] = key;
        missing--;
      } else if (partsAt >= SPLITS && deep < KEYS) {
        found[deep++] = key;
        missing--;
      }
    }
    return found;
  }

  private Life newLife() {
    Life made = new Life(new RaceTable(memory));
    for (int i = 0; i < DECOYS; i++) {
      made.table.putDecoy(FIRST_DECOY + i, soughtKey, decoyWords);
    }
    putSought(made, SMALL_WORDS);
    while (made.count < FULL) {
      put(made);
    }
    return made;
  }

  private void putSought(Life current, int wordCount) {
    long version = current.sought.beginPut();
    current.table.put(soughtKey, version, wordCount);
    current.sought.end();
  }

  private void put(Life current) {
    long key = keys[current.count++];
    if (key != soughtKey) {
      current.table.put(key, 0, SMALL_WORDS);
    }
  }

  /// The writer's next step.
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  void step() {
    Life current = life;
    if (current.count == KEYS) {
      life = newLife();
      current.table.drop();
    } else {
      put(current);
      // The page has no room for a row that grows: it is packed, and the row goes to its end. So
      // the sought row slides towards the start, and a decoy comes to lie where it was.
      long decoy = FIRST_DECOY + current.count % DECOYS;
      current.table.putDecoy(decoy, soughtKey, decoyWords + 1);
      current.table.putDecoy(decoy, soughtKey, decoyWords);
      putSought(current, SMALL_WORDS + 1);
      putSought(current, SMALL_WORDS);
    }
    steps++;
  }

  /// Reads the row again and again until the writer has made a step.
  String read() {
    int begin = steps;
    String judgement = Register.CURRENT;
    for (int i = 0; i < READS_A_STEP && steps == begin && isHarmless(judgement); i++) {
      judgement = readOnce();
    }
    return judgement;
  }

  private String readOnce() {
    RaceReader reader = memory.reader();
    reader.enter();
    try {
      Life current = life;
      long floor = current.sought.floor();
      int rowBytes = reader.readInside(current.table, soughtKey);
      return current.sought.judge(soughtKey, floor, rowBytes, reader.row());
    } finally {
      reader.exit();
    }
  }

  /// As [#read], in a batch with others.
  String readBatch() {
    int begin = steps;
    String judgement = Register.CURRENT;
    for (int i = 0; i < READS_A_STEP && steps == begin && isHarmless(judgement); i++) {
      judgement = readBatchOnce();
    }
    return judgement;
  }

  private String readBatchOnce() {
    RaceReader reader = memory.reader();
    reader.enter();
    try {
      Life current = life;
      long floor = current.sought.floor();
      reader.readBatch(current.table, keys[0], keys[SPLITS - 1], soughtKey);
      return current.sought.judge(soughtKey, floor, reader.batchRowBytes(2), reader.batchRow(2));
    } finally {
      reader.exit();
    }
  }

  private static boolean isHarmless(String judgement) {
    return judgement.equals(Register.CURRENT) || judgement.equals(Register.ASK_WRITER);
  }
}
