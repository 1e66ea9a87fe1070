package org.basaltdb.core.codec;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.MalformedTextException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.error.ValueTooLongException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// Collects the values of one row or key. Columns of fixed length go straight to their place in the
/// image; values of variable length are staged in any order and put in line when the image is made.
/// What was set stays until it is set anew or cleared.
///
/// Callers check the type against [#codes] first; the methods here check lengths and text. A value
/// that is refused leaves the one before it in place.
///
/// Confined to one thread at a time. Setting a value allocates nothing on the heap, and native
/// memory only when the buffer has to grow.
public abstract sealed class FieldWriter permits RowImageWriter, KeyImageWriter {
  /// What a cleared buffer keeps at most, so that one huge value does not stay for the life of a
  /// session.
  static final int RETAINED_BYTES = 1 << 20;

  private static final int SMALLEST_STAGING_BYTES = 1024;

  /// Texts up to this length are encoded without being measured first.
  private static final int UNMEASURED_CHARS = 1024;

  private static final int CHUNK_BYTES = 256;

  private static final byte[] NO_CODES = {};

  private final RowLayout layout;
  private final Column[] fields;
  private final int[] offsets;
  private final int[] nullBits;
  private final NativeBuffer block;
  private final NativeBuffer staging;
  private final long setMask;
  private final long base;
  private final long blank;
  private final int blankBytes;

  /// Where a text of ASCII goes on its way to native memory.
  private final byte[] chunk = new byte[CHUNK_BYTES];

  /// By variable index: where the value is staged, how much room it has there, how long it is.
  private final int[] starts;

  private final int[] capacities;
  private final int[] lengths;

  private byte[] codes;
  private int stagedBytes;
  private long valueBytes;
  private @Nullable String closer;

