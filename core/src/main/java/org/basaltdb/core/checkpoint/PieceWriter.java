package org.basaltdb.core.checkpoint;

import java.io.IOException;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.SlotSpace;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Writes images of one partition piece by piece: copies a few units under the token, writes them
/// without it, and settles them when it copies the next ones.
///
/// Confined to the checkpointer.
final class PieceWriter implements AutoCloseable {
  /// Of the units that are written together, how many are copied in one loan of the partition: some
  /// 6 us. Commands that come meanwhile spin so long; after 20 us they would sleep, and wake much
  /// later.
  private static final int LOAN_UNITS = 4;

  private final Tier tier;
  private final PartitionImages images;
  private final PageFile file;
  private final Work work;
  private final PageImages staging;
  private final int pieceUnits;
  private final long[] units;
  private final int[] slots;
  private final int[] checksums;
  private int count;

  /// Of these, how many have a slot that was taken and is not settled.
  private int takenCount;

  /// What is written, and what becomes of it; both under the token.
  interface Work {
    /// Copies units.
    ///
    /// @param from index of the first image
    /// @return how many; fewer than `most` if there is nothing more to write for now
    int collect(PageImages into, long[] units, int from, int most);

    /// An image is in its slot.
    void settle(long unit, int slot, int checksum);
  }

  /// @param pieceUnits how many units are written together, a multiple of four: with more the
  ///   device is faster, and whoever waits for one of them waits longer
  PieceWriter(Tier tier, PageFile file, Work work, int pieceUnits, MemoryBudget budget) {
    assert pieceUnits % LOAN_UNITS == 0 : pieceUnits;
    this.pieceUnits = pieceUnits;
    this.units = new long[pieceUnits];
    this.slots = new int[pieceUnits];
    this.checksums = new int[pieceUnits];
    this.tier = tier;
    this.images = tier.images();
    this.file = file;
    this.work = work;
    this.staging = new PageImages(pieceUnits, budget);
  }

  /// Settles the last piece, and writes the next one.
  ///
  /// @return how many images it has
  /// @throws IOException if it could not be written; [#close] has what is not settled count as
  ///   changed again
  int step() throws IOException {
    collect();
    for (int i = 0; i < count; i++) {
      checksums[i] = staging.seal(i);
    }
    for (int from = 0; from < count; ) {
      from = writeRun(from);
    }
    return count;
  }

  private void collect() throws IOException {
    int found = LOAN_UNITS;
    for (int loan = 0; found == LOAN_UNITS && loan < pieceUnits / LOAN_UNITS; loan++) {
      tier.borrow();
      try {
        if (loan == 0) {
          settle();
        }
        found = work.collect(staging, units, count, LOAN_UNITS);
        count += found;
        while (takenCount < count) {
          takeSlots();
        }
      } finally {
        // a command may wait for room that only the next piece makes, of this partition or another
        tier.giveBackForNow();
      }
    }
  }

  /// Settles what was written. The token is held.
  void settle() {
    while (takenCount > 0) {
      takenCount--;
      work.settle(units[takenCount], slots[takenCount], checksums[takenCount]);
    }
    count = 0;
  }

  private void takeSlots() throws IOException {
    long run = images.takeSlots(count - takenCount);
    if (run == SlotSpace.NONE) {
      throw new IOException("the page file has no free slot, and may not grow");
    }
    for (int i = 0; i < SlotSpace.length(run); i++) {
      slots[takenCount++] = SlotSpace.first(run) + i;
    }
  }

  private int writeRun(int from) throws IOException {
    int end = from + 1;
    while (end < count && slots[end] == slots[end - 1] + 1) {
      end++;
    }
    file.write(slots[from], staging, from, end - from);
    return end;
  }

  /// Gives up what was copied and is not settled. The token is held.
  void giveUp() {
    for (int i = 0; i < count; i++) {
      images.giveUp(units[i]);
    }
    for (int i = 0; i < takenCount; i++) {
      images.giveUpSlot(slots[i]);
    }
    count = 0;
    takenCount = 0;
  }

  /// Gives the memory back; everything is settled or given up.
  @Override
  public void close() {
    staging.close();
  }
}
