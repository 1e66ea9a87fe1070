package org.basaltdb.core.recovery;

import java.io.IOException;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.checkpoint.OpenSteps;
import org.basaltdb.core.checkpoint.ReplayPages;
import org.basaltdb.core.checkpoint.Restored;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.MutationRecordLayout;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.RecordType;
import org.basaltdb.wal.RecordVisitor;
import org.jspecify.annotations.Nullable;

/// Builds the tables anew from the log, through the ordinary write path, record by record in the
/// order of their positions. Nothing is served before it is through, so no token is needed.
///
/// - **REPLAY-1.** A record is applied whatever the tables hold: it is a whole after-image, so
///   applying is putting. What a record names and is not there is damage, because the record that
///   made it stands before it.
/// - **REPLAY-2.** Auto-increment counters go past every number that a record puts, also of rows
///   that a later record removes.
/// - **REPLAY-3.** Changes of one partition are made in the order of the log. Those of two know
///   nothing of each other, so that they are gathered and made by two threads; but a change of the
///   catalog stands behind all before it and before all behind it, of whatever partition.
///
/// One thread calls it.
public final class LogReplay implements RecordVisitor, AutoCloseable {
  /// The most bytes of changes that are gathered, in all partitions together: enough that most
  /// pages that lie side by side on disk, and are wanted at all, are wanted at once.
  private static final long GATHERED_BYTES = 8 << 20;

  /// Of the memory budget, the part that is used for it at most.
  private static final int BUDGET_DIVISOR = 32;

  private final Catalog catalog;
  private final int partitionCount;
  private final Restored restored;
  private final @Nullable ReplayPages pages;
  private final ReplayPages.BeforeWriting beforeWriting;
  private final MemoryBudget budget;
  private final PartitionReplay[] partitions;
  private long reservedBytes;
  private long recordCount;

  // The table of the record before, which is as a rule that of the next.
  private @Nullable TableEntry table;
  private long keyImage;
  private long hashScratch;

  /// @param restored what the tables were restored from: of that, nothing is applied again
  /// @param pages brings pages in that the changes lack; null for a database in memory
  /// @param beforeWriting done when everything was read, before anything is written
  public LogReplay(
      Catalog catalog,
      int partitionCount,
      Restored restored,
      @Nullable ReplayPages pages,
      MemoryBudget budget,
      ReplayPages.BeforeWriting beforeWriting) {
    this.pages = pages;
    this.beforeWriting = beforeWriting;
    this.restored = restored;
    this.catalog = catalog;
    this.partitionCount = partitionCount;
    this.budget = budget;
    long bytes = pages == null ? 0 : reserve();
    this.partitions = new PartitionReplay[partitionCount];
    for (int partition = 0; partition < partitionCount; partition++) {
      partitions[partition] =
          new PartitionReplay(catalog, partition, pages, bytes / partitionCount & -Long.BYTES);
    }
  }

  /// Without memory changes are made one by one.
  private long reserve() {
    long bytes = Math.min(GATHERED_BYTES, budget.limitBytes() / BUDGET_DIVISOR);
    try {
      budget.reserve(Owner.OTHER, bytes);
    } catch (BudgetExhaustedException memoryIsShort) {
      return 0;
    }
    reservedBytes = bytes;
    return bytes;
  }

  /// How many records were applied.
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void record(
      long lsn, byte type, byte flags, Durability durability, long payloadAddress, int payloadBytes)
      throws IOException {
    switch (type) {
      case RecordType.MUTATION -> {
        if (!replayMutation(lsn, durability, payloadAddress, payloadBytes)) {
          return;
        }
      }
      case RecordType.DDL -> {
        if (restored.coversCatalog(lsn)) {
          return;
        }
        applyGathered();
        forgetTable();
        catalog.replay(payloadAddress, payloadBytes, lsn);
      }
      default ->
          throw new NewerFormatException(
              "log record of type " + type + " at position " + lsn, type, RecordType.MUTATION);
    }
    recordCount++;
  }

