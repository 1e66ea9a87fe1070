package org.basaltdb.core.table;

import static org.basaltdb.offheap.hash.SegmentLayout.*;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.PrimaryIndex;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;
import org.basaltdb.wal.CommitLog;

/**
 * The optimistic read of one row by key (READ-1): bucket, page word, bucket again, copy, fence,
 * page word again. Any thread, inside an epoch; takes no lock and writes nothing shared.
 *
 * <p>Cost: one bucket line and the row's lines from memory, which depend on one another; the
 * directory and the page word mostly sit in cache.
 */
public final class PointReader {
  /** The key is not there, and was not at some moment during the call. */
  static final int ABSENT = 0;

  /** The page stayed locked for long: ask the writer instead (READ-6). */
  static final int RETRY_AS_COMMAND = -1;

  /** The row is in a page that is not in memory: {@link ReadContext#coldPage}. */
  static final int COLD_PAGE = -4;

  private static final int RESTART = -2;
  private static final int NOT_HERE = -3;

  /** A row's length is a multiple of eight and at most a page's. */
  private static final int ROW_BYTES_MASK = 2 * PageLayout.PAGE_BYTES - PageLayout.ROW_ALIGNMENT;

  /** Restarts that spin, before the thread starts to yield. */
  private static final int SPINS = 64;

  /** Restarts in all, before the read becomes a command. */
  static final int MAX_RESTARTS = 256;

  private static final VarHandle LAST_SYNC_LSN;

