package org.basaltdb.core.codec;

import static org.basaltdb.core.codec.RowLayout.FLAGS_OFFSET;
import static org.basaltdb.core.codec.RowLayout.FLAG_GUEST;
import static org.basaltdb.core.codec.RowLayout.FLAG_OVERFLOW;
import static org.basaltdb.core.codec.RowLayout.FLAG_WIDE;
import static org.basaltdb.core.codec.RowLayout.GUEST_TRAILER_BYTES;
import static org.basaltdb.core.codec.RowLayout.HEADER_BYTES;
import static org.basaltdb.core.codec.RowLayout.HEADER_NULL_BITS;
import static org.basaltdb.core.codec.RowLayout.MAX_NARROW_BYTES;
import static org.basaltdb.core.codec.RowLayout.MAX_WIDE_BYTES;
import static org.basaltdb.core.codec.RowLayout.NARROW_END_BYTES;
import static org.basaltdb.core.codec.RowLayout.NARROW_POINTER_BIT;
import static org.basaltdb.core.codec.RowLayout.NULL_BITS_OFFSET;
import static org.basaltdb.core.codec.RowLayout.ROW_BYTES_OFFSET;
import static org.basaltdb.core.codec.RowLayout.SCHEMA_VERSION_OFFSET;
import static org.basaltdb.core.codec.RowLayout.SLOT_OFFSET;
import static org.basaltdb.core.codec.RowLayout.WIDE_END_BYTES;
import static org.basaltdb.core.codec.RowLayout.WIDE_EXTRA_BYTES;
import static org.basaltdb.core.codec.RowLayout.WIDE_POINTER_BIT;
import static org.basaltdb.core.codec.RowLayout.WIDE_TOTAL_BYTES_OFFSET;

import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Works on whole row images: reads their parts, changes some columns of one, and moves large
/// values out of a row and back in. See [RowLayout] for the form of an image.
///
/// A *variable index* counts the columns of variable length in the order of their values;
/// [RowLayout#variableOrdinal] names the column.
///
/// All methods may be called by any thread on images that nobody changes meanwhile; none allocates
/// unless it says so. Images given are trusted: [#findFault] checks one that is not.
public final class RowCodec {
  private RowCodec() {}

  /// The version of the schema that an image was written with.
  public static int schemaVersion(long image) {
    return Memory.getUnsignedShort(image + SCHEMA_VERSION_OFFSET);
  }

  /// Bytes of a narrow image; 0 if it is wide. A guest's trailer counts.
  public static int rowBytes(long image) {
    return Memory.getUnsignedShort(image + ROW_BYTES_OFFSET);
  }

  /// Bytes of an image, narrow or wide.
  public static int imageBytes(long image) {
    return isWide(image) ? Memory.getInt(image + WIDE_TOTAL_BYTES_OFFSET) : rowBytes(image);
  }

  /// The slot of a row in its page.
  public static int slot(long row) {
    return Memory.getUnsignedByte(row + SLOT_OFFSET);
  }

  /// The flags of an image: [RowLayout#FLAG_WIDE], [RowLayout#FLAG_OVERFLOW] and
  /// [RowLayout#FLAG_GUEST].
  public static int flags(long image) {
    return Memory.getUnsignedByte(image + FLAGS_OFFSET);
  }

  /// Whether the image is wide.
  public static boolean isWide(long image) {
    return (flags(image) & FLAG_WIDE) != 0;
  }

  /// Whether some value is replaced by a pointer.
  public static boolean hasOverflow(long image) {
    return (flags(image) & FLAG_OVERFLOW) != 0;
  }

  /// What the offsets of the layout count from: the image, or past the additional header of a wide
  /// one.
  static long base(long image) {
    return image + (long) (flags(image) & FLAG_WIDE) * WIDE_EXTRA_BYTES;
  }

  /// The value of a column of INT or BIGINT that is not NULL.
  public static long integer(RowLayout layout, long image, int ordinal) {
    long value = base(image) + layout.offset(ordinal);
    return layout.width(ordinal) == Integer.BYTES ? Memory.getInt(value) : Memory.getLong(value);
  }

