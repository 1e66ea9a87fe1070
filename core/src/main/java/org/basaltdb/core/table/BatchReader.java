package org.basaltdb.core.table;

import static org.basaltdb.offheap.hash.SegmentLayout.*;

import java.lang.invoke.VarHandle;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageWord;

/**
 * Reads many rows at once, stage by stage, so that the processor overlaps the cache misses of all
 * of them: the buckets of all, then the page words, then the rows, then one validation each. Java
 * has no prefetch; independent loads in one loop are the prefetch (group prefetching: Chen et al.,
 * "Improving hash join performance through prefetching", TODS 2007).
 *
 * <p>What the quick stages cannot settle (a key not in its home bucket, a page being written, a
 * miss) goes through the single read. Confined to one thread; the caller is inside an epoch.
 */
public final class BatchReader {
  private final long[] bucket;
  private final long[] tags;
  private final long[] entryAddress;
  private final long[] row;
  private final long[] word;
  private final long[] wordAddress;

  /** Written so that the loads of the touching stage are not optimised away. */
  @SuppressWarnings("UnusedVariable")
  private long touched;

  /**
   * @param capacity most keys of a batch
   */
  public BatchReader(int capacity) {
    bucket = new long[capacity];
    tags = new long[capacity];
    entryAddress = new long[capacity];
    row = new long[capacity];
    word = new long[capacity];
    wordAddress = new long[capacity];
  }

  /**
   * Reads rows {@code 0 .. count - 1} of a batch of keys that are one eight-byte column each.
   *
   * @param partitions of the table, by partition number
   * @param hashWords of the keys
   * @param keys the keys
   * @param dest address for row 0
   * @param destStride bytes from one row's place to the next; a page at least
   * @param rowBytes filled with what {@link TablePartition#read} returns for each key
   * @return the LSN that must be durable before the rows are shown; zero if all is
   */
  public long read(
      TablePartition[] partitions,
      ReadContext context,
      long[] hashWords,
      long[] keys,
      int count,
      long dest,
      long destStride,
      int[] rowBytes) {
    loadBuckets(partitions, hashWords, count);
    loadWords(partitions, hashWords, count);
    touchRows(count);
    copyRows(partitions, hashWords, keys, count, dest, destStride, rowBytes);
    long required = 0;
    VarHandle.loadLoadFence();
    for (int i = 0; i < count; i++) {
      TablePartition partition =
          partitions[KeyHash.partitionOfSlot(KeyHash.slot(hashWords[i]), partitions.length)];
      boolean valid = row[i] != 0 && Memory.getLongOpaque(wordAddress[i]) == word[i];
      if (!valid || !partition.allDurable()) {
        context.begin(); // what it holds may be another partition's page of that number
        rowBytes[i] = partition.read(context, hashWords[i], keys[i], 0, dest + i * destStride);
        required = Math.max(required, context.requiredDurableLsn);
      }
    }
    return required;
  }

  private void loadBuckets(TablePartition[] partitions, long[] hashWords, int count) {
    for (int i = 0; i < count; i++) {
      long hashWord = hashWords[i];
      long home =
          partitions[KeyHash.partitionOfSlot(KeyHash.slot(hashWord), partitions.length)]
              .reader()
              .homeBucket(hashWord);
      bucket[i] = home;
      tags[i] = Memory.getLongAcquire(home);
    }
  }

  private void loadWords(TablePartition[] partitions, long[] hashWords, int count) {
    for (int i = 0; i < count; i++) {
      long hashWord = hashWords[i];
      PointReader reader =
          partitions[KeyHash.partitionOfSlot(KeyHash.slot(hashWord), partitions.length)].reader();
      long marks = match(tags[i], KeyHash.tag(hashWord)) | 0x0080_0000_0000_0000L;
      long address = bucket[i] + ENTRIES_OFFSET + (Long.numberOfTrailingZeros(marks) & 0x38);
      long entry = Memory.getLongOpaque(address);
      long at = reader.wordBase() + ((long) pageOf(entry) << 3);
      long pageWord = Memory.getLongAcquire(at);
      // READ-2, as in the single read; an empty place or a stranger is caught by its hash bits.
      boolean good =
          hashOf(entry) == KeyHash.indexHash(hashWord)
              && PageWord.isReadable(pageWord)
              && Memory.getLongOpaque(address) == entry
              && Memory.getLongOpaque(bucket[i]) >= 0;
      entryAddress[i] = address;
      wordAddress[i] = at;
      word[i] = pageWord;
      row[i] = good ? reader.base() + PageWord.frameOffset(pageWord) + rowOffsetOf(entry) : 0;
    }
  }

  private void touchRows(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      long at = row[i];
      if (at != 0) {
        long lastWord = (at | (PageLayout.PAGE_BYTES - 1)) - 7;
        sum += Memory.getLong(at) + Memory.getLong(Math.min(at + LINE_BYTES, lastWord));
      }
    }
    touched += sum;
  }

  private void copyRows(
      TablePartition[] partitions,
      long[] hashWords,
      long[] keys,
      int count,
      long dest,
      long destStride,
      int[] rowBytes) {
    for (int i = 0; i < count; i++) {
      long at = row[i];
      if (at == 0) {
        continue;
      }
      PointReader reader =
          partitions[KeyHash.partitionOfSlot(KeyHash.slot(hashWords[i]), partitions.length)]
              .reader();
      rowBytes[i] = reader.copyIfKey(at, keys[i], dest + i * destStride);
      if (rowBytes[i] == 0) {
        row[i] = 0;
      }
    }
  }
}
