package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.table.RestoredPages;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.SegmentLayout;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;

/// Takes the images of one partition up: pages stay on disk until somebody wants them, blocks of
/// indexes are read into memory in the order of their slots. One thread at a time, but for
/// [Piece#load].
final class PartitionRestore implements RestoredPages {
  /// Images read at once, if their slots follow one another.
  private static final int RUN_IMAGES = 64;

  /// Images that one thread reads before it looks for other work.
  private static final int PIECE_IMAGES = 32 * RUN_IMAGES;

  private static final int SLOT_SHIFT = 32;

  private final CheckpointSource source;
  private final Partition partition;
  private final PartitionImages images;
  private final PageFile file;
  private final MemoryBudget budget;

  /// Page numbers of the mapping, ascending, and their images; an image that was asked for is zero.
  private int[] pages = new int[0];

  private long[] pageImages = new long[0];

  /// Index of the page that is likely to be asked for next.
  private int nextPage;

  private int[] formerBlocks = new int[0];
  private long[] blockImages = new long[0];
  private int[] blocks = new int[0];

  /// What is to be read: slot and place in the lists below.
  private long[] wanted = new long[64];

  private long[] addresses = new long[64];
  private int[] numbers = new int[64];
  private int[] checksums = new int[64];
  private int wantedCount;

  PartitionRestore(
      CheckpointSource source, Partition partition, PageFile file, MemoryBudget budget) {
    this.source = source;
    this.partition = partition;
    this.images = Checkpointer.imagesOf(partition);
    this.file = file;
    this.budget = budget;
  }

  /// Reads where the images of pages are, and has blocks for those of indexes.
  void readMapping(int newest, int older) throws IOException {
    images.restore(newest, older, file.slotCount());
    int count = source.getCount(Integer.BYTES + Long.BYTES);
    pages = new int[count];
    pageImages = new long[count];
    for (int i = 0; i < count; i++) {
      pages[i] = source.getInt();
      pageImages[i] = source.getLong();
      if (pages[i] < 0
          || (i > 0 && pages[i] <= pages[i - 1])
          || !images.restorePage(pages[i], pageImages[i])) {
        throw damaged("page", pages[i], pageImages[i]);
      }
    }
    count = source.getCount(Integer.BYTES + Long.BYTES);
    formerBlocks = new int[count];
    blockImages = new long[count];
    for (int i = 0; i < count; i++) {
      formerBlocks[i] = source.getInt();
      blockImages[i] = source.getLong();
      if (formerBlocks[i] < 0 || (i > 0 && formerBlocks[i] <= formerBlocks[i - 1])) {
        throw damaged("block", formerBlocks[i], blockImages[i]);
      }
    }
  }

  private RuntimeException damaged(String kind, int number, long image) {
    return source.damaged(
        kind + " " + number + " in slot " + PartitionImages.slotOf(image),
        "numbers that ascend, and slots of their own below " + images.slotCount());
  }

  @Override
  public boolean load(int page, Owner owner) {
    int at = find(page);
    if (at < 0 || pageImages[at] == 0) {
      return false;
    }
    partition.memory().pages().restorePage(page, owner);
    pageImages[at] = 0;
    return true;
  }

  /// Most are asked for in ascending order.
  private int find(int page) {
    if (nextPage >= pages.length || pages[nextPage] != page) {
      nextPage = Math.max(0, Arrays.binarySearch(pages, page));
    }
    return nextPage < pages.length && pages[nextPage] == page ? nextPage++ : -1;
  }

  @Override
  public void drop(int page) {
    int at = find(page);
    if (at >= 0) {
      pageImages[at] = 0;
      images.restoreFreedPage(page);
    }
  }

  private void want(long image, long address, int number) {
    if (wantedCount == wanted.length) {
      wanted = Arrays.copyOf(wanted, wantedCount * 2);
      addresses = Arrays.copyOf(addresses, wantedCount * 2);
      numbers = Arrays.copyOf(numbers, wantedCount * 2);
      checksums = Arrays.copyOf(checksums, wantedCount * 2);
    }
    wanted[wantedCount] = (long) PartitionImages.slotOf(image) << SLOT_SHIFT | wantedCount;
    addresses[wantedCount] = address;
    numbers[wantedCount] = number;
    checksums[wantedCount] = PartitionImages.checksumOf(image);
    wantedCount++;
  }

