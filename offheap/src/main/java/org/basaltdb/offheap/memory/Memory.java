package org.basaltdb.offheap.memory;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.Objects;

/// Reads and writes native memory by address.
///
/// There is one segment, [#ALL], and an address is an offset into it. Every accessor of the engine
/// goes through this class, so that the compiler sees one kind of segment at every call site: a
/// second kind at one site would cost up to thirty times the access.
///
/// Byte order is little-endian everywhere, as in every format of the engine. Plain accessors need
/// no alignment. Accessors that name an access mode (acquire, release, opaque, volatile,
/// compare-and-set) need natural alignment and throw [IllegalArgumentException] without it. None
/// allocates, and each is one machine access unless it says otherwise.
///
/// No address is checked against what was allocated: an address that was never obtained from
/// [Region], [#allocate] or another owner in this package may end the process. Callers that read
/// optimistically mask and clamp before they come here.
///
/// Thread rules: all methods may be called by any thread; ordering between threads is what the
/// named access mode gives, no more.
public final class Memory {
  /// Bits of the longest address that a processor has for a process.
  private static final int ADDRESS_SIZE_BITS = 56;

  /// The length of [#ALL] where it is the whole address space: twice as long as an address can be.
  /// So the compiler sees that a copy from a bounded address ends within, which it cannot where the
  /// sum of both might overflow.
  static final long WHOLE_BYTES = 1L << (ADDRESS_SIZE_BITS + 1);

  /// All the memory the engine can address, as one segment that is never closed.
  ///
  /// Where native access is granted this is the whole address space and an offset is an address of
  /// the machine. Where it is denied it is one private mapping made by the JDK alone (see
  /// [PortableMemory]); an offset is then an address within that mapping.
  public static final MemorySegment ALL = wholeAddressSpace();

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  private static final VarHandle BYTE_WORD =
      ValueLayout.JAVA_BYTE.varHandle().withInvokeExactBehavior();
  private static final VarHandle INT_WORD =
      ValueLayout.JAVA_INT.withOrder(LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
  private static final VarHandle LONG_WORD =
      ValueLayout.JAVA_LONG.withOrder(LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();

  /// The bits that the address of an aligned long can have.
  private static final long ADDRESS_BITS = (1L << ADDRESS_SIZE_BITS) - Long.BYTES;

  private Memory() {}

  /// The same 8-byte aligned address, and what the compiler needs to know about it: that it is
  /// positive, far from the end of the segment, and aligned. Accesses at small known distances from
  /// a bounded address are single instructions; at any other address each brings two comparisons
  /// and branches along. Hot loops bound their bases once; elsewhere it is not worth a line.
  public static long bounded(long address) {
    assert (address & ADDRESS_BITS) == address : "address 0x" + Long.toHexString(address);
    return address & ADDRESS_BITS;
  }

  @SuppressWarnings("restricted") // the one place that makes the segment
  private static MemorySegment wholeAddressSpace() {
    try {
      return MemorySegment.NULL.reinterpret(WHOLE_BYTES);
    } catch (IllegalCallerException accessDenied) {
      return PortableMemory.mapBoundedSpace();
    }
  }

  /// Reads the byte at `address`.
  public static byte getByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address);
  }

  /// Writes the byte at `address`.
  public static void putByte(long address, byte value) {
    ALL.set(ValueLayout.JAVA_BYTE, address, value);
  }

