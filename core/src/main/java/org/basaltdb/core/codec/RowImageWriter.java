package org.basaltdb.core.codec;

import org.basaltdb.core.error.AutoIncrementOverflowException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.InvalidKeyException;
import org.basaltdb.core.error.NullValueException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Builds row images, one after the other. Fields are numbered as the columns.
///
/// Confined to one thread at a time. An image stays valid until the next call that sets, clears,
/// encodes or frees.
public final class RowImageWriter extends FieldWriter {
  private final RowLayout layout;
  private final NativeBuffer wide;
  private final int autoIncrementOrdinal;
  private boolean generated;
  private int imageBytes;

  /// A writer with nothing set.
  ///
  /// @param budget what its memory is accounted to
  public RowImageWriter(RowLayout layout, MemoryBudget budget) {
    super(
        layout,
        layout.schema().storedColumns().toArray(new Column[0]),
        layout.codes(),
        layout.offsets(),
        layout.nullBits(),
        layout.variableCount(),
        layout.maxNarrowBytes(),
        layout.minRowBytes(),
        budget);
    this.layout = layout;
    this.wide = new NativeBuffer(budget);
    this.autoIncrementOrdinal = layout.schema().autoIncrementOrdinal();
    setAllNull();
    RowCodec.putHeader(layout, base(), layout.minRowBytes(), 0);
    saveBlank();
  }

  private void setAllNull() {
    int nullable = layout.nullableCount();
    long nullBits = base() + RowLayout.NULL_BITS_OFFSET;
    int bit = 0;
    for (; bit + Byte.SIZE <= nullable; bit += Byte.SIZE) {
      Memory.putByte(nullBits + bit / Byte.SIZE, (byte) -1);
    }
    if (bit < nullable) {
      Memory.putByte(nullBits + bit / Byte.SIZE, (byte) ((1 << (nullable - bit)) - 1));
    }
  }

  /// Forgets all that was set: nullable columns are NULL, the others have no value.
  ///
  /// @throws ClosedException once the writer is freed
  public void clear() {
    checkOpen();
    clearValues();
    if (wide.capacityBytes() > RETAINED_BYTES) {
      wide.free();
    }
    generated = false;
  }

  /// Whether the table numbers its rows and this one has no number of its own, so that an insert
  /// has to [#generate] one.
  public boolean needsGeneratedKey() {
    return autoIncrementOrdinal >= 0 && !isSet(autoIncrementOrdinal);
  }

  /// Gives the next image its number. It counts for that image only.
  ///
  /// @throws AutoIncrementOverflowException if the column cannot hold it
  /// @throws ClosedException once the writer is freed
  public void generate(long number) {
    checkOpen();
    if (number <= 0
        || (layout.width(autoIncrementOrdinal) == Integer.BYTES && number > Integer.MAX_VALUE)) {
      throw new AutoIncrementOverflowException(
          layout.schema().name(),
          field(autoIncrementOrdinal).name(),
          layout.width(autoIncrementOrdinal) == Integer.BYTES ? Integer.MAX_VALUE : Long.MAX_VALUE);
    }
    putUnmarked(autoIncrementOrdinal, number);
    generated = true;
  }

  /// Makes the image of a whole row. Columns that were not set are NULL.
  ///
  /// @return the address of the image
  /// @throws NullValueException if a NOT NULL column has no value
  /// @throws InvalidKeyException if the key has no byte
  /// @throws RowTooLargeException if the row is too large
  /// @throws ClosedException once the writer is freed
  public long encodeRow() {
    checkOpen();
    long[] required = layout.requiredColumns();
    for (int word = 0; word < required.length; word++) {
      long missing = required[word] & ~Memory.getLong(setMask() + (long) word * Long.BYTES);
      if (missing != 0) {
        checkMissing(word, missing);
      }
    }
    generated = false;
    return encode();
  }

  private void checkMissing(int word, long missing) {
    long left = missing;
    if (generated && autoIncrementOrdinal >>> 6 == word) {
      left &= ~(1L << autoIncrementOrdinal);
    }
    if (left != 0) {
      Column column = field(word * Long.SIZE + Long.numberOfTrailingZeros(left));
      throw new NullValueException(layout.schema().name(), column.name(), "no value");
    }
  }

  /// Makes the image for an update: the key and the columns to change, told by [#setMask].
  ///
  /// @return the address of the image
  /// @throws InvalidKeyException if a key column was not set, or the key has no byte
  /// @throws RowTooLargeException if the row is too large
  /// @throws ClosedException once the writer is freed
  public long encodeUpdate() {
    checkOpen();
    long[] key = layout.keyColumns();
    for (int word = 0; word < key.length; word++) {
      long missing = key[word] & ~Memory.getLong(setMask() + (long) word * Long.BYTES);
      if (missing != 0) {
        Column column = field(word * Long.SIZE + Long.numberOfTrailingZeros(missing));
        throw KeyImageWriter.notSet(layout, column);
      }
    }
    return encode();
  }

  /// Bytes of the image made last.
  public int imageBytes() {
    return imageBytes;
  }

  private long encode() {
    if (layout.isFixedSize()) {
      // the header is that of every row
      imageBytes = layout.minRowBytes();
      return base();
    }
    checkKeyBytes();
    int bytes = RowCodec.imageBytes(layout, valueBytes());
    boolean isWide = bytes > RowLayout.MAX_NARROW_BYTES;
    long image = base();
    if (isWide) {
      wide.ensure(bytes);
      image = wide.address();
      RowCodec.copyFixed(layout, base(), image, true);
    }
    int to = isWide ? layout.wideValuesOffset() : layout.valuesOffset();
    for (int index = 0; index < layout.variableCount(); index++) {
      copyValue(index, image + to);
      to += length(index);
      RowCodec.putEnd(layout, image, isWide, index, to, false);
    }
    RowCodec.pad(image, to, bytes);
    RowCodec.putHeader(layout, image, bytes, 0);
    imageBytes = bytes;
    return image;
  }

  private void checkKeyBytes() {
    if (layout.fixedKeyBytes() > 0) {
      return;
    }
    for (int index = 0; index < layout.keyVariableCount(); index++) {
      if (length(index) > 0) {
        return;
      }
    }
    throw KeyImageWriter.zeroLength(layout);
  }

  @Override
  String described() {
    return "a row buffer";
  }

  @Override
  public void free(String who) {
    super.free(who);
    wide.free();
  }
}
