package org.basaltdb.core.codec;

import org.basaltdb.offheap.memory.Memory;

/// The 24 bytes that stand in a row for a value stored outside it.
///
/// ```text
/// offset  bytes  field
///      0      8  CHAIN_ID    of the page chain that holds the value; every page of it names it
///      8      4  FIRST_PAGE  page number of the first
///     12      4  RESERVED    zero
///     16      8  LENGTH      bytes of the value
/// ```
public final class OverflowPointerLayout {
  public static final int CHAIN_ID_OFFSET = 0;
  public static final int FIRST_PAGE_OFFSET = CHAIN_ID_OFFSET + Long.BYTES;
  public static final int RESERVED_OFFSET = FIRST_PAGE_OFFSET + Integer.BYTES;
  public static final int LENGTH_OFFSET = RESERVED_OFFSET + Integer.BYTES;
  public static final int POINTER_BYTES = LENGTH_OFFSET + Long.BYTES;

  private OverflowPointerLayout() {}

  /// Writes a pointer.
  public static void put(long pointer, long chainId, int firstPage, long length) {
    Memory.putLong(pointer + CHAIN_ID_OFFSET, chainId);
    Memory.putInt(pointer + FIRST_PAGE_OFFSET, firstPage);
    Memory.putInt(pointer + RESERVED_OFFSET, 0);
    Memory.putLong(pointer + LENGTH_OFFSET, length);
  }

  /// The chain that holds the value.
  public static long chainId(long pointer) {
    return Memory.getLong(pointer + CHAIN_ID_OFFSET);
  }

  /// The number of the chain's first page.
  public static int firstPage(long pointer) {
    return Memory.getInt(pointer + FIRST_PAGE_OFFSET);
  }

  /// Bytes of the value.
  public static long length(long pointer) {
    return Memory.getLong(pointer + LENGTH_OFFSET);
  }
}
