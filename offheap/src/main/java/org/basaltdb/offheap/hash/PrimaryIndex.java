package org.basaltdb.offheap.hash;

import static org.basaltdb.offheap.hash.SegmentLayout.*;

import java.lang.invoke.VarHandle;
import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/**
 * The primary index of one table in one partition: from a key's hash to the page and offset of its
 * row. Extendible hashing (Fagin et al., TODS 1979) over 8 KiB segments of cache-line buckets, with
 * the neighbour and stash of Dash (Lu et al., VLDB 2020); a segment splits alone, so no insert ever
 * pays for the whole table.
 *
 * <p>Keys are not stored. A caller compares them at the row, where a get goes anyway.
 *
 * <p>One writer, the holder of the partition's token; any number of readers, each inside an epoch.
 * Readers use {@link #directoryWordAddress()} and {@link SegmentLayout} directly; the protocol is:
 *
 * <ul>
 *   <li>HASH-1: an entry is stored before the tag that announces it (release).
 *   <li>HASH-2: an entry changes, or goes, only while the page of its row is odd. So a reader that
 *       finds entry and flags unchanged after it read an even page word knows that the row was
 *       there at that word's version (READ-2).
 *   <li>HASH-3: an entry never moves within its segment: it stays in its place until its key is
 *       removed. So a key that is there throughout a search is found by it, whatever else comes and
 *       goes, and a miss needs no version (READ-1): it only looks at RETIRED of the home bucket.
 *   <li>HASH-4: a split fills both new segments, marks every bucket of the old one RETIRED, then
 *       publishes the new ones in the directory, and only then changes any entry. The old segment
 *       keeps its entries for the readers inside.
 *   <li>HASH-5: segments and directories that readers may still walk are reused past their epoch.
 *   <li>HASH-6: the directory is at most {@value #DIRECTORY_ENTRIES_PER_SEGMENT} entries a segment
 *       (and a small floor); beyond, full segments grow overflow segments. Equal hashes cost time,
 *       never memory without bound.
 *   <li>HASH-7: at whatever depth, the keys of a segment are spread over all its home buckets: no
 *       leading home bit comes from bits alone that the directory has used. Else segments would be
 *       split half empty.
 * </ul>
 *
 * <p>Find: one bucket line for nine hits in ten, expected O(1). Insert: amortised O(1); a split
 * copies one segment.
 */
public final class PrimaryIndex {
  /** Most directory entries that a segment may cost, on average (HASH-6). */
  public static final int DIRECTORY_ENTRIES_PER_SEGMENT = 1024;

  /**
   * Retired segments that gather before the epoch is advanced for them: few, because they count as
   * memory of the index, and a split of 8 KiB costs as much as the fence.
   */
  private static final int RECLAIM_BATCH = 8;

  /** A directory of this size is always allowed. */
  private static final int DIRECTORY_FLOOR_ENTRIES = 1 << 14;

  /** Bits of the directory word that hold the shift from hash to directory place. */
  private static final int SHIFT_BITS = 6;

  private static final long SHIFT_MASK = (1L << SHIFT_BITS) - 1;

  /** What a place and a block number fit in; known ranges save the checks of the accesses. */
  private static final int PLACE_MASK = (1 << HASH_BITS) - 1;

  private static final int BLOCK_MASK = Integer.MAX_VALUE;

  /** In a directory that is being restored: no segment yet. No block has that number. */
  private static final int EMPTY_PLACE = -1;

  private static final int NO_BLOCK = -1;

  /** Compares keys at rows. */
  public interface RowMatcher {
    /** True if the row that {@code entry} names has the key that is looked for. */
    boolean matches(long entry);
  }

  /** Takes entries one by one. */
  public interface EntryVisitor {
    void visit(long entry);
  }

  private final BlockPool pool;
  private final long poolBase;
  private final RetiredBlocks retired;
  private final SegmentChanges changes;
  private final int tableId;

  /** First hash of the range that this partition holds. */
  private final int rangeStart;

  /** Bits that the hashes of the range need. */
  private final int rangeBits;

  private final long directoryWord;
  private final DirectoryMemory directories;
  private final IntPredicate reuseBlock;
  private int segmentCount;
  private long entryCount;
  private boolean destroyed;