  /// Has blocks for the images of indexes. Everything else that the checkpoint has is in tables.
  void takeBlocks() {
    for (int i = 0; i < pages.length; i++) {
      if (pageImages[i] != 0) {
        throw source.damaged(
            "an image of page " + pages[i] + ", which is in no table", "images of tables only");
      }
    }
    blocks = new int[formerBlocks.length];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = partition.memory().pool().allocate(Owner.INDEX);
      if (!images.restoreBlock(blocks[i], blockImages[i])) {
        throw damaged("block", formerBlocks[i], blockImages[i]);
      }
      want(blockImages[i], partition.memory().pool().address(blocks[i]), formerBlocks[i]);
    }
  }

  /// Bytes of the images of blocks.
  long blockBytes() {
    return (long) wantedCount * PageLayout.PAGE_BYTES;
  }

  /// Some images of blocks that are to be read.
  interface Piece {
    /// Reads them to where they belong. Any thread; pieces share nothing.
    void load() throws IOException;
  }

  /// All images of blocks, in the order of their slots.
  List<Piece> pieces() {
    Arrays.sort(wanted, 0, wantedCount);
    List<Piece> pieces = new ArrayList<>();
    for (int first = 0; first < wantedCount; first += PIECE_IMAGES) {
      int from = first;
      int end = Math.min(wantedCount, from + PIECE_IMAGES);
      pieces.add(() -> load(from, end));
    }
    return pieces;
  }

  private void load(int from, int end) throws IOException {
    try (PageImages staging = new PageImages(RUN_IMAGES, budget)) {
      for (int first = from; first < end; ) {
        first = readRun(first, end, staging);
      }
    }
  }

  private int readRun(int from, int pieceEnd, PageImages staging) throws IOException {
    int firstSlot = slotOf(wanted[from]);
    int end = from + 1;
    while (end < pieceEnd
        && end - from < RUN_IMAGES
        && slotOf(wanted[end]) == firstSlot + end - from) {
      end++;
    }
    file.readRun(firstSlot, end - from, staging);
    for (int i = from; i < end; i++) {
      int at = (int) wanted[i];
      file.check(firstSlot + i - from, numbers[at], checksums[at], staging, i - from);
      Memory.copy(staging.address(i - from), addresses[at], PageLayout.PAGE_BYTES);
      Memory.putInt(addresses[at] + PageLayout.CHECKSUM_OFFSET, 0);
    }
    return end;
  }

  private static int slotOf(long wantedImage) {
    return (int) (wantedImage >>> SLOT_SHIFT);
  }

  /// Hands each table the segments of its index.
  void restoreIndexes(Catalog catalog) {
    TreeMap<Integer, int[]> byTable = new TreeMap<>();
    TreeMap<Integer, Integer> counts = new TreeMap<>();
    for (int block : blocks) {
      int table = Memory.getInt(address(block) + SegmentLayout.TABLE_ID_OFFSET);
      int count = counts.merge(table, 1, Integer::sum);
      int[] list = byTable.computeIfAbsent(table, id -> new int[16]);
      if (count > list.length) {
        list = Arrays.copyOf(list, count * 2);
        byTable.put(table, list);
      }
      list[count - 1] = block;
    }
    byTable.forEach((id, list) -> {
      TablePartition table = catalog.partitionOf(id, partition.number());
      table.restoreIndex(list, counts.getOrDefault(id, 0), this::newBlock);
    });
    for (int block : blocks) {
      // The image of a segment with a successor has the old number of that one's block.
      if (Memory.getInt(address(block) + SegmentLayout.OVERFLOW_SEGMENT_OFFSET) != 0) {
        images.beforeChange(block);
      }
    }
  }

  private long address(int block) {
    return partition.memory().pool().address(block);
  }

  private int newBlock(int formerBlock) {
    int at = Arrays.binarySearch(formerBlocks, formerBlock);
    return at < 0 ? -1 : blocks[at];
  }
}
