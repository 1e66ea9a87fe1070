package org.basaltdb.core;

import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Reads for a session the pages that are not in memory. Belongs to its session.
final class ColdReader {
  private final PageImages image;

  /// @throws org.basaltdb.core.error.MemoryBudgetExceededException if there is no memory for a page
  ColdReader(MemoryBudget budget) {
    try {
      image = new PageImages(1, budget);
    } catch (BudgetExhaustedException e) {
      throw Failures.named(e);
    }
  }

  /// Reads the page that a read lacks, unless it has come meanwhile. The session is at the gate and
  /// in no epoch.
  ///
  /// @throws org.basaltdb.core.error.BasaltException if it is damaged, or the device fails
  void read(Partition partition, ReadContext context) {
    Tier tier = partition.tier();
    if (tier == null) {
      throw new IllegalStateException("a page is not in memory, of a database in memory");
    }
    int page = context.coldPage;
    context.hold(-1, 0, 0); // what was in the buffer
    long word = tier.readCold(page, image, context.coldPageIsWanted);
    if (word != 0) {
      context.hold(page, word, image.address(0));
    }
  }

  void close() {
    image.close();
  }
}
