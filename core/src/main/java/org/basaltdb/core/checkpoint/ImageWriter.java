package org.basaltdb.core.checkpoint;

import java.io.IOException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.SlotSpace;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Writes what a partition was at its cut: copies a few units under the token, writes them without
/// it, and settles them when it copies the next ones.
///
/// Confined to the checkpointer.
final class ImageWriter implements AutoCloseable {
  /// Units copied in one loan of the partition: some 20 us.
  private static final int PIECE_UNITS = 16;

  private final Partition partition;
  private final PartitionImages images;
  private final PageFile file;
  private final PageImages staging;
  private final long[] units = new long[PIECE_UNITS];
  private final int[] slots = new int[PIECE_UNITS];
  private final int[] checksums = new int[PIECE_UNITS];
  private int count;

  /// Of these, how many have a slot that was taken and is not settled.
  private int takenCount;

  private long imageCount;
  private boolean through;

  ImageWriter(Partition partition, PageFile file, MemoryBudget budget) {
    this.partition = partition;
    this.images = Checkpointer.imagesOf(partition);
    this.file = file;
    this.staging = new PageImages(PIECE_UNITS, budget);
  }

  /// Images written so far.
  long imageCount() {
    return imageCount;
  }

  /// Whether everything is written and settled.
  boolean isThrough() {
    return through;
  }

  /// Whether commands wait for what [#step] does.
  boolean isAwaited() {
    return !through && !images.hasRoom();
  }

  /// Writes one piece.
  ///
  /// @throws IOException if it could not be written; [#close] has what is not settled count as
  ///   changed again
  void step() throws IOException {
    collect();
    for (int i = 0; i < count; i++) {
      checksums[i] = staging.seal(i);
    }
    for (int from = 0; from < count; ) {
      from = writeRun(from);
    }
    imageCount += count;
  }

  /// Settles the last piece and copies the next one.
  private void collect() throws IOException {
    partition.queue().borrow();
    try {
      while (takenCount > 0) {
        takenCount--;
        images.settle(units[takenCount], slots[takenCount], checksums[takenCount]);
      }
      count = 0;
      if (images.isImaging()) {
        count = images.collect(staging, units, PIECE_UNITS);
        while (takenCount < count) {
          takeSlots();
        }
      } else {
        through = true;
      }
    } finally {
      // a command may wait for room that only the next piece makes, of this partition or another
      partition.queue().giveBackForNow();
    }
  }

  /// Serves commands that came during the last loan: when no partition is imaging any more.
  void serve() {
    partition.queue().borrow();
    partition.queue().giveBack();
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

  /// Gives up what is not through, and the memory back.
  @Override
  public void close() {
    if (!through) {
      partition.queue().borrow();
      try {
        for (int i = 0; i < count; i++) {
          images.giveUp(units[i]);
        }
        for (int i = 0; i < takenCount; i++) {
          images.giveUpSlot(slots[i]);
        }
      } finally {
        images.giveUpCheckpoint();
        partition.queue().giveBackForNow();
      }
    }
    staging.close();
  }
}