  /// @return false if the record is older than the partition's cut (CUT-5)
  private boolean replayMutation(long lsn, Durability durability, long payload, int payloadBytes)
      throws IOException {
    int imageBytes =
        payloadBytes < MutationRecordLayout.IMAGE_OFFSET
            ? -1
            : MutationRecordLayout.imageBytes(payload);
    if (imageBytes < 0 || MutationRecordLayout.payloadBytes(imageBytes) != payloadBytes) {
      throw damaged(lsn, "an image of " + imageBytes + " bytes in " + payloadBytes + " bytes");
    }
    int slot = MutationRecordLayout.slot(payload);
    if (restored.covers(KeyHash.partitionOfSlot(slot, partitionCount), lsn)) {
      return false;
    }
    TableEntry entry = tableOf(MutationRecordLayout.tableId(payload), lsn);
    long image = payload + MutationRecordLayout.IMAGE_OFFSET;
    switch (MutationRecordLayout.operation(payload)) {
      case MutationRecordLayout.PUT -> {
        String fault = RowCodec.findFault(entry.layout(), image, imageBytes);
        if (fault != null) {
          throw damaged(lsn, fault);
        }
        KeyCodec.encodeKeyImage(entry.layout(), image, keyImage);
        entry.noteAdded(image);
        replay(entry, lsn, durability, Mutation.UPSERT, keyImage, image, imageBytes);
      }
      case MutationRecordLayout.REMOVE -> {
        if (imageBytes > entry.layout().maxKeyImageBytes()) {
          throw damaged(lsn, "a key of " + imageBytes + " bytes");
        }
        replay(entry, lsn, durability, Mutation.DELETE, image, image, imageBytes);
      }
      default -> throw damaged(lsn, "operation " + MutationRecordLayout.operation(payload));
    }
    return true;
  }

  private void replay(
      TableEntry entry,
      long lsn,
      Durability durability,
      byte kind,
      long key,
      long image,
      int imageBytes)
      throws IOException {
    long hashWord = entry.hasher().hashWordOfKeyImage(key, hashScratch);
    int partition = KeyHash.partitionOfSlot(KeyHash.slot(hashWord), partitionCount);
    PartitionReplay target = partitions[partition];
    if (!target.gather(lsn, durability, kind, entry.id(), hashWord, image, imageBytes)) {
      applyGathered();
      if (!target.gather(lsn, durability, kind, entry.id(), hashWord, image, imageBytes)) {
        target.apply(lsn, durability, kind, entry.id(), hashWord, image, imageBytes);
      }
    }
  }

  private void applyGathered() throws IOException {
    long bytes = 0;
    for (PartitionReplay partition : partitions) {
      bytes += partition.gatheredBytes();
    }
    if (bytes == 0) {
      return;
    }
    OpenSteps.run(partitionCount, bytes, partition -> partitions[partition].applyGathered());
  }

  private TableEntry tableOf(int tableId, long lsn) {
    TableEntry known = table;
    if (known != null && known.id() == tableId) {
      return known;
    }
    forgetOwnTable();
    TableEntry found = catalog.find(tableId);
    if (found == null) {
      throw damaged(lsn, "a row of table id " + tableId + ", which is not there");
    }
    keyImage = Memory.allocate(found.layout().maxKeyImageBytes() + (long) Long.BYTES, Long.BYTES);
    hashScratch = Memory.allocate(found.hasher().scratchBytes() + (long) Long.BYTES, Long.BYTES);
    table = found;
    return found;
  }

  private void forgetTable() {
    for (PartitionReplay partition : partitions) {
      partition.forgetTable();
    }
    forgetOwnTable();
  }

  private void forgetOwnTable() {
    if (table != null) {
      Memory.free(keyImage);
      Memory.free(hashScratch);
      table = null;
    }
  }

  static CorruptLogException damaged(long lsn, String found) {
    return new CorruptLogException(
        "the log", lsn, found, "a record that fits the tables before it", null);
  }

  @Override
  public void replayed() throws IOException {
    applyGathered();
    freeMemory(); // the log wants some now
    beforeWriting.run();
  }

  private void freeMemory() {
    forgetOwnTable();
    for (PartitionReplay partition : partitions) {
      partition.close();
    }
    if (reservedBytes != 0) {
      budget.release(Owner.OTHER, reservedBytes);
      reservedBytes = 0;
    }
    if (pages != null) {
      pages.close();
    }
  }

  /// Gives its memory back; again does nothing.
  @Override
  public void close() {
    freeMemory();
  }
}
