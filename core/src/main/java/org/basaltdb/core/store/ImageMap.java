package org.basaltdb.core.store;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.Region;

/// Where the newest image of each page of a partition is: slot and checksum, eight bytes a page
/// number.
///
/// ```
/// bits    field
///  0-31   checksum  of the image
/// 32-63   slot      plus one; zero while the page has no image
/// ```
///
/// Thread rules: changed by the holder of the partition's token only. The loader of a page reads
/// its entry, which stands still while the page is LOADING (SLOT-2), and which it sees through the
/// page word.
public final class ImageMap {
  private static final int SLOT_SHIFT = Integer.SIZE;

  private final Region region;
  private final long base;
  private long committedPages;

  /// An empty map.
  ///
  /// @param region eight bytes for each page number there can be, used by nobody else
  public ImageMap(Region region) {
    this.region = region;
    this.base = region.base();
  }

  /// Makes the entries of pages below `pageCount` usable; they have no image.
  ///
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing
  ///   changed
  public void commit(long pageCount) {
    if (pageCount > committedPages) {
      region.commitTo(pageCount * Long.BYTES);
      committedPages = pageCount;
    }
  }

  /// Pages below have usable entries.
  public long committedPages() {
    return committedPages;
  }

  private long entryAddress(int page) {
    assert page >= 0 && page < committedPages : page;
    return base + (long) page * Long.BYTES;
  }

  /// Whether the page has an image.
  public boolean hasImage(int page) {
    return Memory.getLong(entryAddress(page)) >>> SLOT_SHIFT != 0;
  }

  /// The slot of its image, which it has.
  public int slot(int page) {
    int slot = (int) (Memory.getLong(entryAddress(page)) >>> SLOT_SHIFT) - 1;
    assert slot >= 0 : "page " + page + " has no image";
    return slot;
  }

  /// The checksum of its image, which it has.
  public int checksum(int page) {
    return (int) Memory.getLong(entryAddress(page));
  }

  /// The page's newest image is in that slot.
  public void put(int page, int slot, int checksum) {
    assert slot >= 0 : slot;
    Memory.putLong(
        entryAddress(page), (slot + 1L) << SLOT_SHIFT | Integer.toUnsignedLong(checksum));
  }

  /// The page has no image any more.
  public void clear(int page) {
    Memory.putLong(entryAddress(page), 0);
  }
}