  static {
    try {
      LAST_SYNC_LSN =
          MethodHandles.lookup()
              .findVarHandle(PointReader.class, "lastSyncLsn", long.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final long directoryWordAddress;
  private final int rangeStart;
  private final long base;
  private final long wordBase;
  private final RowLayout layout;
  private final boolean longKey;
  private final int keyOffset;
  private final CommitLog log;

  /**
   * The log is durable at least up to here; plain, since any value it ever had will do. Kept so
   * that a get of a table whose last SYNC write is long on disk need not ask the log (LOG-5).
   */
  private long durableLsn;

  /** End of the newest SYNC record of this table here; opaque, published by what it changed. */
  @SuppressWarnings("UnusedVariable") // through its handle
  private long lastSyncLsn;

  PointReader(PrimaryIndex index, long wordBase, RowLayout layout, CommitLog log) {
    this.directoryWordAddress = index.directoryWordAddress();
    this.rangeStart = index.rangeStart();
    this.base = index.poolBase();
    this.wordBase = wordBase;
    this.layout = layout;
    this.longKey = layout.isLongKey();
    this.keyOffset = layout.keyOffset();
    this.log = log;
  }

  long lastSyncLsn() {
    return (long) LAST_SYNC_LSN.getOpaque(this);
  }

  /** The writer's, before it changes what the record is about. */
  void lastSyncLsn(long endLsn) {
    LAST_SYNC_LSN.setOpaque(this, endLsn);
  }

  long base() {
    return base;
  }

  long wordBase() {
    return wordBase;
  }

  /** Address of the bucket in which a key most likely is; the caller is inside an epoch. */
  public long homeBucket(long hashWord) {
    long segment =
        PrimaryIndex.segment(
            Memory.getLongAcquire(Memory.bounded(directoryWordAddress)),
            Memory.bounded(base),
            rangeStart,
            KeyHash.indexHash(hashWord));
    return segment + bucketOffset(KeyHash.home(hashWord));
  }

  /** For batches: copies the row if it has the key; the caller validates. */
  int copyIfKey(long row, long keyWord, long dest) {
    if (Memory.getLong(row + keyOffset) != keyWord) {
      return 0;
    }
    int toPageEnd = PageLayout.PAGE_BYTES - (int) (row & (PageLayout.PAGE_BYTES - 1));
    int rowBytes = Math.min(RowCodec.rowBytes(row) & -8, toPageEnd);
    Memory.copy(row, dest, rowBytes);
    return rowBytes;
  }

  /**
   * Copies the row to {@code dest}, which has room for a page.
   *
   * @return bytes of the row, {@link #ABSENT}, {@link #RETRY_AS_COMMAND} or {@link #COLD_PAGE}
   */
  int read(ReadContext context, long hashWord, long keyWord, long keyImage, long dest) {
    if (longKey) {
      int found = readAtHome(hashWord, keyWord, dest);
      if (found > 0) {
        return found;
      }
    }
    return readAnywhere(context, hashWord, keyWord, keyImage, dest);
  }

  private int readAtHome(long hashWord, long keyWord, long dest) {
    long bucket = homeBucket(hashWord);
    return readAtHome(bucket, Memory.getLongAcquire(bucket), hashWord, keyWord, dest);
  }

  /**
   * The read as it mostly goes: an eight-byte key, in its home bucket or the one behind it, under
   * the first place whose tag matches, in a page at home that nobody writes, of a row that is
   * whole, with nothing on its way to the disk. Anything else is left to {@link #read}, which
   * begins anew.
   *
   * <p>The same protocol in as few instructions as can be: they fill the window in which the
   * processor runs ahead into the next get while this one waits for memory. The caller loads the
   * bucket and has other things to do before it calls: what stands between the load of one get and
   * the load of the next decides whether they overlap.
   *
   * @param bucket the {@linkplain #homeBucket home bucket} of the key
   * @param bucketWord its first word, read with acquire in this epoch
   * @param dest address of room for a page
   * @return bytes of the row; zero or less for anything unusual
   */
  public int readAtHome(long bucket, long bucketWord, long hashWord, long keyWord, long dest) {
    long pool = Memory.bounded(base);
    long words = Memory.bounded(wordBase);
    int hash = KeyHash.indexHash(hashWord);
    long holder = bucket;
    long marks = match(bucketWord, KeyHash.tag(hashWord));
    if (marks == 0) {
      holder = bucketBehind(bucket, bucketWord, hashWord);
      if (holder == 0) {
        return NOT_HERE;
      }
      marks = match(Memory.getLongAcquire(holder), KeyHash.tag(hashWord));
      if (marks == 0) {
        return NOT_HERE;
      }
    }
    long address =
        holder + ENTRIES_OFFSET + ((long) (Long.numberOfTrailingZeros(marks) >>> 3) << 3);
    long entry = Memory.getLongOpaque(address);
    if (hashOf(entry) != hash) {
      return NOT_HERE;
    }
    int page = pageOf(entry);
    long wordAddress = words + ((long) page << 3);
    long word = Memory.getLongAcquire(wordAddress);
    // READ-2, see readRow. A page at home has its row at an address that does not depend on the
    // word: the processor loads the row while it still waits for the word.
    if (!PageWord.isReadableAtHome(word, page)
        || Memory.getLongOpaque(address) != entry
        || Memory.getLongOpaque(holder) < 0) {
      return NOT_HERE;
    }
    // LOG-5: a writer raises it before it locks the page, so it covers all that the copy can show
    // if the page word still stands then.
    if (lastSyncLsn() > durableLsn) {
      return NOT_HERE;
    }
    int rowOffset = rowOffsetOf(entry);
    long row = pool + PageWord.homeOffset(page) + rowOffset;
    if (Memory.getLong(row + (keyOffset & (PageLayout.PAGE_BYTES - 1))) != keyWord) {
      return NOT_HERE;
    }
    // READ-5: a torn length must not lead the copy out of the page. The mask comes last, because it
    // also tells the compiler that the length is small and positive.
    int rowBytes =
        Math.min(RowCodec.rowBytes(row), PageLayout.PAGE_BYTES - rowOffset) & ROW_BYTES_MASK;
    long copy = Memory.bounded(dest);
    Memory.copy(Memory.bounded(row), copy, rowBytes);
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(wordAddress) != word) {
      return NOT_HERE;
    }
    // Of the copy: the row itself may have changed since it was validated.
    return RowCodec.hasOverflow(copy) ? NOT_HERE : rowBytes;
  }

  /**
   * The neighbour of a home bucket, where one key in twenty is; or 0 if none of its keys is there,
   * or the neighbour is not behind it. Apart from {@link #readAtHome}, which would else have more
   * bytecodes than the compiler inlines (325).
   */
  private static long bucketBehind(long bucket, long bucketWord, long hashWord) {
    return (bucketWord & NEIGHBOUR) != 0 && KeyHash.home(hashWord) < HOME_BUCKETS - 1
        ? bucket + LINE_BYTES
        : 0;
  }

  private int readAnywhere(
      ReadContext context, long hashWord, long keyWord, long keyImage, long dest) {
    for (int restarts = 0; restarts < MAX_RESTARTS; restarts++) {
      long segment =
          PrimaryIndex.segment(
              Memory.getLongAcquire(directoryWordAddress),
              base,
              rangeStart,
              KeyHash.indexHash(hashWord));
      int found = readInSegment(segment, context, hashWord, keyWord, keyImage, dest);
      if (found == NOT_HERE) {
        found = confirmMiss(segment, context, hashWord, keyWord, keyImage, dest);
      }
      if (found >= 0 || found == COLD_PAGE) {
        return found;
      }
      pause(restarts);
    }
    return RETRY_AS_COMMAND;
  }

  /** Waits a little before the next try: the writer needs a moment, or a processor. */
  @SuppressWarnings("ThreadPriorityCheck") // a yield lets a preempted writer finish its page
  static void pause(int restarts) {
    if (restarts < SPINS) {
      Thread.onSpinWait();
    } else {
      Thread.yield();
    }
  }

  /**
   * Follows the chain of overflow segments, if there is one, before absence is believed. HASH-3: a
   * key that is there all the time keeps its place, so only a split can hide it.
   */
  private int confirmMiss(
      long first, ReadContext context, long hashWord, long keyWord, long keyImage, long dest) {
    long segment = first;
    while (true) {
      int overflow = Memory.getIntAcquire(segment + OVERFLOW_SEGMENT_OFFSET);
      if (overflow == 0) {
        break;
      }
      segment = base + ((long) (overflow - 1) << SEGMENT_SHIFT);
      int found = readInSegment(segment, context, hashWord, keyWord, keyImage, dest);
      if (found != NOT_HERE) {
        return found;
      }
    }
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(segment + BUCKETS_OFFSET) < 0) {
      return RESTART;
    }
    if (log.lastSyncLsn() > log.durableLsn()) {
      context.requiredDurableLsn = lastSyncLsn();
    }
    return ABSENT;
  }

  private int readInSegment(
      long segment, ReadContext context, long hashWord, long keyWord, long keyImage, long dest) {
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    int home = home(hash, tag);
    long bucket = segment + bucketOffset(home);
    long word = Memory.getLongAcquire(bucket);
    int found = readInBucket(bucket, word, context, hash, tag, keyWord, keyImage, dest);
    if (found != NOT_HERE || (word & (NEIGHBOUR | STASH_FLAGS)) == 0) {
      return found;
    }
    if ((word & NEIGHBOUR) != 0) {
      long next = segment + bucketOffset(neighbour(home));
      found =
          readInBucket(
              next, Memory.getLongAcquire(next), context, hash, tag, keyWord, keyImage, dest);
    }
    for (int i = 0; found == NOT_HERE && i < STASH_BUCKETS; i++) {
      if ((word & stashFlag(i)) != 0) {
        long stash = segment + STASH_OFFSET + ((long) i << LINE_SHIFT);
        found =
            readInBucket(
                stash, Memory.getLongAcquire(stash), context, hash, tag, keyWord, keyImage, dest);
      }
    }
    return found;
  }

  private int readInBucket(
      long bucket,
      long word,
      ReadContext context,
      int hash,
      int tag,
      long keyWord,
      long keyImage,
      long dest) {
    for (long marks = match(word, tag); marks != 0; marks &= marks - 1) {
      long address = bucket + ENTRIES_OFFSET + (Long.numberOfTrailingZeros(marks) & 0x38);
      long entry = Memory.getLongOpaque(address);
      if (hashOf(entry) == hash) {
        int found = readRow(bucket, address, entry, context, keyWord, keyImage, dest);
        if (found != NOT_HERE) {
          return found;
        }
      }
    }
    return NOT_HERE;
  }

  private int readRow(
      long bucket,
      long entryAddress,
      long entry,
      ReadContext context,
      long keyWord,
      long keyImage,
      long dest) {
    long wordAddress = wordBase + ((long) pageOf(entry) << 3);
    long word = Memory.getLongAcquire(wordAddress);
    // READ-2: an entry moves only under an odd page, so one that still stands, in a bucket that
    // was not retired, was true at the version just read. Without this look a row that moved away
    // is served from the bytes that it left behind.
    if (PageWord.isLocked(word)
        || Memory.getLongOpaque(entryAddress) != entry
        || Memory.getLongOpaque(bucket) < 0) {
      return RESTART;
    }
    int rowOffset = rowOffsetOf(entry);
    long frame = base + PageWord.frameOffset(word);
    if (!PageWord.isReadable(word)) {
      switch (PageWord.state(word)) {
        case PageWord.COLD -> {
          if (context.hasMissed(entry, word)) {
            return NOT_HERE;
          }
          frame = context.imageOf(pageOf(entry), word, true);
          if (frame == 0) {
            return COLD_PAGE;
          }
        }
        case PageWord.MARKED -> {
          PageTable.touch(wordAddress, word);
          return RESTART;
        }
        default -> {
          return RESTART;
        }
      }
    }
    long row = frame + rowOffset;
    // READ-5: a torn length must not lead the copy out of the page.
    int rowBytes = Math.min(RowCodec.rowBytes(row) & -8, PageLayout.PAGE_BYTES - rowOffset);
    boolean matches =
        longKey
            ? Memory.getLong(row + keyOffset) == keyWord
            : KeyCodec.matches(layout, keyImage, row, rowBytes);
    if (!matches) {
      if (PageWord.state(word) == PageWord.COLD) {
        context.noteMissed(entry, word);
      }
      VarHandle.loadLoadFence();
      return Memory.getLongOpaque(wordAddress) == word ? NOT_HERE : RESTART;
    }
    Memory.copy(row, dest, rowBytes);
    VarHandle.loadLoadFence();
    if (Memory.getLongOpaque(wordAddress) != word) {
      return RESTART;
    }
    if (lastSyncLsn() > durableLsn) {
      durableLsn = log.durableLsn();
      if (lastSyncLsn() > durableLsn) {
        return noteSyncLsn(frame, wordAddress, word, rowBytes, context);
      }
    }
    return rowBytes;
  }

  /** LOG-5: some SYNC commit is on its way to the disk; ours waits if it is of this page. */
  private static int noteSyncLsn(
      long frame, long wordAddress, long word, int rowBytes, ReadContext context) {
    context.requiredDurableLsn = PageLayout.syncLsn(frame);
    VarHandle.loadLoadFence();
    return Memory.getLongOpaque(wordAddress) == word ? rowBytes : RESTART;
  }
}