  /**
   * @param changes told of what becomes of segments
   * @param rangeStart lowest index hash of the partition
   * @param rangeLength how many index hashes the partition holds
   */
  public PrimaryIndex(
      BlockPool pool,
      RetiredBlocks retired,
      SegmentChanges changes,
      Epochs epochs,
      MemoryBudget budget,
      int tableId,
      int rangeStart,
      int rangeLength) {
    this.pool = pool;
    this.poolBase = pool.baseAddress();
    this.retired = retired;
    this.changes = changes;
    this.tableId = tableId;
    this.rangeStart = rangeStart;
    this.rangeBits = Math.max(1, 32 - Integer.numberOfLeadingZeros(rangeLength - 1));
    this.directories = new DirectoryMemory(epochs, budget);
    this.reuseBlock =
        block -> {
          pool.free(block, Owner.INDEX);
          return true;
        };
    long directory = directories.allocate(1);
    int segment;
    try {
      segment = allocateSegment();
    } catch (Throwable refused) {
      directories.discard(directory, 1);
      throw refused;
    }
    format(segment, 0, 0);
    segmentCount = 1;
    this.directoryWord = Memory.allocate(LINE_BYTES, LINE_BYTES);
    Memory.putInt(directory, segment);
    publishDirectory(directory, 0);
  }

  private int allocateSegment() {
    int block = pool.allocate(Owner.INDEX);
    try {
      changes.allocated(block);
    } catch (Throwable refused) {
      pool.free(block, Owner.INDEX);
      throw refused;
    }
    return block;
  }

  /** Of a segment that no reader has seen. */
  private void freeSegment(int block) {
    changes.retired(block);
    pool.free(block, Owner.INDEX);
  }

  /**
   * Address of the word that holds the directory's address and the shift that finds a place in it.
   */
  public long directoryWordAddress() {
    return directoryWord;
  }

  /** Subtracted from an index hash before it is shifted. */
  public int rangeStart() {
    return rangeStart;
  }

  /** Address of frame zero of the pool that the segments live in. */
  public long poolBase() {
    return poolBase;
  }

  /** Address of the segment for {@code hash}; the caller is inside an epoch or the writer. */
  public static long segment(long word, long poolBase, int rangeStart, int hash) {
    // Java shifts by the low five bits of the count, and those hold all of it.
    int place = ((hash - rangeStart) & PLACE_MASK) >>> (int) word;
    int block = Memory.getInt((word >>> SHIFT_BITS) + ((long) place << 2));
    return poolBase + ((long) (block & BLOCK_MASK) << SEGMENT_SHIFT);
  }

  public long entryCount() {
    return entryCount;
  }

  /** Bytes of segments and directory. */
  public long memoryBytes() {
    return ((long) segmentCount << SEGMENT_SHIFT) + (directoryEntries() << 2);
  }

  /** Segments, those of overflow chains included. */
  public int segmentCount() {
    return segmentCount;
  }

  /**
   * The writer's find.
   *
   * @return address of the entry, or zero
   */
  public long find(long hashWord, RowMatcher matcher) {
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    long segment = currentSegment(hash);
    do {
      long found = findInSegment(segment, hash, tag, matcher);
      if (found != 0) {
        return found;
      }
      segment = overflowOf(segment);
    } while (segment != 0);
    return 0;
  }

  private long findInSegment(long segment, int hash, int tag, RowMatcher matcher) {
    int home = home(hash, tag);
    long bucket = segment + bucketOffset(home);
    long word = Memory.getLong(bucket);
    long found = findInBucket(bucket, word, hash, tag, matcher);
    if (found == 0 && (word & NEIGHBOUR) != 0) {
      long next = segment + bucketOffset(neighbour(home));
      found = findInBucket(next, Memory.getLong(next), hash, tag, matcher);
    }
    for (int i = 0; found == 0 && (word & STASH_FLAGS) != 0 && i < STASH_BUCKETS; i++) {
      if ((word & stashFlag(i)) != 0) {
        long stash = segment + STASH_OFFSET + ((long) i << LINE_SHIFT);
        found = findInBucket(stash, Memory.getLong(stash), hash, tag, matcher);
      }
    }
    return found;
  }