  /// The end of a value as it is stored: the pointer bit of a narrow image moved to that of a wide
  /// one.
  private static int storedEnd(RowLayout layout, long image, boolean wide, int variableIndex) {
    long ends = image + layout.endsOffset();
    if (wide) {
      return Memory.getInt(ends + WIDE_EXTRA_BYTES + (long) WIDE_END_BYTES * variableIndex);
    }
    int end = Memory.getUnsignedShort(ends + (long) NARROW_END_BYTES * variableIndex);
    return (end & NARROW_POINTER_BIT) << 16 | (end & ~NARROW_POINTER_BIT);
  }

  /// Where a value, or the pointer in its place, starts, from the start of the image.
  public static int valueStart(RowLayout layout, long image, int variableIndex) {
    boolean wide = isWide(image);
    if (variableIndex == 0) {
      return wide ? layout.wideValuesOffset() : layout.valuesOffset();
    }
    return storedEnd(layout, image, wide, variableIndex - 1) & ~WIDE_POINTER_BIT;
  }

  /// Where a value, or the pointer in its place, ends, from the start of the image.
  public static int valueEnd(RowLayout layout, long image, int variableIndex) {
    return storedEnd(layout, image, isWide(image), variableIndex) & ~WIDE_POINTER_BIT;
  }

  /// Whether a pointer stands for the value; it is at [#valueStart], in the form of
  /// [OverflowPointerLayout].
  public static boolean isPointer(RowLayout layout, long image, int variableIndex) {
    return storedEnd(layout, image, isWide(image), variableIndex) < 0;
  }

  /// Whether a column is NULL.
  ///
  /// @param ordinal of any column
  public static boolean isNull(RowLayout layout, long image, int ordinal) {
    int bit = layout.nullBit(ordinal);
    return bit >= 0 && (Memory.getByte(nullByte(image, base(image), bit)) >>> (bit & 7) & 1) != 0;
  }

  /// The byte that holds a null bit. The first sixteen stay in the header whatever else shifts.
  static long nullByte(long image, long base, int bit) {
    return (bit < HEADER_NULL_BITS ? image : base) + NULL_BITS_OFFSET + (bit >>> 3);
  }

  /// The image length for values of that total length: narrow if that fits (ROW-1), else wide.
  ///
  /// @throws RowTooLargeException beyond [RowLayout#MAX_WIDE_BYTES]
  static int imageBytes(RowLayout layout, long valueBytes) {
    long narrow = RowLayout.align(layout.valuesOffset() + valueBytes);
    if (narrow <= MAX_NARROW_BYTES) {
      return (int) narrow;
    }
    long wide = RowLayout.align(layout.wideValuesOffset() + valueBytes);
    if (wide > MAX_WIDE_BYTES) {
      throw RowTooLargeException.ofAnyRow(layout.schema().name(), wide, MAX_WIDE_BYTES);
    }
    return (int) wide;
  }

  /// Writes all of the header but the null bits, which are kept.
  static void putHeader(RowLayout layout, long image, int imageBytes, int flags) {
    boolean wide = imageBytes > MAX_NARROW_BYTES;
    Memory.putShort(image + SCHEMA_VERSION_OFFSET, (short) layout.schema().version());
    Memory.putShort(image + ROW_BYTES_OFFSET, (short) (wide ? 0 : imageBytes));
    Memory.putByte(image + SLOT_OFFSET, (byte) 0);
    Memory.putByte(image + FLAGS_OFFSET, (byte) (flags | (wide ? FLAG_WIDE : 0)));
    if (wide) {
      Memory.putLong(image + WIDE_TOTAL_BYTES_OFFSET, imageBytes);
    }
  }

  /// Writes where a value ends.
  static void putEnd(
      RowLayout layout, long image, boolean wide, int variableIndex, int end, boolean pointer) {
    long ends = image + layout.endsOffset();
    if (wide) {
      Memory.putInt(
          ends + WIDE_EXTRA_BYTES + (long) WIDE_END_BYTES * variableIndex,
          pointer ? end | WIDE_POINTER_BIT : end);
    } else {
      Memory.putShort(
          ends + (long) NARROW_END_BYTES * variableIndex,
          (short) (pointer ? end | NARROW_POINTER_BIT : end));
    }
  }

  /// Zeroes what lies between the last value and the end of the image (ROW-2): less than 8 bytes.
  static void pad(long image, int from, int imageBytes) {
    int gap = imageBytes - from;
    assert gap >= 0 && gap < RowLayout.ALIGNMENT : "ROW-2: " + gap + " bytes of padding";
    long address = image + from;
    if ((gap & Integer.BYTES) != 0) {
      Memory.putInt(address, 0);
      address += Integer.BYTES;
    }
    if ((gap & Short.BYTES) != 0) {
      Memory.putShort(address, (short) 0);
      address += Short.BYTES;
    }
    if ((gap & Byte.BYTES) != 0) {
      Memory.putByte(address, (byte) 0);
    }
  }

