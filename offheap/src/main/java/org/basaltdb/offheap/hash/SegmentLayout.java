package org.basaltdb.offheap.hash;

/**
 * The only place that knows where the fields of an 8 KiB segment of the primary index lie.
 *
 * <pre>
 * offset  bytes  field
 *      0      4  prefix           leading localDepth bits of the hashes that live here
 *      4      4  localDepth       bits of prefix
 *      8      4  checksum         CRC32C of the image on disk; zero while only in memory
 *     12      4  overflowSegment  block number plus one of the next segment of the chain; zero ends it
 *     16      4  tableId          the table that owns the segment
 *     20      4  entryCount       entries in this segment, its overflow segments not included
 *     24     40  reserved         zero
 *     64   8128  buckets          127 lines of 64 bytes: home buckets, then stash buckets
 * </pre>
 *
 * A bucket is one cache line:
 *
 * <pre>
 * offset  bytes  field
 *      0      7  tags             one byte an entry, 128 to 255; zero is an empty place
 *      7      1  bucketFlags      bit 7 RETIRED, bit 6 NEIGHBOUR, bits 0-5 STASH i
 *      8     56  entries          7 entries of 8 bytes
 * </pre>
 *
 * An entry:
 *
 * <pre>
 * bits    field
 *  0-9    rowOffset  offset of the row in its page, in units of eight bytes
 * 10-37   page       page number within the partition
 * 38-63   hash       leading 26 bits of the key's place in the partition's hash range
 * </pre>
 *
 * The flags of a home bucket speak of its natives, the entries whose home it is: NEIGHBOUR says
 * that one of them may live in the next home bucket, STASH i that one may live in a stash bucket
 * whose number is i modulo six. The tag and the hash bits together tell the home of any entry, so a
 * segment splits without a look at the rows (which may be cold).
 */
public final class SegmentLayout {
  public static final int SEGMENT_BYTES = 8192;
  public static final int SEGMENT_SHIFT = 13;
  public static final int LINE_BYTES = 64;
  public static final int LINE_SHIFT = 6;

  public static final int PREFIX_OFFSET = 0;
  public static final int LOCAL_DEPTH_OFFSET = PREFIX_OFFSET + Integer.BYTES;
  public static final int CHECKSUM_OFFSET = LOCAL_DEPTH_OFFSET + Integer.BYTES;
  public static final int OVERFLOW_SEGMENT_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  public static final int TABLE_ID_OFFSET = OVERFLOW_SEGMENT_OFFSET + Integer.BYTES;
  public static final int ENTRY_COUNT_OFFSET = TABLE_ID_OFFSET + Integer.BYTES;
  public static final int RESERVED_OFFSET = ENTRY_COUNT_OFFSET + Integer.BYTES;
  public static final int BUCKETS_OFFSET = LINE_BYTES;

  /** Stash buckets, at the end of the segment; docs/decisions tells how the number was found. */
  public static final int STASH_BUCKETS = 6;

  public static final int BUCKETS = SEGMENT_BYTES / LINE_BYTES - 1;
  public static final int HOME_BUCKETS = BUCKETS - STASH_BUCKETS;
  public static final int STASH_OFFSET = BUCKETS_OFFSET + HOME_BUCKETS * LINE_BYTES;
  public static final int ENTRIES_PER_BUCKET = 7;
  public static final int SEGMENT_ENTRIES = BUCKETS * ENTRIES_PER_BUCKET;

  public static final int TAGS_OFFSET = 0;
  public static final int BUCKET_FLAGS_OFFSET = 7;
  public static final int ENTRIES_OFFSET = Long.BYTES;

  /** The seven tag bytes of a bucket's first word. */
  public static final long TAGS_MASK = 0x00FF_FFFF_FFFF_FFFFL;

  /** Shift of the flags byte within a bucket's first word. */
  public static final int FLAGS_SHIFT = 56;

  /** The segment was split or dropped: nothing here speaks for the table any more. */
  public static final long RETIRED = 1L << 63;

  /** A native of this home bucket may live in the next one. */
  public static final long NEIGHBOUR = 1L << 62;

  /** Flag bits that stand for stash buckets. */
  public static final int STASH_FLAG_BITS = 6;

  /** All STASH bits of a bucket's first word. */
  public static final long STASH_FLAGS = ((1L << STASH_FLAG_BITS) - 1) << FLAGS_SHIFT;

  public static final int ROW_OFFSET_BITS = 10;
  public static final int PAGE_BITS = 28;
  public static final int HASH_BITS = 26;
  public static final int PAGE_SHIFT = ROW_OFFSET_BITS;
  public static final int HASH_SHIFT = ROW_OFFSET_BITS + PAGE_BITS;
  public static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private SegmentLayout() {}

  /** An entry for a row {@code rowOffset} bytes into {@code page}. */
  public static long entry(int hash, int page, int rowOffset) {
    assert (rowOffset & 7) == 0 && rowOffset < SEGMENT_BYTES : rowOffset;
    assert page >= 0 && page <= PAGE_MASK : page;
    return ((long) hash << HASH_SHIFT) | ((long) page << PAGE_SHIFT) | (rowOffset >>> 3);
  }

  public static int hashOf(long entry) {
    return (int) (entry >>> HASH_SHIFT);
  }

  public static int pageOf(long entry) {
    return (int) (entry >>> PAGE_SHIFT) & PAGE_MASK;
  }

  /** Byte offset of the row in its page. */
  public static int rowOffsetOf(long entry) {
    return ((int) entry & ((1 << ROW_OFFSET_BITS) - 1)) << 3;
  }

  /**
   * Sixteen bits that choose the home bucket: from the low twelve of the hash, which the directory
   * uses last, crossed with the seven bits of the tag that vary, so that the leading bits, which
   * decide most, still vary where it has used them (HASH-7). Linear over exclusive or, so that a
   * table-driven hash yields them ready made.
   */
  public static int homeBits(int hash, int tag) {
    return ((hash & 0xFFF) << 4) ^ ((tag & 0x7F) << 9);
  }

  /** The home bucket of {@linkplain #homeBits home bits}: a multiply-shift, no division. */
  public static int homeOfBits(int homeBits) {
    return (homeBits * HOME_BUCKETS) >>> 16;
  }

  /** The home bucket of a hash and tag. */
  public static int home(int hash, int tag) {
    return homeOfBits(homeBits(hash, tag));
  }

  /** Byte offset in the segment of home bucket {@code home}. */
  public static long bucketOffset(int home) {
    return BUCKETS_OFFSET + ((long) home << LINE_SHIFT);
  }

  /** The home bucket that follows {@code home}, around the end. */
  public static int neighbour(int home) {
    int next = home + 1;
    return next == HOME_BUCKETS ? 0 : next;
  }

  /** The flag of a home bucket that stands for stash bucket {@code stash}. */
  public static long stashFlag(int stash) {
    return 1L << (FLAGS_SHIFT + stash % STASH_FLAG_BITS);
  }

  /**
   * Marks with its high bit each byte of {@code word}'s tags that equals {@code tag}; a byte above
   * a true match may be marked falsely, which costs a comparison and nothing else (Lamport,
   * "Multiple byte processing with full-word instructions", CACM 1975).
   */
  public static long match(long word, int tag) {
    long x = word ^ (tag * 0x0101_0101_0101_0101L);
    return (x - 0x0101_0101_0101_0101L) & ~x & 0x0080_8080_8080_8080L;
  }
}