  private static long findInBucket(long bucket, long word, int hash, int tag, RowMatcher matcher) {
    for (long marks = match(word, tag); marks != 0; marks &= marks - 1) {
      long address = bucket + ENTRIES_OFFSET + (Long.numberOfTrailingZeros(marks) & 0x38);
      long entry = Memory.getLong(address);
      if (hashOf(entry) == hash && matcher.matches(entry)) {
        return address;
      }
    }
    return 0;
  }

  /**
   * Says that an entry of this hash is about to come, change or go: of the segments where it is or
   * may be put, {@link SegmentChanges#beforeChange} is asked. Comes before {@link #reserve}, {@link
   * #insert}, {@link #replace} and {@link #remove} of the hash.
   *
   * @return false if one of them must not be changed yet
   */
  public boolean prepareChange(long hashWord) {
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    long first = currentSegment(hash);
    boolean mayGrow = true;
    for (long segment = first; segment != 0 && mayGrow; segment = overflowOf(segment)) {
      mayGrow = !hasRoom(segment, hash, tag);
    }
    boolean prepared = true;
    for (long segment = first; segment != 0 && prepared; segment = overflowOf(segment)) {
      prepared =
          mayGrow ? changes.beforeChange(blockOf(segment)) : prepareLines(segment, home(hash, tag));
    }
    return prepared;
  }

  /** The lines in which an entry of that home may come, change or go while there is room for it. */
  private boolean prepareLines(long segment, int home) {
    int block = blockOf(segment);
    int neighbour = neighbour(home);
    long bucket = segment + bucketOffset(home);
    boolean stashed =
        (Memory.getLong(bucket) & STASH_FLAGS) != 0
            || !(hasEmpty(bucket) || hasEmpty(segment + bucketOffset(neighbour)));
    return changes.beforeChange(block, (int) bucketOffset(home), LINE_BYTES)
        && changes.beforeChange(block, (int) bucketOffset(neighbour), LINE_BYTES)
        && (!stashed || changes.beforeChange(block, STASH_OFFSET, STASH_BUCKETS * LINE_BYTES));
  }

  /**
   * Makes room for one entry of this hash, so that the {@link #insert} that follows cannot fail.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; the table is
   *     whole, and nothing that a reader can tell has changed
   */
  public void reserve(long hashWord) {
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    while (true) {
      long segment = currentSegment(hash);
      while (true) {
        if (hasRoom(segment, hash, tag)) {
          return;
        }
        long next = overflowOf(segment);
        if (next == 0) {
          break;
        }
        segment = next;
      }
      if (!split(currentSegment(hash))) {
        appendOverflow(segment);
      }
    }
  }

  private static boolean hasRoom(long segment, int hash, int tag) {
    int home = home(hash, tag);
    if (hasEmpty(segment + bucketOffset(home))) {
      return true;
    }
    return hasEmpty(segment + bucketOffset(neighbour(home))) || stashWithRoom(segment) >= 0;
  }

  /**
   * Adds an entry; {@link #reserve} of the same hash came before, with no other insert between. The
   * page of the row is odd (HASH-2).
   */
  public void insert(long hashWord, int page, int rowOffset) {
    int hash = KeyHash.indexHash(hashWord);
    int tag = KeyHash.tag(hashWord);
    long segment = currentSegment(hash);
    while (!place(segment, entry(hash, page, rowOffset), hash, tag)) {
      segment = overflowOf(segment);
      if (segment == 0) {
        throw new IllegalStateException("HASH: insert without room reserved, hash " + hash);
      }
    }
    entryCount++;
  }

  /** Puts an entry where its home, the neighbour or the stash has room. */
  private static boolean place(long segment, long entry, int hash, int tag) {
    int home = home(hash, tag);
    long bucket = segment + bucketOffset(home);
    if (!hasEmpty(bucket)) {
      long nextBucket = segment + bucketOffset(neighbour(home));
      if (hasEmpty(nextBucket)) {
        setFlag(bucket, NEIGHBOUR);
        put(nextBucket, entry, tag);
      } else {
        int stash = stashWithRoom(segment);
        if (stash < 0) {
          return false;
        }
        setFlag(bucket, stashFlag(stash));
        put(segment + STASH_OFFSET + ((long) stash << LINE_SHIFT), entry, tag);
      }
    } else {
      put(bucket, entry, tag);
    }
    Memory.putInt(segment + ENTRY_COUNT_OFFSET, Memory.getInt(segment + ENTRY_COUNT_OFFSET) + 1);
    return true;
  }