  /// Reads the byte at `address` as 0 to 255.
  public static int getUnsignedByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xFF;
  }

  /// Reads two bytes at `address`.
  public static short getShort(long address) {
    return ALL.get(SHORT, address);
  }

  /// Writes two bytes at `address`.
  public static void putShort(long address, short value) {
    ALL.set(SHORT, address, value);
  }

  /// Reads two bytes at `address` as 0 to 65,535.
  public static int getUnsignedShort(long address) {
    return ALL.get(SHORT, address) & 0xFFFF;
  }

  /// Reads four bytes at `address`.
  public static int getInt(long address) {
    return ALL.get(INT, address);
  }

  /// Writes four bytes at `address`.
  public static void putInt(long address, int value) {
    ALL.set(INT, address, value);
  }

  /// Reads eight bytes at `address`.
  public static long getLong(long address) {
    return ALL.get(LONG, address);
  }

  /// Writes eight bytes at `address`.
  public static void putLong(long address, long value) {
    ALL.set(LONG, address, value);
  }

  /// Reads the IEEE 754 single at `address`; the bits of a NaN are kept.
  public static float getFloat(long address) {
    return Float.intBitsToFloat(ALL.get(INT, address));
  }

  /// Writes an IEEE 754 single at `address`; the bits of a NaN are kept.
  public static void putFloat(long address, float value) {
    ALL.set(INT, address, Float.floatToRawIntBits(value));
  }

  /// Reads the IEEE 754 double at `address`; the bits of a NaN are kept.
  public static double getDouble(long address) {
    return Double.longBitsToDouble(ALL.get(LONG, address));
  }

  /// Writes an IEEE 754 double at `address`; the bits of a NaN are kept.
  public static void putDouble(long address, double value) {
    ALL.set(LONG, address, Double.doubleToRawLongBits(value));
  }

  /// Reads the byte at `address`, never cached or invented by the compiler; orders nothing.
  public static byte getByteOpaque(long address) {
    return (byte) BYTE_WORD.getOpaque(ALL, address);
  }

  /// Writes the byte at `address`, never elided by the compiler; orders nothing.
  public static void putByteOpaque(long address, byte value) {
    BYTE_WORD.setOpaque(ALL, address, value);
  }

  /// Reads the byte at `address`; no later access moves before it. Partner: [#putByteRelease].
  public static byte getByteAcquire(long address) {
    return (byte) BYTE_WORD.getAcquire(ALL, address);
  }

  /// Writes the byte at `address`; no earlier access moves after it. Partner: [#getByteAcquire].
  public static void putByteRelease(long address, byte value) {
    BYTE_WORD.setRelease(ALL, address, value);
  }

  /// Reads the aligned int at `address`, never cached or invented by the compiler; orders nothing.
  public static int getIntOpaque(long address) {
    return (int) INT_WORD.getOpaque(ALL, address);
  }

  /// Writes the aligned int at `address`, never elided by the compiler; orders nothing.
  public static void putIntOpaque(long address, int value) {
    INT_WORD.setOpaque(ALL, address, value);
  }

  /// Reads the aligned int at `address`; no later access moves before it. Partner:
  /// [#putIntRelease].
  public static int getIntAcquire(long address) {
    return (int) INT_WORD.getAcquire(ALL, address);
  }

  /// Writes the aligned int at `address`; no earlier access moves after it. Partner:
  /// [#getIntAcquire].
  public static void putIntRelease(long address, int value) {
    INT_WORD.setRelease(ALL, address, value);
  }

  /// Reads the aligned int at `address`, sequentially consistent.
  public static int getIntVolatile(long address) {
    return (int) INT_WORD.getVolatile(ALL, address);
  }

  /// Writes the aligned int at `address`, sequentially consistent.
  public static void putIntVolatile(long address, int value) {
    INT_WORD.setVolatile(ALL, address, value);
  }

  /// Sets the aligned int at `address` to `value` if it holds `expected`; sequentially consistent.
  ///
  /// @return whether it did
  public static boolean compareAndSetInt(long address, int expected, int value) {
    return (boolean) INT_WORD.compareAndSet(ALL, address, expected, value);
  }

  /// Reads the aligned long at `address`, never cached or invented by the compiler; orders nothing.
  public static long getLongOpaque(long address) {
    return (long) LONG_WORD.getOpaque(ALL, address);
  }

  /// Writes the aligned long at `address`, never elided by the compiler; orders nothing.
  public static void putLongOpaque(long address, long value) {
    LONG_WORD.setOpaque(ALL, address, value);
  }

  /// Reads the aligned long at `address`; no later access moves before it. Partner:
  /// [#putLongRelease].
  public static long getLongAcquire(long address) {
    return (long) LONG_WORD.getAcquire(ALL, address);
  }

  /// Writes the aligned long at `address`; no earlier access moves after it. Partner:
  /// [#getLongAcquire].
  public static void putLongRelease(long address, long value) {
    LONG_WORD.setRelease(ALL, address, value);
  }

  /// Reads the aligned long at `address`, sequentially consistent.
  public static long getLongVolatile(long address) {
    return (long) LONG_WORD.getVolatile(ALL, address);
  }

  /// Writes the aligned long at `address`, sequentially consistent.
  public static void putLongVolatile(long address, long value) {
    LONG_WORD.setVolatile(ALL, address, value);
  }

  /// Sets the aligned long at `address` to `value` if it holds `expected`; sequentially consistent.
  ///
  /// @return whether it did
  public static boolean compareAndSetLong(long address, long expected, long value) {
    return (boolean) LONG_WORD.compareAndSet(ALL, address, expected, value);
  }

  /// Adds `delta` to the aligned long at `address`; sequentially consistent.
  ///
  /// @return the value before
  public static long getAndAddLong(long address, long delta) {
    return (long) LONG_WORD.getAndAdd(ALL, address, delta);
  }

  /// Copies `length` bytes, as if through a buffer when the ranges overlap. A concurrent writer may
  /// tear the copy anywhere, which is what optimistic readers expect.
  public static void copy(long source, long destination, long length) {
    MemorySegment.copy(ALL, source, ALL, destination, length);
  }

  /// Copies `length` bytes, a multiple of 8; the ranges may overlap.
  ///
  /// The JDK's copy is the fastest there is at every length: 3 ns for 24 bytes and for 104, where a
  /// loop of words takes 4 and 6.
  public static void copyWords(long source, long destination, long length) {
    assert (length & 7) == 0 : "length " + length + " is not a multiple of 8";
    MemorySegment.copy(ALL, source, ALL, destination, length);
  }

  /// Sets `length` bytes at `address` to `value`.
  public static void fill(long address, long length, byte value) {
    ALL.asSlice(address, length).fill(value);
  }

  /// Copies `length` bytes of `source`, from index `sourceOffset`, to `destination`.
  ///
  /// @throws IndexOutOfBoundsException if the array is shorter
  public static void copyFromArray(byte[] source, int sourceOffset, long destination, int length) {
    MemorySegment.copy(source, sourceOffset, ALL, ValueLayout.JAVA_BYTE, destination, length);
  }

  /// Copies `length` bytes at `source` into `destination`, from index `destinationOffset` on.
  ///
  /// @throws IndexOutOfBoundsException if the array is shorter
  public static void copyToArray(
      long source, byte[] destination, int destinationOffset, int length) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, destination, destinationOffset, length);
  }

  /// Whether `length` bytes at `left` and at `right` are the same.
  public static boolean equal(long left, long right, long length) {
    // counted by an int: the compiler then checks the range once and not with every word
    int words = Math.toIntExact(length >>> 3);
    for (int word = 0; word < words; word++) {
      if (ALL.get(LONG, left + 8L * word) != ALL.get(LONG, right + 8L * word)) {
        return false;
      }
    }
    for (long offset = 8L * words; offset < length; offset++) {
      if (getByte(left + offset) != getByte(right + offset)) {
        return false;
      }
    }
    return true;
  }

  /// Compares two byte strings as `memcmp` does, byte by byte, unsigned; a string sorts before its
  /// own extensions.
  ///
  /// @return negative, zero or positive as `left` sorts before, with or after `right`
  public static int compareUnsigned(long left, int leftLength, long right, int rightLength) {
    int common = Math.min(leftLength, rightLength);
    int offset = 0;
    for (; offset <= common - 8; offset += 8) {
      long leftWord = ALL.get(LONG, left + offset);
      long rightWord = ALL.get(LONG, right + offset);
      if (leftWord != rightWord) {
        return Long.compareUnsigned(Long.reverseBytes(leftWord), Long.reverseBytes(rightWord));
      }
    }
    for (; offset < common; offset++) {
      int difference = getUnsignedByte(left + offset) - getUnsignedByte(right + offset);
      if (difference != 0) {
        return difference;
      }
    }
    return Integer.compare(leftLength, rightLength);
  }

  /// A byte buffer over `length` bytes at `address`, for the calls of the JDK that need one.
  /// Allocates: not for hot paths.
  public static ByteBuffer byteBuffer(long address, int length) {
    return ALL.asSlice(address, length).asByteBuffer();
  }

  /// Allocates zeroed memory for structures that are few and long-lived: session buffers, slot
  /// tables, staging buffers. The caller accounts for it. Takes a process-wide lock and touches the
  /// memory: never for hot paths.
  ///
  /// @param bytes at least 1
  /// @param alignment in bytes, a power of two from 1 to 4096
  /// @return the address, never 0
  /// @throws IllegalArgumentException if a parameter is out of range
  /// @throws BudgetExhaustedException if the system has no more memory
  public static long allocate(long bytes, long alignment) {
    return NativeHeap.allocate(bytes, alignment);
  }

  /// Gives memory from [#allocate] back. The caller guarantees that no thread uses it any more.
  ///
  /// @throws IllegalArgumentException if `address` was not allocated or was freed before; nothing
  ///   is changed then
  public static void free(long address) {
    NativeHeap.free(address);
  }

  /// How many bytes are out through [#allocate] now, in the whole process.
  public static long allocatedBytes() {
    return NativeHeap.allocatedBytes();
  }

  /// Checks that `[address, address + length)` has the shape of a range, for callers that take both
  /// from outside.
  ///
  /// @throws IndexOutOfBoundsException if `length` is negative or the range leaves the address
  ///   space
  public static void checkRange(long address, long length) {
    Objects.checkFromIndexSize(address, length, ALL.byteSize());
  }
}