  /// @param fields by number
  /// @param codes one [FieldCode] a field
  /// @param offsets by field: where it stands in the image, or its variable index
  /// @param nullBits by field: its null bit, or -1
  /// @param imageBytes room for the image
  /// @param clearedBytes how much of the image's beginning [#clearValues] resets, a multiple of 8
  FieldWriter(
      RowLayout layout,
      Column[] fields,
      byte[] codes,
      int[] offsets,
      int[] nullBits,
      int variableCount,
      int imageBytes,
      int clearedBytes,
      MemoryBudget budget) {
    this.layout = layout;
    this.fields = fields;
    this.codes = codes;
    this.offsets = offsets;
    this.nullBits = nullBits;
    this.starts = new int[variableCount];
    this.capacities = new int[variableCount];
    this.lengths = new int[variableCount];
    this.block = new NativeBuffer(budget);
    this.staging = new NativeBuffer(budget);
    int setMaskBytes = (fields.length + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
    this.blankBytes = setMaskBytes + clearedBytes;
    block.replace(blankBytes + setMaskBytes + RowLayout.align(imageBytes));
    this.blank = block.address();
    this.setMask = blank + blankBytes;
    this.base = setMask + setMaskBytes;
  }

  /// The layout of the table.
  public final RowLayout layout() {
    return layout;
  }

  /// One [FieldCode] a field; none once the writer is freed.
  public final byte[] codes() {
    return codes;
  }

  /// The column behind a field.
  public final Column field(int field) {
    return fields[field];
  }

  /// What this is, for messages.
  abstract String described();

  /// Makes sure that there is memory to work on.
  ///
  /// @throws ClosedException once the writer is freed
  public final void checkOpen() {
    if (closer != null) {
      throw new ClosedException(described() + " of table '" + layout.schema().name() + "'", closer);
    }
  }

  /// Where the image is being built.
  final long base() {
    return base;
  }

  /// Address of one bit a field: it was set. Valid until the writer is freed.
  public final long setMask() {
    return setMask;
  }

  /// Bytes of all values of variable length.
  final long valueBytes() {
    return valueBytes;
  }

  /// Whether the field was set since the last clear.
  ///
  /// @throws ClosedException once the writer is freed
  public final boolean isSet(int field) {
    checkOpen();
    return (Memory.getLong(setMask + ((long) (field >>> 6) << 3)) >>> field & 1) != 0;
  }

  private void markSet(int field) {
    long word = setMask + ((long) (field >>> 6) << 3);
    Memory.putLong(word, Memory.getLong(word) | 1L << field);
    int bit = nullBits[field];
    if (bit >= 0) {
      long nullByte = RowCodec.nullByte(base, base, bit);
      Memory.putByte(nullByte, (byte) (Memory.getByte(nullByte) & ~(1 << (bit & 7))));
    }
  }

  /// Sets a field of 1 byte.
  public final void putByte(int field, byte value) {
    Memory.putByte(base + offsets[field], value);
    markSet(field);
  }

  /// Sets a field of 4 bytes.
  public final void putInt(int field, int value) {
    Memory.putInt(base + offsets[field], value);
    markSet(field);
  }

  /// Sets a field of 8 bytes.
  public final void putLong(int field, long value) {
    Memory.putLong(base + offsets[field], value);
    markSet(field);
  }

  /// Sets a field of 16 bytes.
  public final void putLongs(int field, long first, long second) {
    Memory.putLong(base + offsets[field], first);
    Memory.putLong(base + offsets[field] + Long.BYTES, second);
    markSet(field);
  }

  /// Writes a fixed field of 4 or 8 bytes without marking it set.
  final void putUnmarked(int field, long value) {
    if (layout.width(fields[field].ordinal()) == Long.BYTES) {
      Memory.putLong(base + offsets[field], value);
    } else {
      Memory.putInt(base + offsets[field], (int) value);
    }
  }

  /// Sets a field that takes NULL to NULL.
  public final void putNull(int field) {
    int width = fields[field].fixedBytes();
    if (width == 0) {
      valueBytes -= lengths[offsets[field]];
      lengths[offsets[field]] = 0;
    }
    for (int i = 0; i < width; i++) {
      Memory.putByte(base + offsets[field] + i, (byte) 0);
    }
    markSet(field);
    int bit = nullBits[field];
    assert bit >= 0 : "ROW-3: " + fields[field] + " has no null bit";
    long nullByte = RowCodec.nullByte(base, base, bit);
    Memory.putByte(nullByte, (byte) (Memory.getByte(nullByte) | 1 << (bit & 7)));
  }

  /// Sets a VARCHAR field to the UTF-8 of a text.
  ///
  /// @throws ValueTooLongException past the column's limit
  /// @throws MalformedTextException if a surrogate stands alone
  public final void putText(int field, CharSequence text) {
    int chars = text.length();
    int limit = fields[field].maxLength();
    if (chars <= limit && text instanceof String string && Utf8.isAscii(string, chunk)) {
      // nothing can be refused any more
      Memory.copyFromArray(chunk, 0, place(field, chars), chars);
      return;
    }
    long room = (long) Utf8.MAX_BYTES_PER_CHAR * chars;
    if (chars > UNMEASURED_CHARS || chars > limit) {
      room = Utf8.length(text);
      if (room < 0) {
        throw unpairedSurrogate(field, text, (int) ~room);
      }
      checkLength(field, room);
    }
    long to = candidate((int) room);
    int bytes = Utf8.encode(text, to, to + room);
    if (bytes < 0) {
      throw unpairedSurrogate(field, text, ~bytes);
    }
    if (bytes > limit) {
      checkLength(field, bytes);
    }
    accept(field, bytes);
  }

  /// Sets a VARCHAR or VARBINARY field to some bytes of an array.
  ///
  /// @throws IndexOutOfBoundsException if the array has no such bytes
  /// @throws ValueTooLongException past the column's limit
  /// @throws MalformedTextException if the column is VARCHAR and the bytes are not UTF-8
  public final void putBytes(int field, byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    checkLength(field, length);
    if (isText(field)) {
      long to = candidate(length);
      Memory.copyFromArray(source, offset, to, length);
      checkText(field, to, length);
      accept(field, length);
    } else {
      Memory.copyFromArray(source, offset, place(field, length), length);
    }
  }

  /// Sets a VARCHAR or VARBINARY field to some bytes of a segment.
  ///
  /// @throws IndexOutOfBoundsException if the segment has no such bytes
  /// @throws ValueTooLongException past the column's limit
  /// @throws MalformedTextException if the column is VARCHAR and the bytes are not UTF-8
  public final void putBytes(int field, MemorySegment source, long offset, long length) {
    checkLength(field, length);
    long to = candidate((int) length);
    MemorySegment.copy(source, offset, Memory.ALL, to, length);
    if (isText(field)) {
      checkText(field, to, (int) length);
    }
    accept(field, (int) length);
  }

  private void checkLength(int field, long bytes) {
    if (bytes > fields[field].maxLength()) {
      throw new ValueTooLongException(
          layout.schema().name(), fields[field].name(), bytes, fields[field].maxLength());
    }
  }

  private boolean isText(int field) {
    return (codes[field] & FieldCode.TYPE_MASK) == FieldCode.VARCHAR;
  }

  private void checkText(int field, long address, int length) {
    int fault = Utf8.findFault(address, length);
    if (fault >= 0) {
      throw new MalformedTextException(
          layout.schema().name(),
          fields[field].name(),
          fault,
          String.format("byte 0x%02X", Memory.getUnsignedByte(address + fault)));
    }
  }

  private MalformedTextException unpairedSurrogate(int field, CharSequence text, int index) {
    return new MalformedTextException(
        layout.schema().name(),
        fields[field].name(),
        index,
        String.format("unpaired surrogate U+%04X", (int) text.charAt(index)));
  }

  /// Where a value may be written before it is accepted.
  private long candidate(int bytes) {
    if (bytes < 0) {
      throw new IndexOutOfBoundsException("length " + bytes + ", expected 0 or more");
    }
    if (staging.capacityBytes() - stagedBytes < bytes) {
      rebuild(bytes);
    }
    return staging.address() + stagedBytes;
  }

  /// Takes over the value written at the candidate's place.
  private void accept(int field, int bytes) {
    long candidate = staging.address() + stagedBytes;
    long to = place(field, bytes);
    if (to != candidate) {
      Memory.copy(candidate, to, bytes);
    }
  }

  /// Gives a value that is not refused any more its place: where the one before it was if there is
  /// room, else behind all others. The caller writes the value.
  private long place(int field, int bytes) {
    int index = offsets[field];
    long total = valueBytes - lengths[index] + bytes;
    if (total > RowLayout.MAX_WIDE_BYTES) {
      throw RowTooLargeException.ofAnyRow(layout.schema().name(), total, RowLayout.MAX_WIDE_BYTES);
    }
    if (bytes > capacities[index]) {
      candidate(bytes); // makes room
      starts[index] = stagedBytes;
      capacities[index] = RowLayout.align(bytes);
      stagedBytes += capacities[index];
    }
    lengths[index] = bytes;
    valueBytes = total;
    markSet(field);
    return staging.address() + starts[index];
  }

  /// Moves the values that are in use, close together, to memory with room for one more.
  private void rebuild(int moreBytes) {
    int used = 0;
    for (int length : lengths) {
      used += RowLayout.align(length);
    }
    int needed = used + moreBytes;
    long oldAddress = staging.address();
    int oldBytes = staging.capacityBytes();
    staging.replace(Math.max(SMALLEST_STAGING_BYTES, RowLayout.align(needed + needed / 2)));
    int to = 0;
    for (int index = 0; index < lengths.length; index++) {
      Memory.copy(oldAddress + starts[index], staging.address() + to, lengths[index]);
      starts[index] = to;
      capacities[index] = RowLayout.align(lengths[index]);
      to += capacities[index];
    }
    stagedBytes = to;
    staging.release(oldAddress, oldBytes);
  }

  /// Bytes of a value.
  final int length(int variableIndex) {
    return lengths[variableIndex];
  }

  /// Copies a value.
  final void copyValue(int variableIndex, long to) {
    Memory.copy(staging.address() + starts[variableIndex], to, lengths[variableIndex]);
  }

  /// Has [#clearValues] bring back what the image begins with now, nothing being set.
  final void saveBlank() {
    Memory.copy(setMask, blank, blankBytes);
  }

  /// Forgets the values of variable length and what was set. Buffers past a megabyte are given
  /// back.
  final void clearValues() {
    for (int index = 0; index < lengths.length; index++) {
      lengths[index] = 0;
      capacities[index] = 0;
    }
    stagedBytes = 0;
    valueBytes = 0;
    Memory.copy(blank, setMask, blankBytes);
    if (staging.capacityBytes() > RETAINED_BYTES) {
      staging.free();
    }
  }

  /// Gives the memory back. Every use after it is refused, naming who did. May be called again.
  ///
  /// @param who what errors name, for instance `Session.close()`
  public void free(String who) {
    if (closer == null) {
      closer = who;
      codes = NO_CODES;
      block.free();
      staging.free();
    }
  }
}
