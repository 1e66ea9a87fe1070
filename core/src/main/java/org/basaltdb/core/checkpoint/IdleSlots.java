package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.List;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.SlotSpace;

/// Gives parts of page files that have been free for a while back to the file system, after a
/// checkpoint was published (SLOT-6).
///
/// Confined to the checkpointer, the one thread that takes slots: none that is being given back is
/// written meanwhile.
final class IdleSlots {
  private final List<Partition> partitions;

  /// Whether the file system has no such call: it is not asked again.
  private boolean refused;

  IdleSlots(List<Partition> partitions) {
    this.partitions = partitions;
  }

  /// Gives back what there is.
  ///
  /// @param meanwhile done between two calls
  /// @throws IOException the first failure; the other files are done
  void giveBack(PageFiles files, Runnable meanwhile) throws IOException {
    FirstFailure<IOException> failures = new FirstFailure<>();
    for (Partition partition : partitions) {
      try {
        giveBack(Checkpointer.tierOf(partition), files.get(partition.number()), meanwhile);
      } catch (IOException kept) {
        failures.add(kept);
      }
    }
    failures.rethrow();
  }

  private void giveBack(Tier tier, PageFile file, Runnable meanwhile) throws IOException {
    tier.borrow();
    try {
      tier.images().restSlots();
    } finally {
      tier.giveBackForNow();
    }
    long run = takeIdle(tier, 0);
    while (run != SlotSpace.NONE && !refused) {
      int slot = SlotSpace.first(run);
      int count = SlotSpace.length(run);
      refused = !file.giveBack(slot, count);
      meanwhile.run();
      run = takeIdle(tier, slot + count);
    }
  }

  private static long takeIdle(Tier tier, int from) {
    tier.borrow();
    try {
      return tier.images().takeIdleSlots(from);
    } finally {
      tier.giveBackForNow();
    }
  }
}