  /// Copies null bits and fixed columns from one image to another, which may differ in width.
  static void copyFixed(RowLayout layout, long from, long to, boolean toWide) {
    Memory.putShort(to + NULL_BITS_OFFSET, Memory.getShort(from + NULL_BITS_OFFSET));
    long toBase = toWide ? to + WIDE_EXTRA_BYTES : to;
    Memory.copy(
        base(from) + HEADER_BYTES, toBase + HEADER_BYTES, layout.endsOffset() - HEADER_BYTES);
  }

  /// Bytes of the image that [#merge] would make.
  ///
  /// @throws RowTooLargeException if it were too large
  public static int mergedBytes(RowLayout layout, long oldImage, long newImage, long setMask) {
    long valueBytes = 0;
    for (int index = 0; index < layout.variableCount(); index++) {
      long from = isSet(setMask, layout.variableOrdinal(index)) ? newImage : oldImage;
      valueBytes += valueEnd(layout, from, index) - valueStart(layout, from, index);
    }
    return imageBytes(layout, valueBytes);
  }

  /// Makes the image of a row after an update of some of its columns. Pointers in place of values
  /// are carried over as they are; slot and GUEST are not. Time linear in the columns of variable
  /// length, the columns set and the bytes.
  ///
  /// @param oldImage the row as it is, narrow or wide
  /// @param newImage a row with the new values; its other columns are not looked at
  /// @param setMask address of [RowLayout#setMaskWords] words: bit i, the column with ordinal i
  ///   takes its new value
  /// @param destination room for [#mergedBytes]
  /// @return bytes of the image written
  /// @throws RowTooLargeException if it were too large; nothing is written then
  public static int merge(
      RowLayout layout, long oldImage, long newImage, long setMask, long destination) {
    int imageBytes = mergedBytes(layout, oldImage, newImage, setMask);
    boolean wide = imageBytes > MAX_NARROW_BYTES;
    copyFixed(layout, oldImage, destination, wide);
    for (int word = 0; word < layout.setMaskWords(); word++) {
      long left = Memory.getLong(setMask + (long) word * Long.BYTES);
      while (left != 0) {
        int ordinal = word * Long.SIZE + Long.numberOfTrailingZeros(left);
        copyColumn(layout, ordinal, newImage, destination, wide);
        left &= left - 1;
      }
    }
    int to = wide ? layout.wideValuesOffset() : layout.valuesOffset();
    int flags = 0;
    for (int index = 0; index < layout.variableCount(); index++) {
      long from = isSet(setMask, layout.variableOrdinal(index)) ? newImage : oldImage;
      boolean pointer = isPointer(layout, from, index);
      to += copyValue(layout, from, index, destination + to);
      putEnd(layout, destination, wide, index, to, pointer);
      flags |= pointer ? FLAG_OVERFLOW : 0;
    }
    pad(destination, to, imageBytes);
    putHeader(layout, destination, imageBytes, flags);
    return imageBytes;
  }

  private static boolean isSet(long mask, int ordinal) {
    return (Memory.getLong(mask + ((long) (ordinal >>> 6) << 3)) >>> ordinal & 1) != 0;
  }

  /// Copies the null bit of a column and, if it has a fixed length, its value.
  private static void copyColumn(
      RowLayout layout, int ordinal, long from, long to, boolean toWide) {
    long toBase = toWide ? to + WIDE_EXTRA_BYTES : to;
    int bit = layout.nullBit(ordinal);
    if (bit >= 0) {
      long nullByte = nullByte(to, toBase, bit);
      int others = Memory.getByte(nullByte) & ~(1 << (bit & 7));
      int own = isNull(layout, from, ordinal) ? 1 << (bit & 7) : 0;
      Memory.putByte(nullByte, (byte) (others | own));
    }
    long source = base(from) + layout.offset(ordinal);
    long target = toBase + layout.offset(ordinal);
    switch (layout.width(ordinal)) {
      case Byte.BYTES -> Memory.putByte(target, Memory.getByte(source));
      case Integer.BYTES -> Memory.putInt(target, Memory.getInt(source));
      case Long.BYTES -> Memory.putLong(target, Memory.getLong(source));
      case 2 * Long.BYTES -> {
        Memory.putLong(target, Memory.getLong(source));
        Memory.putLong(target + Long.BYTES, Memory.getLong(source + Long.BYTES));
      }
      default -> {} // of variable length: copied with the other values
    }
  }

