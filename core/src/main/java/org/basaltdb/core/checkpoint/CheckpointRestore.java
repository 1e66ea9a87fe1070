package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.store.StateReader;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// Builds partitions and tables from the newest checkpoint that is whole. Nothing is served yet.
/// One thread reads the checkpoint; several then read the indexes.
public final class CheckpointRestore {
  private final CheckpointFiles files;
  private final List<Partition> partitions;
  private final Catalog catalog;
  private final MemoryBudget budget;

  /// Into partitions and a catalog that are empty.
  public CheckpointRestore(
      CheckpointFiles files, List<Partition> partitions, Catalog catalog, MemoryBudget budget) {
    this.files = files;
    this.partitions = partitions;
    this.catalog = catalog;
    this.budget = budget;
  }

  /// Restores a checkpoint. The files of images stay open, also if it fails.
  ///
  /// @param place 0 for the newest, 1 for the one before; [CheckpointFiles#count] for none
  /// @throws CorruptManifestException if it is damaged
  /// @throws org.basaltdb.core.error.CorruptPageException if an index block's image is not what was
  ///   written; that of a page is found out when the page is read
  /// @throws org.basaltdb.core.error.CorruptPageFileException if a file of images is damaged
  /// @throws org.basaltdb.core.error.ForeignPageFileException if it is another database's
  /// @throws org.basaltdb.core.error.NewerFormatException if a later release wrote something
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short
  /// @throws IOException if something cannot be read
  public Restored restore(int place) throws IOException {
    if (place >= files.count()) {
      return Restored.NOTHING;
    }
    try (CheckpointSource source = files.open(place)) {
      return restore(source, place, files.openPages(partitions));
    }
  }

  private Restored restore(CheckpointSource newest, int place, PageFiles pageFiles)
      throws IOException {
    List<Long> cutLsns = new ArrayList<>();
    List<PartitionRestore> restores = new ArrayList<>();
    try (CheckpointSource older = openOlder(place + 1)) {
      int olderNumber = older == null ? 0 : files.number(place + 1);
      restoreState(newest, () -> catalog.restore(new StateReader(newest.getBytes())));
      for (Partition partition : partitions) {
        cutLsns.add(newest.getLong());
        PartitionRestore restore =
            new PartitionRestore(newest, partition, pageFiles.get(partition.number()), budget);
        restores.add(restore);
        readPartition(newest, partition, restore, files.number(place), olderNumber);
      }
      if (!newest.atEnd()) {
        throw newest.damaged("more bytes", "the end of the body");
      }
      long olderCutLsn = nameOlder(older);
      loadIndexes(newest, restores);
      return new Restored(List.copyOf(cutLsns), olderCutLsn);
    }
  }

  /// The checkpoint before the one that is restored; null if there is none that could stand in for
  /// it, see [CheckpointFiles#settle].
  private @Nullable CheckpointSource openOlder(int place) throws IOException {
    if (place >= Math.min(2, files.count())) {
      return null; // of those behind the two newest, slots may be in use again
    }
    try {
      return files.open(place);
    } catch (CorruptManifestException | NewerFormatException unusable) {
      System.getLogger("org.basaltdb")
          .log(
              Level.WARNING,
              "the checkpoint before the newest is not usable and is removed: {0}",
              String.valueOf(unusable.getMessage()));
      return null;
    }
  }

  /// What the checkpoint itself says of a partition.
  private void readPartition(
      CheckpointSource newest,
      Partition partition,
      PartitionRestore restore,
      int number,
      int olderNumber)
      throws IOException {
    byte[] state = newest.getBytes();
    restore.readMapping(number, olderNumber);
    restoreState(
        newest,
        () -> {
          StateReader reader = new StateReader(state);
          partition.memory().pages().restore(reader);
          catalog.restorePartition(partition.number(), reader, restore);
          if (reader.remaining() != 0) {
            throw new IllegalArgumentException(reader.remaining() + " bytes of state too many");
          }
        });
    restore.takeBlocks();
  }

  /// Most of what an open reads without regard to what is asked of it later.
  private void loadIndexes(CheckpointSource newest, List<PartitionRestore> restores)
      throws IOException {
    long bytes = restores.stream().mapToLong(PartitionRestore::blockBytes).sum();
    List<PartitionRestore.Piece> pieces =
        restores.stream().flatMap(restore -> restore.pieces().stream()).toList();
    OpenSteps.runReads(pieces.size(), bytes, number -> pieces.get(number).load());
    OpenSteps.run(
        restores.size(),
        bytes,
        number -> restoreState(newest, () -> restores.get(number).restoreIndexes(catalog)));
  }

  private interface Step {
    void run() throws IOException;
  }

  /// What is whole by its checksum and makes no sense all the same was written so.
  private static void restoreState(CheckpointSource source, Step step) throws IOException {
    try {
      step.run();
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw source.damaged(
          CheckpointLayout.BODY_OFFSET,
          String.valueOf(e.getMessage()),
          "a state that fits its images",
          e);
    }
  }

  /// The slots of the older checkpoint are not free as long as it may be needed.
  private long nameOlder(@Nullable CheckpointSource older) throws IOException {
    if (older == null) {
      return -1;
    }
    older.getBytes();
    long smallest = Long.MAX_VALUE;
    for (Partition partition : partitions) {
      smallest = Math.min(smallest, older.getLong());
      older.getBytes();
      for (int kind = 0; kind < 2; kind++) {
        for (int left = older.getCount(Integer.BYTES + Long.BYTES); left > 0; left--) {
          older.getInt();
          Checkpointer.imagesOf(partition).restoreOlder(older.getLong());
        }
      }
    }
    return smallest;
  }
}
