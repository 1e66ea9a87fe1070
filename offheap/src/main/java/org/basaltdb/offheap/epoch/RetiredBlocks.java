package org.basaltdb.offheap.epoch;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/// Numbers of blocks that were unlinked and wait until no reader can be looking at them, oldest
/// first.
///
/// Retiring is a store into an array. [#reclaim] stamps all that was retired since the last time
/// with one [Epochs#advance], so its cost of a few microseconds is shared; callers let a few dozen
/// gather before they reclaim.
///
/// - RETIRE-1 A block comes out only after an advance that came after it was unlinked, when every
///   reader that was inside then has left.
///
/// The arrays grow by doubling and never shrink; otherwise nothing is allocated.
///
/// Thread rules: one thread at a time, the one that unlinks, ordered by the writer's token.
public final class RetiredBlocks {
  private static final int FIRST_CAPACITY = 64;

  private final Epochs epochs;

  /// A ring; positions count on and are masked.
  private int[] blocks = new int[FIRST_CAPACITY];

  /// The stamps of [#blocks], rising from [#first] to [#unstamped].
  private long[] stamps = new long[FIRST_CAPACITY];

  private long first;
  private long unstamped;
  private long end;

  /// An empty list.
  public RetiredBlocks(Epochs epochs) {
    this.epochs = epochs;
  }

  /// Adds a block that the calling thread has unlinked.
  public void retire(int block) {
    if (end - first == blocks.length) {
      grow();
    }
    blocks[(int) end & (blocks.length - 1)] = block;
    end++;
  }

  /// Hands every block to `reuse` that no reader can be looking at any more, in the order in which
  /// they were retired.
  ///
  /// @param reuse whether it took the block; one that was not taken stays, and so do those behind
  ///   it. Must not call this object
  /// @return how many were taken
  public int reclaim(IntPredicate reuse) {
    if (unstamped < end) {
      stamp(epochs.advance());
    }
    if (first == end) {
      return 0;
    }
    long oldest = epochs.oldestActive();
    long before = first;
    while (first < end
        && stamps[(int) first & (stamps.length - 1)] < oldest
        && reuse.test(blocks[(int) first & (blocks.length - 1)])) {
      first++;
    }
    return (int) (first - before);
  }

  /// Visits all blocks that wait.
  public void forEach(IntConsumer visitor) {
    for (long position = first; position < end; position++) {
      visitor.accept(blocks[(int) position & (blocks.length - 1)]);
    }
  }

  /// How many blocks wait.
  public int size() {
    return (int) (end - first);
  }

  private void stamp(long stamp) {
    for (; unstamped < end; unstamped++) {
      stamps[(int) unstamped & (stamps.length - 1)] = stamp;
    }
  }

  private void grow() {
    int capacity = blocks.length;
    int[] grownBlocks = Arrays.copyOf(blocks, capacity * 2);
    long[] grownStamps = Arrays.copyOf(stamps, capacity * 2);
    for (long position = first; position < end; position++) {
      grownBlocks[(int) position & (capacity * 2 - 1)] = blocks[(int) position & (capacity - 1)];
      grownStamps[(int) position & (capacity * 2 - 1)] = stamps[(int) position & (capacity - 1)];
    }
    blocks = grownBlocks;
    stamps = grownStamps;
  }
}