  /// Copies a value, or the pointer in its place, and returns its length.
  private static int copyValue(RowLayout layout, long image, int variableIndex, long to) {
    int start = valueStart(layout, image, variableIndex);
    int length = valueEnd(layout, image, variableIndex) - start;
    Memory.copy(image + start, to, length);
    return length;
  }

  /// Chooses which values leave the row so that it fits its page: the largest first, until it does;
  /// none if it fits as it is.
  ///
  /// @param image narrow or wide; pointers that it has stay
  /// @param maxStoredBytes what the stored row may have, usually [RowLayout#maxStoredBytes]
  /// @param plan where the choice is put
  /// @throws RowTooLargeException if it would not fit with all of them gone, which no valid schema
  ///   allows at that limit
  public static void spillPlan(RowLayout layout, long image, int maxStoredBytes, SpillPlan plan) {
    plan.begin(layout.variableCount());
    long bytes = layout.valuesOffset();
    for (int index = 0; index < layout.variableCount(); index++) {
      bytes += valueEnd(layout, image, index) - valueStart(layout, image, index);
    }
    while (RowLayout.align(bytes) > maxStoredBytes) {
      int largest = -1;
      int largestBytes = OverflowPointerLayout.POINTER_BYTES;
      for (int index = layout.keyVariableCount(); index < layout.variableCount(); index++) {
        int length = valueEnd(layout, image, index) - valueStart(layout, image, index);
        if (length > largestBytes && !plan.contains(index) && !isPointer(layout, image, index)) {
          largest = index;
          largestBytes = length;
        }
      }
      if (largest < 0) {
        throw RowTooLargeException.ofAnyRow(
            layout.schema().name(), RowLayout.align(bytes), maxStoredBytes);
      }
      plan.add(largest);
      bytes -= largestBytes - OverflowPointerLayout.POINTER_BYTES;
    }
    plan.storedBytes((int) RowLayout.align(bytes));
  }

  /// Writes the row as its page shall hold it, with pointers in place of the values that the plan
  /// takes out.
  ///
  /// @param image the one that the plan was made for
  /// @param pointers address of one pointer of 24 bytes for each value of the plan, in the plan's
  ///   order
  /// @param destination room for the plan's stored bytes
  /// @return bytes written
  public static int writeStored(
      RowLayout layout, long image, SpillPlan plan, long pointers, long destination) {
    copyFixed(layout, image, destination, false);
    int to = layout.valuesOffset();
    int flags = 0;
    long nextPointer = pointers;
    for (int index = 0; index < layout.variableCount(); index++) {
      boolean pointer = true;
      if (plan.contains(index)) {
        Memory.copy(nextPointer, destination + to, OverflowPointerLayout.POINTER_BYTES);
        nextPointer += OverflowPointerLayout.POINTER_BYTES;
        to += OverflowPointerLayout.POINTER_BYTES;
      } else {
        pointer = isPointer(layout, image, index);
        to += copyValue(layout, image, index, destination + to);
      }
      putEnd(layout, destination, false, index, to, pointer);
      flags |= pointer ? FLAG_OVERFLOW : 0;
    }
    pad(destination, to, plan.storedBytes());
    putHeader(layout, destination, plan.storedBytes(), flags);
    return plan.storedBytes();
  }

  /// Whether a pointer stands in the row for a value of the projection.
  public static boolean needsAssembly(RowLayout layout, long row, Projection projection) {
    if (!hasOverflow(row)) {
      return false;
    }
    for (int index = 0; index < layout.variableCount(); index++) {
      if (projection.includesVariable(index) && isPointer(layout, row, index)) {
        return true;
      }
    }
    return false;
  }

  /// Bytes of the image that [#assemble] makes of a stored row.
  ///
  /// @throws RowTooLargeException if it were too large
  public static int assembledBytes(RowLayout layout, long row, Projection projection) {
    long valueBytes = 0;
    for (int index = 0; index < layout.variableCount(); index++) {
      valueBytes += assembledLength(layout, row, index, projection);
    }
    return imageBytes(layout, valueBytes);
  }

