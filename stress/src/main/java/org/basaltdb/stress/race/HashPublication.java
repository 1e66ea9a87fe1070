package org.basaltdb.stress.race;

import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.PrimaryIndex;
import org.basaltdb.offheap.hash.SegmentChanges;
import org.basaltdb.offheap.hash.SegmentLayout;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A reader looks at a bucket while the writer puts an entry into it: a tag announces an entry that
/// is there.
@JCStressTest
@Outcome(id = "ABSENT", expect = Expect.ACCEPTABLE, desc = "no tag yet")
@Outcome(id = "THERE", expect = Expect.ACCEPTABLE, desc = "tag and entry")
@Outcome(id = "REMOVED", expect = Expect.ACCEPTABLE, desc = "taken away meanwhile")
@Outcome(
    id = "HOLLOW",
    expect = Expect.FORBIDDEN,
    desc = "HASH-1: a tag announced an entry that was not stored yet")
@State
public class HashPublication {
  /// Keys in turn; each is removed half a round after it was put.
  private static final int KEYS = 64;

  private static final int ROW_OFFSET = 64;
  private static final AtomicInteger NEXT = new AtomicInteger();
  private static final long[] HASH_WORDS = hashWords();
  private static final PrimaryIndex INDEX = index();

  /// Odd while a removal is under way; written by the writer.
  private static volatile int removals;

  private final int key = NEXT.getAndIncrement() & KEYS - 1;

  private static PrimaryIndex index() {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    Region region =
        Region.reserve("race index", Region.EXTENT_BYTES, Region.ANY_NODE, budget, Owner.INDEX);
    Epochs epochs = new Epochs();
    return new PrimaryIndex(
        new BlockPool(region, budget),
        new RetiredBlocks(epochs),
        SegmentChanges.UNOBSERVED,
        epochs,
        budget,
        1,
        0,
        1 << SegmentLayout.HASH_BITS);
  }

  /// Keys with a home bucket each of their own, and no neighbour.
  private static long[] hashWords() {
    long[] words = new long[KEYS];
    boolean[] taken = new boolean[SegmentLayout.HOME_BUCKETS];
    int found = 0;
    for (long candidate = 1; found < KEYS; candidate++) {
      long word = KeyHash.hashWord(KeyHash.slotOfLong(candidate), KeyHash.hashOfLong(candidate, 0));
      int home = SegmentLayout.home(KeyHash.indexHash(word), KeyHash.tag(word));
      if (!taken[home]) {
        taken[home] = true;
        words[found++] = word;
      }
    }
    return words;
  }

  @Actor
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public void writer() {
    long hashWord = HASH_WORDS[key];
    if (INDEX.find(hashWord, entry -> true) == 0) {
      INDEX.reserve(hashWord);
      INDEX.insert(hashWord, key, ROW_OFFSET);
    }
    long oldHashWord = HASH_WORDS[key + KEYS / 2 & KEYS - 1];
    long old = INDEX.find(oldHashWord, entry -> true);
    if (old != 0) {
      removals++;
      INDEX.remove(old, oldHashWord);
      removals++;
    }
  }

  @Actor
  public void reader(L_Result result) {
    long hashWord = HASH_WORDS[key];
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    long bucket =
        PrimaryIndex.segment(
                Memory.getLongAcquire(INDEX.directoryWordAddress()), INDEX.poolBase(), 0, hash)
            + SegmentLayout.bucketOffset(SegmentLayout.home(hash, tag));
    int removalsBefore = removals;
    long marks = SegmentLayout.match(Memory.getLongAcquire(bucket), tag);
    if (marks == 0) {
      result.r1 = "ABSENT";
      return;
    }
    int place = Long.numberOfTrailingZeros(marks) & 0x38;
    long entry = Memory.getLongOpaque(bucket + SegmentLayout.ENTRIES_OFFSET + place);
    boolean removed = (removalsBefore & 1) != 0 || removals != removalsBefore;
    if (entry == SegmentLayout.entry(hash, key, ROW_OFFSET)) {
      result.r1 = "THERE";
    } else {
      result.r1 = removed ? "REMOVED" : "HOLLOW";
    }
  }
}