  /** Changes where an entry points. Both the old and the new page of the row are odd (HASH-2). */
  public static void replace(long entryAddress, int page, int rowOffset) {
    long entry = Memory.getLong(entryAddress);
    Memory.putLongRelease(entryAddress, entry(hashOf(entry), page, rowOffset));
  }

  /** Finds the entry that points exactly at a row; the row must be in the index. */
  public long findExact(long hashWord, int page, int rowOffset) {
    long wanted = entry(KeyHash.indexHash(hashWord), page, rowOffset);
    exactWanted = wanted;
    long found = find(hashWord, exactMatcher);
    if (found == 0) {
      throw new IllegalStateException(
          "HASH: no entry for the row at page " + page + ", offset " + rowOffset);
    }
    return found;
  }

  private long exactWanted;
  private final RowMatcher exactMatcher = entry -> entry == exactWanted;

  /** Removes the entry at an address that {@link #find} gave. The row's page is odd (HASH-2). */
  public void remove(long entryAddress, long hashWord) {
    long bucket = entryAddress & -LINE_BYTES;
    int shift = (int) (entryAddress - bucket - ENTRIES_OFFSET);
    Memory.putLongRelease(bucket, Memory.getLong(bucket) & ~(0xFFL << shift));
    // The entry too: a reader that saw the tag a moment ago, or a batch that looks at a place
    // without one, would find it standing and believe the bytes that the row left behind.
    Memory.putLongRelease(entryAddress, 0);
    long segment = bucket & -SEGMENT_BYTES;
    Memory.putInt(segment + ENTRY_COUNT_OFFSET, Memory.getInt(segment + ENTRY_COUNT_OFFSET) - 1);
    entryCount--;
    int home = home(KeyHash.indexHash(hashWord), KeyHash.tag(hashWord));
    long homeBucket = segment + bucketOffset(home);
    if (bucket != homeBucket) {
      refreshFlags(segment, home, homeBucket, bucket);
    }
  }

  /** Drops the flag that led from a home to {@code bucket} once no native is left there. */
  private static void refreshFlags(long segment, int home, long homeBucket, long bucket) {
    if (bucket < segment + STASH_OFFSET) {
      if (!holdsNativeOf(bucket, home)) {
        clearFlag(homeBucket, NEIGHBOUR);
      }
      return;
    }
    int stash = (int) ((bucket - segment - STASH_OFFSET) >>> LINE_SHIFT);
    long flag = stashFlag(stash);
    for (int i = 0; i < STASH_BUCKETS; i++) {
      if (stashFlag(i) == flag
          && holdsNativeOf(segment + STASH_OFFSET + ((long) i << LINE_SHIFT), home)) {
        return;
      }
    }
    clearFlag(homeBucket, flag);
  }

  private static boolean holdsNativeOf(long bucket, int home) {
    long word = Memory.getLong(bucket);
    for (int i = 0; i < ENTRIES_PER_BUCKET; i++) {
      int tag = (int) (word >>> (i << 3)) & 0xFF;
      if (tag != 0 && home(hashOf(entryAt(bucket, i)), tag) == home) {
        return true;
      }
    }
    return false;
  }

  /** Visits every entry; the writer's, or a reader's of a table that nobody writes. */
  public void forEach(EntryVisitor visitor) {
    long entries = directoryEntries();
    long directory = directory();
    for (long i = 0; i < entries; ) {
      long segment = poolBase + ((long) Memory.getInt(directory + (i << 2)) << SEGMENT_SHIFT);
      i += 1L << (globalDepth() - Memory.getInt(segment + LOCAL_DEPTH_OFFSET));
      for (; segment != 0; segment = overflowOf(segment)) {
        visitSegment(segment, visitor);
      }
    }
  }

  private static void visitSegment(long segment, EntryVisitor visitor) {
    for (int b = 0; b < BUCKETS; b++) {
      long bucket = segment + bucketOffset(b);
      long word = Memory.getLong(bucket);
      for (int i = 0; i < ENTRIES_PER_BUCKET; i++) {
        if (((word >>> (i << 3)) & 0xFF) != 0) {
          visitor.visit(entryAt(bucket, i));
        }
      }
    }
  }

