package org.basaltdb.offheap.page;

/**
 * The only place that knows where the fields of an overflow page lie: part of a value too large for
 * a row page.
 *
 * <pre>
 * offset  bytes  field
 *      0      8  pageId     table 24 bits (high), page number within the partition 40 bits (low)
 *      8      4  checksum   CRC32C of the image on disk; zero while only in memory
 *     12      4  dataBytes  bytes of the value in this page
 *     16      8  chainId    names the chain; never used again
 *     24      4  next       page number plus one of the next page of the chain; zero ends it
 *     28      4  reserved   zero
 *     32   8160  data       the value's bytes
 * </pre>
 *
 * CHAIN-1 (READ-7): a chain is written whole before a row points at it, and never changed after;
 * its pages are used again only past the epoch of every reader that can have seen the row. CHAIN-2:
 * every page names its chain.
 */
public final class OverflowLayout {
  public static final int PAGE_ID_OFFSET = 0;
  public static final int CHECKSUM_OFFSET = PAGE_ID_OFFSET + Long.BYTES;
  public static final int DATA_BYTES_OFFSET = CHECKSUM_OFFSET + Integer.BYTES;
  public static final int CHAIN_ID_OFFSET = DATA_BYTES_OFFSET + Integer.BYTES;
  public static final int NEXT_OFFSET = CHAIN_ID_OFFSET + Long.BYTES;
  public static final int RESERVED_OFFSET = NEXT_OFFSET + Integer.BYTES;
  public static final int DATA_OFFSET = RESERVED_OFFSET + Integer.BYTES;

  /** Bytes of a value that one page holds. */
  public static final int DATA_CAPACITY = PageLayout.PAGE_BYTES - DATA_OFFSET;

  private OverflowLayout() {}

  /** Pages of a chain that holds {@code length} bytes. */
  public static int pageCount(long length) {
    return (int) ((length + DATA_CAPACITY - 1) / DATA_CAPACITY);
  }
}