  private static int assembledLength(
      RowLayout layout, long row, int variableIndex, Projection projection) {
    int start = valueStart(layout, row, variableIndex);
    if (!isPointer(layout, row, variableIndex)) {
      return valueEnd(layout, row, variableIndex) - start;
    }
    return projection.includesVariable(variableIndex)
        ? (int) OverflowPointerLayout.length(row + start)
        : 0;
  }

  /// Makes an image without pointers of a stored row, with the places of overflow values left open:
  /// after it the caller fetches each value with a pointer in the row (and in the projection) to
  /// [#valueStart] of the image. Values outside the projection become empty.
  ///
  /// @param row a narrow row with pointers
  /// @param destination room for [#assembledBytes]
  /// @return bytes of the image
  public static int assemble(RowLayout layout, long row, Projection projection, long destination) {
    int imageBytes = assembledBytes(layout, row, projection);
    boolean wide = imageBytes > MAX_NARROW_BYTES;
    copyFixed(layout, row, destination, wide);
    int to = wide ? layout.wideValuesOffset() : layout.valuesOffset();
    for (int index = 0; index < layout.variableCount(); index++) {
      if (isPointer(layout, row, index)) {
        to += assembledLength(layout, row, index, projection);
      } else {
        to += copyValue(layout, row, index, destination + to);
      }
      putEnd(layout, destination, wide, index, to, false);
    }
    pad(destination, to, imageBytes);
    putHeader(layout, destination, imageBytes, 0);
    return imageBytes;
  }

  /// Makes an image without pointers of a stored row whose overflow values are already in memory.
  ///
  /// @param valueAddresses address of one address for each value with a pointer, by variable index
  /// @param destination room for [#assembledBytes]
  /// @return bytes of the image
  public static int assemble(RowLayout layout, long row, long valueAddresses, long destination) {
    int imageBytes = assemble(layout, row, layout.everything(), destination);
    long next = valueAddresses;
    for (int index = 0; index < layout.variableCount(); index++) {
      if (isPointer(layout, row, index)) {
        int start = valueStart(layout, destination, index);
        Memory.copy(
            Memory.getLong(next),
            destination + start,
            valueEnd(layout, destination, index) - start);
        next += Long.BYTES;
      }
    }
    return imageBytes;
  }

  /// Says what is wrong with an image that comes from outside, such as a log record, or returns
  /// null if it can be trusted. Reads nothing beyond the given length. Allocates only where
  /// something is wrong.
  ///
  /// @param bytes how many bytes were given
  public static @Nullable String findFault(RowLayout layout, long image, int bytes) {
    if (bytes < layout.minRowBytes()) {
      return bytes + " bytes, expected at least " + layout.minRowBytes();
    }
    int version = schemaVersion(image);
    if (version != layout.schema().version()) {
      return "schema version " + version + ", expected " + layout.schema().version();
    }
    boolean wide = isWide(image);
    if (wide && bytes < layout.wideValuesOffset()) {
      return bytes + " bytes, expected at least " + layout.wideValuesOffset() + " in a wide image";
    }
    int length = imageBytes(image);
    if (length != bytes || (length & RowLayout.ALIGNMENT - 1) != 0) {
      return "an image of " + length + " bytes, expected " + bytes + ", a multiple of 8";
    }
    int trailer = (flags(image) & FLAG_GUEST) == 0 ? 0 : GUEST_TRAILER_BYTES;
    int end = wide ? layout.wideValuesOffset() : layout.valuesOffset();
    boolean overflow = false;
    for (int index = 0; index < layout.variableCount(); index++) {
      int next = valueEnd(layout, image, index);
      boolean pointer = isPointer(layout, image, index);
      if (next < end
          || next > length - trailer
          || (pointer
              && (next - end != OverflowPointerLayout.POINTER_BYTES
                  || index < layout.keyVariableCount()))) {
        return (pointer ? "a pointer" : "a value")
            + (" of variable index " + index + " from " + end + " to " + next)
            + (" in an image of " + length + " bytes");
      }
      overflow |= pointer;
      end = next;
    }
    if (overflow != hasOverflow(image)) {
      return "the OVERFLOW flag is " + hasOverflow(image) + ", expected " + overflow;
    }
    return RowLayout.align(end) == length - trailer
        ? null
        : "values up to " + end + " in an image of " + length + " bytes";
  }
}