  /** Gives all memory back, past the epoch of readers inside. The index is unusable after. */
  public void destroy() {
    long entries = directoryEntries();
    long directory = directory();
    for (long i = 0; i < entries; ) {
      long segment = poolBase + ((long) Memory.getInt(directory + (i << 2)) << SEGMENT_SHIFT);
      i += 1L << (globalDepth() - Memory.getInt(segment + LOCAL_DEPTH_OFFSET));
      while (segment != 0) {
        long next = overflowOf(segment);
        retire(segment);
        segment = next;
      }
    }
    directories.retire(directory, entries);
    destroyed = true;
  }

  /** Takes back segments and directories that no reader can see any more. */
  public void reclaim() {
    retired.reclaim(reuseBlock);
    directories.reclaim();
  }

  /** Frees directories and the directory word; no reader is inside any more, or ever will be. */
  public void free() {
    if (!destroyed) {
      directories.discard(directory(), directoryEntries());
    }
    directories.freeAll();
    Memory.free(directoryWord);
  }

  // ---- restoring

  /**
   * Takes over segments that were read back into blocks of the pool, in place of the empty one that
   * the index began with. Nobody else may be inside yet.
   *
   * @param blocks of the pool, accounted to the index; each with the image of a segment
   * @param blockCount how many
   * @param newBlock from the number of the block that a segment was in when its image was taken, to
   *     that of its block now; negative if there is none
   * @throws IllegalArgumentException if the segments are not a whole index; it is unusable then
   * @throws BudgetExhaustedException if memory is short; it is unusable then
   */
  public void restore(int[] blocks, int blockCount, IntUnaryOperator newBlock) {
    int deepest = 0;
    long entries = 0;
    BitSet overflows = new BitSet();
    for (int i = 0; i < blockCount; i++) {
      long segment = pool.address(blocks[i]);
      int localDepth = Memory.getInt(segment + LOCAL_DEPTH_OFFSET);
      requireWhole(localDepth >= 0 && localDepth <= rangeBits, "depth", localDepth, rangeBits);
      deepest = Math.max(deepest, localDepth);
      entries += Memory.getInt(segment + ENTRY_COUNT_OFFSET);
      int overflow = Memory.getInt(segment + OVERFLOW_SEGMENT_OFFSET);
      if (overflow != 0) {
        int next = newBlock.applyAsInt(overflow - 1);
        requireWhole(next >= 0, "overflow block", overflow - 1, Integer.MAX_VALUE);
        Memory.putInt(segment + OVERFLOW_SEGMENT_OFFSET, next + 1);
        overflows.set(next);
      }
    }
    long directory = directories.allocate(1L << deepest);
    try {
      fillRestored(directory, deepest, blocks, blockCount, overflows);
    } catch (Throwable unfit) {
      directories.discard(directory, 1L << deepest);
      throw unfit;
    }
    int initial = Memory.getInt(directory());
    long old = directory();
    publishDirectory(directory, deepest);
    directories.discard(old, 1);
    freeSegment(initial);
    segmentCount = blockCount;
    entryCount = entries;
  }

  private void fillRestored(
      long directory, int deepest, int[] blocks, int blockCount, BitSet overflows) {
    Memory.fill(directory, (1L << deepest) << 2, (byte) EMPTY_PLACE);
    long filled = 0;
    for (int i = 0; i < blockCount; i++) {
      if (!overflows.get(blocks[i])) {
        filled += pointAtRestored(directory, deepest, blocks[i]);
      }
    }
    requireWhole(filled == 1L << deepest, "directory places", filled, 1L << deepest);
  }

  /** Fills the places of one segment, which are nobody else's. */
  private long pointAtRestored(long directory, int depth, int block) {
    long segment = pool.address(block);
    int spread = depth - Memory.getInt(segment + LOCAL_DEPTH_OFFSET);
    long first = Integer.toUnsignedLong(Memory.getInt(segment + PREFIX_OFFSET)) << spread;
    long count = 1L << spread;
    requireWhole(first + count <= 1L << depth, "prefix place", first, 1L << depth);
    for (long i = first; i < first + count; i++) {
      int before = Memory.getInt(directory + (i << 2));
      requireWhole(before == EMPTY_PLACE, "second segment for place", i, 1L << depth);
      Memory.putInt(directory + (i << 2), block);
    }
    return count;
  }

