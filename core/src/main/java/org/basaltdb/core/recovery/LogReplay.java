package org.basaltdb.core.recovery;

import java.io.IOException;
import java.util.Objects;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.checkpoint.ReplayPages;
import org.basaltdb.core.checkpoint.Restored;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.MutationRecordLayout;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.RecordType;
import org.basaltdb.wal.RecordVisitor;
import org.jspecify.annotations.Nullable;

/// Builds the tables anew from the log, through the ordinary write path, record by record in the
/// order of their positions. One thread; nothing is served before it is through, so no token is
/// needed.
///
/// - **REPLAY-1.** A record is applied whatever the tables hold: it is a whole after-image, so
///   applying is putting. What a record names and is not there is damage, because the record that
///   made it stands before it.
/// - **REPLAY-2.** Auto-increment counters go past every number that a record puts, also of rows
///   that a later record removes.
public final class LogReplay implements RecordVisitor, AutoCloseable {
  private final Catalog catalog;
  private final int partitionCount;
  private final Restored restored;
  private final @Nullable ReplayPages pages;
  private final ReplayPages.BeforeWriting beforeWriting;
  private final Mutation mutation = new Mutation();
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
      ReplayPages.BeforeWriting beforeWriting) {
    this.pages = pages;
    this.beforeWriting = beforeWriting;
    this.restored = restored;
    this.catalog = catalog;
    this.partitionCount = partitionCount;
  }

  /// How many records were applied.
  public long recordCount() {
    return recordCount;
  }

  @Override
  public void record(
      long lsn,
      byte type,
      byte flags,
      Durability durability,
      long payloadAddress,
      int payloadBytes) {
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
  private boolean replayMutation(long lsn, Durability durability, long payload, int payloadBytes) {
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
        mutation.kind = Mutation.UPSERT;
        mutation.keyImageAddress = keyImage;
      }
      case MutationRecordLayout.REMOVE -> {
        if (imageBytes > entry.layout().maxKeyImageBytes()) {
          throw damaged(lsn, "a key of " + imageBytes + " bytes");
        }
        mutation.kind = Mutation.DELETE;
        mutation.keyImageAddress = image;
      }
      default -> throw damaged(lsn, "operation " + MutationRecordLayout.operation(payload));
    }
    mutation.imageAddress = image;
    mutation.imageBytes = imageBytes;
    apply(entry, lsn, durability);
    return true;
  }

  private void apply(TableEntry entry, long lsn, Durability durability) {
    Mutation m = mutation;
    m.keyWord = entry.layout().isLongKey() ? Memory.getLong(m.keyImageAddress) : 0;
    m.hashWord = entry.hasher().hashWordOfKeyImage(m.keyImageAddress, hashScratch);
    m.durability = durability;
    m.replayedLsn = lsn;
    int partition = KeyHash.partitionOfSlot(KeyHash.slot(m.hashWord), partitionCount);
    entry.partitions()[partition].apply(m);
    if (m.outcome == Mutation.PAGE_MISSING || m.outcome == Mutation.NO_ROOM) {
      applyWithPages(entry.partitions()[partition], partition);
    }
    if (m.kind == Mutation.DELETE && m.outcome != Mutation.DELETED) {
      throw damaged(lsn, "a removal of a row that is not there");
    }
  }

  /// What a command would wait for is done here and now.
  private void applyWithPages(TablePartition target, int partition) {
    Mutation m = mutation;
    ReplayPages supply =
        Objects.requireNonNull(pages, "a page is not in memory, of a database in memory");
    while (m.outcome == Mutation.PAGE_MISSING || m.outcome == Mutation.NO_ROOM) {
      if (m.outcome == Mutation.NO_ROOM) {
        supply.makeRoom(partition);
      } else {
        supply.fetch(partition, m.missingPage);
      }
      target.apply(m);
    }
    supply.applied(partition);
  }

  private TableEntry tableOf(int tableId, long lsn) {
    TableEntry known = table;
    if (known != null && known.id() == tableId) {
      return known;
    }
    forgetTable();
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
    if (table != null) {
      Memory.free(keyImage);
      Memory.free(hashScratch);
      table = null;
    }
  }

  private static CorruptLogException damaged(long lsn, String found) {
    return new CorruptLogException(
        "the log", lsn, found, "a record that fits the tables before it", null);
  }

  @Override
  public void replayed() throws IOException {
    beforeWriting.run();
  }

  @Override
  public void close() {
    forgetTable();
    if (pages != null) {
      pages.close();
    }
  }
}
