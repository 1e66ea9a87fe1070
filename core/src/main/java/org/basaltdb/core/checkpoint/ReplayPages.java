package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.List;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Pages for the replay of the log, which may change more of them than there are frames. What a
/// command would wait for is done here and now, by the thread that replays.
///
/// Thread rules: one thread a partition at a time.
public final class ReplayPages implements AutoCloseable {
  private final String name;
  private final List<Partition> partitions;
  private final PageCleaner cleaner;
  private final BeforeWriting beforeWriting;
  private final List<ReadAhead> ahead;

  /// Guarded by this object, as is the cleaner.
  private boolean written;

  /// What has to be done before anything is written.
  public interface BeforeWriting {
    /// Does it.
    void run() throws IOException;
  }

  /// @param name of the database, for errors
  /// @param beforeWriting done once, before a page is written (CUT-5)
  public ReplayPages(
      String name,
      CheckpointFiles files,
      List<Partition> partitions,
      MemoryBudget budget,
      BeforeWriting beforeWriting) {
    this.name = name;
    this.partitions = partitions;
    this.cleaner = new PageCleaner(files, partitions, budget);
    this.beforeWriting = beforeWriting;
    this.ahead =
        partitions.stream()
            .map(partition -> new ReadAhead(Checkpointer.tierOf(partition), budget))
            .toList();
  }

  /// Notes a page that is not in memory and will be wanted.
  ///
  /// @return false if there is no room for more before [#readAhead]
  public boolean want(int partition, int page) {
    return ahead.get(partition).want(page);
  }

  /// Brings in what is wanted, as far as it can be had; the rest is fetched when it is needed.
  public void readAhead(int partition) {
    ahead.get(partition).read();
  }

  /// Brings a page into memory, where it stays until [#applied].
  ///
  /// @throws org.basaltdb.core.error.BasaltException if it cannot be read, or is damaged
  public void fetch(int partition, int page) {
    Tier tier = Checkpointer.tierOf(partitions.get(partition));
    tier.fetchForReplay(page);
    if (tier.images().isCleaningAwaited()) {
      makeRoom(partition);
    }
  }

  /// Writes dirty pages, so that others can come.
  ///
  /// @throws NotWritableException if they cannot be written
  public synchronized void makeRoom(int partition) {
    try {
      if (!written) {
        beforeWriting.run();
        written = true;
      }
      cleaner.clean(partitions.get(partition));
    } catch (IOException e) {
      throw new NotWritableException(
          name, "page files that cannot be written: " + FileErrorException.brief(e), e);
    }
  }

  /// The change is made.
  public void applied(int partition) {
    Checkpointer.tierOf(partitions.get(partition)).pages().releaseHeld();
  }

  /// Gives its memory back.
  @Override
  public void close() {
    ahead.forEach(ReadAhead::close);
    cleaner.close();
  }
}