  private static void requireWhole(boolean holds, String what, long found, long expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "HASH: segments that are no whole index: " + what + " " + found + " of " + expected);
    }
  }

  // ---- splitting

  /** Splits one segment; false if it must chain instead (HASH-6). */
  private boolean split(long segment) {
    int localDepth = Memory.getInt(segment + LOCAL_DEPTH_OFFSET);
    if (overflowOf(segment) != 0 || localDepth >= rangeBits) {
      return false;
    }
    boolean doubles = localDepth == globalDepth();
    if (doubles && !mayDouble()) {
      return false;
    }
    if (retired.size() >= RECLAIM_BATCH) {
      reclaim();
    }
    pool.ensure(2);
    long doubled = doubles ? allocateDirectory(directoryEntries() * 2) : 0;
    int prefix = Memory.getInt(segment + PREFIX_OFFSET);
    int leftBlock = NO_BLOCK;
    int rightBlock;
    try {
      leftBlock = allocateSegment();
      rightBlock = allocateSegment();
    } catch (Throwable refused) {
      if (leftBlock != NO_BLOCK) {
        freeSegment(leftBlock);
      }
      discardDoubled(doubled);
      throw refused;
    }
    format(leftBlock, prefix << 1, localDepth + 1);
    format(rightBlock, (prefix << 1) | 1, localDepth + 1);
    if (!distribute(segment, localDepth, pool.address(leftBlock), pool.address(rightBlock))) {
      freeSegment(leftBlock);
      freeSegment(rightBlock);
      discardDoubled(doubled);
      return false;
    }
    markRetired(segment);
    segmentCount++;
    if (doubles) {
      doubleDirectory(doubled);
    }
    pointAt(prefix, localDepth, leftBlock, rightBlock);
    retire(segment);
    segmentCount++;
    return true;
  }

  private void discardDoubled(long doubled) {
    if (doubled != 0) {
      directories.discard(doubled, directoryEntries() * 2);
    }
  }

  private long allocateDirectory(long entryCount) {
    try {
      return directories.allocate(entryCount);
    } catch (BudgetExhaustedException refused) {
      pool.reclaim(); // POOL-3
      return directories.allocate(entryCount);
    }
  }

  private boolean mayDouble() {
    return directoryEntries() * 2
        <= Math.max(DIRECTORY_FLOOR_ENTRIES, (long) segmentCount * DIRECTORY_ENTRIES_PER_SEGMENT);
  }

  /** Copies every entry to the side that the next hash bit chooses; false if a side overflows. */
  private boolean distribute(long segment, int localDepth, long left, long right) {
    int bit = rangeBits - 1 - localDepth;
    for (int b = 0; b < BUCKETS; b++) {
      long bucket = segment + bucketOffset(b);
      long word = Memory.getLong(bucket);
      for (int i = 0; i < ENTRIES_PER_BUCKET; i++) {
        int tag = (int) (word >>> (i << 3)) & 0xFF;
        if (tag != 0) {
          long entry = entryAt(bucket, i);
          int hash = hashOf(entry);
          long side = (((hash - rangeStart) >>> bit) & 1) == 0 ? left : right;
          if (!place(side, entry, hash, tag)) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /**
   * HASH-4: before the directory names the new segments, and before any of their entries change.
   */
  private static void markRetired(long segment) {
    VarHandle.storeStoreFence();
    for (int b = 0; b < BUCKETS; b++) {
      long bucket = segment + bucketOffset(b);
      Memory.putLongOpaque(bucket, Memory.getLong(bucket) | RETIRED);
    }
  }

  private void doubleDirectory(long doubled) {
    long entries = directoryEntries();
    long old = directory();
    for (long i = 0; i < entries; i++) {
      int block = Memory.getInt(old + (i << 2));
      Memory.putInt(doubled + (i << 3), block);
      Memory.putInt(doubled + (i << 3) + 4, block);
    }
    int depth = globalDepth() + 1;
    publishDirectory(doubled, depth);
    directories.retire(old, entries);
  }

  private void pointAt(int prefix, int localDepth, int leftBlock, int rightBlock) {
    int spread = globalDepth() - localDepth - 1;
    long at = directory() + (((long) prefix << (spread + 1)) << 2);
    long half = 1L << spread;
    for (long i = 0; i < half * 2; i++) {
      Memory.putIntRelease(at + (i << 2), i < half ? leftBlock : rightBlock);
    }
  }

  private void appendOverflow(long lastOfChain) {
    int block = allocateSegment();
    format(
        block,
        Memory.getInt(lastOfChain + PREFIX_OFFSET),
        Memory.getInt(lastOfChain + LOCAL_DEPTH_OFFSET));
    Memory.putIntRelease(lastOfChain + OVERFLOW_SEGMENT_OFFSET, block + 1);
    segmentCount++;
  }

  private void retire(long segment) {
    if (!isRetired(segment)) {
      markRetired(segment);
    }
    int block = blockOf(segment);
    changes.retired(block);
    retired.retire(block);
    segmentCount--;
  }

  private int blockOf(long segment) {
    return (int) ((segment - poolBase) >>> SEGMENT_SHIFT);
  }

  private static boolean isRetired(long segment) {
    return (Memory.getLong(segment + BUCKETS_OFFSET) & RETIRED) != 0;
  }

  // ---- directory

  private long currentSegment(int hash) {
    return segment(Memory.getLong(directoryWord), poolBase, rangeStart, hash);
  }

  private long directory() {
    return Memory.getLong(directoryWord) >>> SHIFT_BITS;
  }

  private int globalDepth() {
    return rangeBits - (int) (Memory.getLong(directoryWord) & SHIFT_MASK);
  }

  private long directoryEntries() {
    return 1L << globalDepth();
  }

  private void publishDirectory(long directory, int depth) {
    Memory.putLongRelease(directoryWord, (directory << SHIFT_BITS) | (rangeBits - depth));
  }

  // ---- buckets

  private long overflowOf(long segment) {
    int block = Memory.getInt(segment + OVERFLOW_SEGMENT_OFFSET);
    return block == 0 ? 0 : poolBase + ((long) (block - 1) << SEGMENT_SHIFT);
  }

  private void format(int block, int prefix, int localDepth) {
    long segment = pool.address(block);
    Memory.fill(segment, SEGMENT_BYTES, (byte) 0);
    Memory.putInt(segment + PREFIX_OFFSET, prefix);
    Memory.putInt(segment + LOCAL_DEPTH_OFFSET, localDepth);
    Memory.putInt(segment + TABLE_ID_OFFSET, tableId);
  }

  private static long entryAt(long bucket, int place) {
    return Memory.getLong(bucket + ENTRIES_OFFSET + ((long) place << 3));
  }

  /** Low bit of the first empty place's tag, or zero. */
  private static long emptyMark(long word) {
    long tags = word | ~TAGS_MASK;
    return (tags - 0x0101_0101_0101_0101L) & ~tags & 0x0080_8080_8080_8080L;
  }

  private static boolean hasEmpty(long bucket) {
    return emptyMark(Memory.getLong(bucket)) != 0;
  }

  /** HASH-1: entry first, tag after. */
  private static void put(long bucket, long entry, int tag) {
    long word = Memory.getLong(bucket);
    int shift = Long.numberOfTrailingZeros(emptyMark(word)) & 0x38;
    Memory.putLongRelease(bucket + ENTRIES_OFFSET + shift, entry);
    Memory.putLongRelease(bucket, word | ((long) tag << shift));
  }

  private static void setFlag(long bucket, long flag) {
    Memory.putLongRelease(bucket, Memory.getLong(bucket) | flag);
  }

  private static void clearFlag(long bucket, long flag) {
    Memory.putLongRelease(bucket, Memory.getLong(bucket) & ~flag);
  }

  private static int stashWithRoom(long segment) {
    for (int i = 0; i < STASH_BUCKETS; i++) {
      if (hasEmpty(segment + STASH_OFFSET + ((long) i << LINE_SHIFT))) {
        return i;
      }
    }
    return -1;
  }
}
