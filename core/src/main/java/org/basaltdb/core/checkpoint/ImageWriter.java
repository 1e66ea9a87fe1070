package org.basaltdb.core.checkpoint;

import java.io.IOException;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Writes what a partition was at its cut.
///
/// Confined to the checkpointer.
final class ImageWriter implements AutoCloseable, PieceWriter.Work {
  /// Units written together: half a megabyte, with which a device is about as fast as it can be.
  private static final int PIECE_UNITS = 64;

  private final Tier tier;
  private final PartitionImages images;
  private final PieceWriter writer;
  private long imageCount;
  private boolean through;

  ImageWriter(Tier tier, PageFile file, MemoryBudget budget) {
    this.tier = tier;
    this.images = tier.images();
    this.writer = new PieceWriter(tier, file, this, PIECE_UNITS, budget);
    try {
      images.openReserve();
    } catch (Throwable refused) {
      writer.close();
      throw refused;
    }
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
    images.prepareReserve();
    imageCount += writer.step();
  }

  @Override
  public int collect(PageImages into, long[] units, int from, int most) {
    if (!images.isImaging()) {
      through = true;
      return 0;
    }
    return images.collect(into, units, from, most);
  }

  @Override
  public void settle(long unit, int slot, int checksum) {
    images.settle(unit, slot, checksum);
  }

  /// Gives up what is not through, and the memory back.
  @Override
  public void close() {
    if (!through) {
      tier.borrow();
      try {
        writer.giveUp();
      } finally {
        images.giveUpCheckpoint();
        tier.giveBackForNow();
      }
    }
    images.closeReserve();
    writer.close();
  }
}
