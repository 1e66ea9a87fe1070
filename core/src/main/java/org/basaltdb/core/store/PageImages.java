package org.basaltdb.core.store;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;

/// Memory between frames and file: a few pages in a row, aligned for direct I/O, that can be sealed
/// with a checksum and checked.
///
/// An image carries its CRC32C in the field that pages have for it. The same number is kept beside
/// the slot in the mapping: a write that the device lost leaves an older image there, whose own
/// checksum is right (SLOT-3).
///
/// Confined to one thread at a time. Allocates nothing once it is made.
public final class PageImages implements AutoCloseable {
  /// The most images: what one buffer of the JDK can span.
  public static final int MAX_CAPACITY = Integer.MAX_VALUE / PageLayout.PAGE_BYTES;

  private static final int AFTER_CHECKSUM = PageLayout.CHECKSUM_OFFSET + Integer.BYTES;

  private final MemoryBudget budget;
  private final int capacity;
  private final ByteBuffer bytes;
  private final CRC32C crc = new CRC32C();
  private long address;
  private boolean closed;

  /// Room for some images.
  ///
  /// @param capacity 1 to [#MAX_CAPACITY]
  /// @param budget what the memory is accounted to
  /// @throws IllegalArgumentException if the capacity is out of range
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if memory is short; nothing is
  ///   left behind
  public PageImages(int capacity, MemoryBudget budget) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "room for page images; found " + capacity + "; expected 1 to " + MAX_CAPACITY);
    }
    this.capacity = capacity;
    this.budget = budget;
    budget.reserve(Owner.OTHER, bytesOf(capacity));
    try {
      this.address = Memory.allocate(bytesOf(capacity), DataFile.DIRECT_ALIGNMENT_BYTES);
      this.bytes = Memory.byteBuffer(address, (int) bytesOf(capacity));
    } catch (Throwable refused) {
      close();
      throw refused;
    }
  }

  private static long bytesOf(int capacity) {
    return (long) capacity * PageLayout.PAGE_BYTES;
  }

  /// How many images there is room for.
  public int capacity() {
    return capacity;
  }

  /// Where image `i` is; the images follow one another.
  public long address(int i) {
    assert i >= 0 && i < capacity && isOpen() : i;
    return address + (long) i * PageLayout.PAGE_BYTES;
  }

  /// Puts the checksum into image `i`.
  ///
  /// @return the checksum
  public int seal(int i) {
    int checksum = checksum(i);
    Memory.putInt(address(i) + PageLayout.CHECKSUM_OFFSET, checksum);
    return checksum;
  }

  /// What the checksum of image `i` should be: of all its bytes but the field for it.
  public int checksum(int i) {
    assert isOpen();
    int start = i * PageLayout.PAGE_BYTES;
    crc.reset();
    update(start, PageLayout.CHECKSUM_OFFSET);
    update(start + AFTER_CHECKSUM, PageLayout.PAGE_BYTES - AFTER_CHECKSUM);
    return (int) crc.getValue();
  }

  /// The checksum that image `i` carries.
  public int carriedChecksum(int i) {
    return Memory.getInt(address(i) + PageLayout.CHECKSUM_OFFSET);
  }

  private void update(int from, int length) {
    bytes.limit(from + length).position(from);
    crc.update(bytes);
  }

  private boolean isOpen() {
    return address != 0;
  }

  /// Gives the memory back; again does nothing.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (address != 0) {
        Memory.free(address);
        address = 0;
      }
      budget.release(Owner.OTHER, bytesOf(capacity));
    }
  }
}
