package org.basaltdb.core.recovery;

import static org.basaltdb.core.recovery.PendingLayout.*;

import java.util.Objects;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.checkpoint.ReplayPages;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;

/// Replays the changes of one partition, in the order of their positions: gathers some, has the
/// pages that they lack read in the order of the disk, and makes them.
///
/// One thread at a time; of other partitions, others. Between changes of the catalog.
final class PartitionReplay implements AutoCloseable {
  private final Catalog catalog;
  private final int partition;
  private final @Nullable ReplayPages pages;
  private final Mutation mutation = new Mutation();
  private final long capacity;

  /// Changes that are gathered; zero if there is no memory for them.
  private long gathered;

  private long gatheredBytes;

  // The table of the change before, which is as a rule that of the next.
  private @Nullable TableEntry table;
  private long keyImage;

  /// @param pages brings pages in that the changes lack; null for a database in memory
  /// @param capacity bytes of memory for changes; zero for none
  PartitionReplay(Catalog catalog, int partition, @Nullable ReplayPages pages, long capacity) {
    this.catalog = catalog;
    this.partition = partition;
    this.pages = pages;
    this.capacity = capacity;
    this.gathered = capacity == 0 ? 0 : Memory.allocate(capacity, Long.BYTES);
  }

  /// Takes a change, to be made by the next [#applyGathered].
  ///
  /// @return false if there is no room
  boolean gather(
      long lsn,
      Durability durability,
      byte kind,
      int tableId,
      long hashWord,
      long image,
      int imageBytes) {
    if (gatheredBytes + bytes(imageBytes) > capacity) {
      return false;
    }
    long change = gathered + gatheredBytes;
    Memory.putLong(change + LSN_OFFSET, lsn);
    Memory.putLong(change + HASH_WORD_OFFSET, hashWord);
    Memory.putInt(change + TABLE_ID_OFFSET, tableId);
    Memory.putInt(change + IMAGE_BYTES_OFFSET, imageBytes);
    Memory.putInt(change + KIND_OFFSET, kind);
    Memory.putInt(change + DURABILITY_OFFSET, durability.code());
    Memory.copy(image, change + IMAGE_OFFSET, imageBytes);
    gatheredBytes += bytes(imageBytes);
    return true;
  }

  /// Bytes of what is gathered.
  long gatheredBytes() {
    return gatheredBytes;
  }

  /// Makes the changes that were gathered.
  void applyGathered() {
    long end = gathered + gatheredBytes;
    for (long change = gathered; change < end; ) {
      long known = readAhead(change, end);
      for (; change < known; change += bytes(Memory.getInt(change + IMAGE_BYTES_OFFSET))) {
        apply(change);
      }
    }
    gatheredBytes = 0;
  }

  /// Has the pages read that changes lack, as many as there is room for.
  ///
  /// @return the first change whose page was not asked for
  private long readAhead(long from, long end) {
    ReplayPages supply = pages;
    if (supply == null) {
      return end;
    }
    long change = from;
    boolean room = true;
    while (change < end && room) {
      int page =
          tableOf(Memory.getInt(change + TABLE_ID_OFFSET))
              .coldPageOf(Memory.getLong(change + HASH_WORD_OFFSET));
      room = page < 0 || supply.want(partition, page);
      change += room ? bytes(Memory.getInt(change + IMAGE_BYTES_OFFSET)) : 0;
    }
    supply.readAhead(partition);
    return Math.max(change, from + bytes(Memory.getInt(from + IMAGE_BYTES_OFFSET)));
  }

  private void apply(long change) {
    apply(
        Memory.getLong(change + LSN_OFFSET),
        Durability.ofCode(Memory.getInt(change + DURABILITY_OFFSET)),
        (byte) Memory.getInt(change + KIND_OFFSET),
        Memory.getInt(change + TABLE_ID_OFFSET),
        Memory.getLong(change + HASH_WORD_OFFSET),
        change + IMAGE_OFFSET,
        Memory.getInt(change + IMAGE_BYTES_OFFSET));
  }

  /// Makes a change, after those that were gathered.
  void apply(
      long lsn,
      Durability durability,
      byte kind,
      int tableId,
      long hashWord,
      long image,
      int imageBytes) {
    TablePartition target = tableOf(tableId);
    Mutation m = mutation;
    m.kind = kind;
    m.imageAddress = image;
    m.imageBytes = imageBytes;
    m.keyImageAddress = image;
    if (kind == Mutation.UPSERT) {
      KeyCodec.encodeKeyImage(target.layout(), image, keyImage);
      m.keyImageAddress = keyImage;
    }
    m.keyWord = target.layout().isLongKey() ? Memory.getLong(m.keyImageAddress) : 0;
    m.hashWord = hashWord;
    m.durability = durability;
    m.replayedLsn = lsn;
    target.apply(m);
    if (m.outcome == Mutation.PAGE_MISSING || m.outcome == Mutation.NO_ROOM) {
      applyWithPages(target);
    }
    if (kind == Mutation.DELETE && m.outcome != Mutation.DELETED) {
      throw LogReplay.damaged(lsn, "a removal of a row that is not there");
    }
  }

  /// What a command would wait for is done here and now.
  private void applyWithPages(TablePartition target) {
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

  private TablePartition tableOf(int tableId) {
    TableEntry known = table;
    if (known == null || known.id() != tableId) {
      forgetTable();
      known = Objects.requireNonNull(catalog.find(tableId), "a table that was there");
      keyImage = Memory.allocate(known.layout().maxKeyImageBytes() + (long) Long.BYTES, Long.BYTES);
      table = known;
    }
    return known.partitions()[partition];
  }

  /// The catalog is about to change.
  void forgetTable() {
    if (table != null) {
      Memory.free(keyImage);
      table = null;
    }
  }

  @Override
  public void close() {
    forgetTable();
    if (gathered != 0) {
      Memory.free(gathered);
      gathered = 0;
    }
  }
}
