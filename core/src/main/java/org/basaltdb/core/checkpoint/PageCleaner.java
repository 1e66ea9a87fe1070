package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// Writes dirty pages between checkpoints, so that pages can leave memory, and lets large values go
/// that nobody points at any more and that are not in memory.
///
/// It is the checkpointer's thread that does it: so no image changes while a checkpoint is made
/// (CUT-3), and a page has one write in flight (CLEAN-4).
///
/// - **CLEAN-2.** What was written is current at once, and durable with the next checkpoint: until
///   then no checkpoint names it, and the log has what it holds.
///
/// Confined to the checkpointer; at open, to the thread that opens.
final class PageCleaner implements AutoCloseable {
  /// Looks at the chains of which a page could not be read: a device may take seconds to say so.
  private static final int RETRY_LOOKS = 50;

  /// Pages written together: commands wait for them.
  private static final int PIECE_UNITS = 16;

  private final CheckpointFiles files;
  private final List<Partition> partitions;
  private final MemoryBudget budget;

  /// By partition; null until it is needed.
  private final @Nullable PieceWriter[] writers;

  private @Nullable PageImages chainPage;

  /// So many looks are left until a chain is followed again that could not be read.
  private int pauseLooks;

  PageCleaner(CheckpointFiles files, List<Partition> partitions, MemoryBudget budget) {
    this.files = files;
    this.partitions = partitions;
    this.budget = budget;
    this.writers = new PieceWriter[partitions.size()];
  }

  /// Whether pages of a partition should be written.
  static boolean isDue(Tier tier) {
    return tier.images().isCleaningAwaited() || tier.pages().isCleaningDue();
  }

  /// Writes dirty pages of a partition until few are left. Whoever waits for it is told how it
  /// ended.
  ///
  /// @throws IOException if they could not be written; they stay dirty
  void clean(Partition partition) throws IOException {
    Tier tier = Checkpointer.tierOf(partition);
    Throwable failure = null;
    try {
      write(partition.number(), tier);
    } catch (IOException | BudgetExhaustedException refused) {
      failure = refused;
      throw refused;
    } finally {
      tier.images().cleaned(failure);
    }
  }

  /// Commands that wait for dirty pages to be written need not wait until all of them are.
  static void relieve(Tier tier) {
    if (tier.images().isCleaningAwaited() && !tier.pages().isDirtyLimitNear()) {
      tier.images().cleaned(null);
    }
  }

  private void write(int number, Tier tier) throws IOException {
    PartitionImages images = tier.images();
    BufferPool pages = tier.pages();
    PieceWriter writer = writerOf(number, tier);
    boolean written = false;
    try {
      // One round of the hand finds all that is dirty now; what is written last is settled by a
      // step that may write more.
      int left = images.pageCount() / PIECE_UNITS + 2;
      while (left-- > 0 && images.dirtyPageCount() > pages.cleaningTarget()) {
        writer.step();
        relieve(tier);
      }
      tier.borrow();
      try {
        writer.settle();
      } finally {
        tier.giveBackForNow();
      }
      written = true;
    } finally {
      if (!written) {
        tier.borrow();
        try {
          writer.giveUp();
        } finally {
          tier.giveBackForNow();
        }
      }
    }
  }

  private PieceWriter writerOf(int number, Tier tier) throws IOException {
    PieceWriter made = writers[number];
    if (made == null) {
      made =
          new PieceWriter(
              tier,
              files.pages(partitions).get(number),
              new Cleaning(tier.images()),
              PIECE_UNITS,
              budget);
      writers[number] = made;
    }
    return made;
  }

  private record Cleaning(PartitionImages images) implements PieceWriter.Work {
    @Override
    public int collect(PageImages into, long[] units, int from, int most) {
      return images.collectDirty(into, units, from, most);
    }

    @Override
    public void settle(long unit, int slot, int checksum) {
      images.settleClean(unit, slot, checksum);
    }
  }

  /// Lets large values go as far as they are found, one cold page of each table at a time. What is
  /// damaged is set aside until the database is opened again; what cannot be read is tried again
  /// after the others, and after some looks.
  ///
  /// @return whether there is more to do
  /// @throws BasaltException the first of what could not be read; the other tables went on
  boolean followChains(Catalog catalog) {
    if (pauseLooks > 0) {
      pauseLooks--;
      return false;
    }
    boolean more = false;
    BasaltException unread = null;
    for (Partition partition : partitions) {
      Tier tier = Checkpointer.tierOf(partition);
      if (tier.pages().takeColdChains()) {
        for (TablePartition table : catalog.tablesOf(partition.number())) {
          try {
            if (table.hasColdChain()) {
              followChain(tier, table);
            }
          } catch (BasaltException failure) {
            unread = unread == null ? failure : unread;
          } finally {
            if (table.hasColdChain()) {
              tier.pages().noteColdChain();
              more = true;
            }
          }
        }
      }
    }
    if (unread != null) {
      throw unread;
    }
    return more;
  }

  private void followChain(Tier tier, TablePartition table) {
    PageImages into = chainPage;
    if (into == null) {
      into = new PageImages(1, budget);
      chainPage = into;
    }
    int page;
    tier.borrow();
    try {
      page = table.followChainInMemory();
    } finally {
      tier.giveBackForNow();
    }
    if (page < 0) {
      return;
    }
    try {
      if (tier.readCold(page, into, false) != 0) {
        long image = into.address(0);
        underToken(tier, () -> table.followChain(page, image));
      }
    } catch (CorruptPageException damaged) {
      underToken(tier, () -> table.setChainAside(page));
      System.getLogger("org.basaltdb")
          .log(
              Level.WARNING,
              "a large value was deleted and its pages cannot be used again until the database is"
                  + " opened the next time: {0}",
              String.valueOf(damaged.getMessage()));
    } catch (BasaltException unread) {
      pauseLooks = RETRY_LOOKS;
      underToken(tier, () -> table.deferChain(page));
      throw unread;
    }
  }

  private static void underToken(Tier tier, Runnable step) {
    tier.borrow();
    try {
      step.run();
    } finally {
      tier.giveBackForNow();
    }
  }

  @Override
  public void close() {
    for (PieceWriter writer : writers) {
      if (writer != null) {
        writer.close();
      }
    }
    PageImages open = chainPage;
    if (open != null) {
      chainPage = null;
      open.close();
    }
  }
}
