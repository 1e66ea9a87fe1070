package org.basaltdb.core.codec;

import java.util.Arrays;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.InvalidKeyException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;

/// Builds key images, one after the other. Fields are numbered by their place in the primary key.
///
/// Confined to one thread at a time. An image stays valid until the next call that sets, clears,
/// encodes or frees.
public final class KeyImageWriter extends FieldWriter {
  private final RowLayout layout;
  private final long allSet;
  private int imageBytes;

  /// A writer with nothing set.
  ///
  /// @param budget what its memory is accounted to
  public KeyImageWriter(RowLayout layout, MemoryBudget budget) {
    super(
        layout,
        keyColumns(layout.schema()),
        codes(layout),
        offsets(layout),
        nullBits(layout.schema().keyColumnCount()),
        layout.keyVariableCount(),
        layout.maxKeyImageBytes(),
        0,
        budget);
    this.layout = layout;
    this.allSet = (1L << layout.schema().keyColumnCount()) - 1;
  }

  private static Column[] keyColumns(TableSchema schema) {
    Column[] columns = new Column[schema.keyColumnCount()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = schema.keyColumn(i);
    }
    return columns;
  }

  private static byte[] codes(RowLayout layout) {
    byte[] codes = new byte[layout.schema().keyColumnCount()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = layout.codes()[layout.schema().keyColumn(i).ordinal()];
    }
    return codes;
  }

  private static int[] offsets(RowLayout layout) {
    int[] offsets = new int[layout.schema().keyColumnCount()];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = layout.primaryKeyPlan().offset(i);
    }
    return offsets;
  }

  private static int[] nullBits(int count) {
    int[] nullBits = new int[count];
    Arrays.fill(nullBits, -1);
    return nullBits;
  }

  /// Forgets all that was set.
  ///
  /// @throws ClosedException once the writer is freed
  public void clear() {
    checkOpen();
    clearValues();
  }

  /// Makes the image of the key.
  ///
  /// @return the address of the image
  /// @throws InvalidKeyException if a column was not set, or the key has no byte
  /// @throws ClosedException once the writer is freed
  public long encode() {
    checkOpen();
    long missing = allSet & ~Memory.getLong(setMask());
    if (missing != 0) {
      throw notSet(layout, field(Long.numberOfTrailingZeros(missing)));
    }
    if (layout.fixedKeyBytes() == 0 && valueBytes() == 0) {
      throw zeroLength(layout);
    }
    int to = layout.fixedKeyBytes();
    for (int index = 0; index < layout.keyVariableCount(); index++) {
      Memory.putShort(base() + to, (short) length(index));
      copyValue(index, base() + to + Short.BYTES);
      to += Short.BYTES + length(index);
    }
    imageBytes = to;
    return base();
  }

  /// Bytes of the image made last.
  public int imageBytes() {
    return imageBytes;
  }

  @Override
  String described() {
    return "a key";
  }

  static InvalidKeyException notSet(RowLayout layout, Column column) {
    return new InvalidKeyException(
        layout.schema().name(),
        "no value for key column '" + column.name() + "'",
        "a value for each of its " + layout.schema().keyColumnCount() + " columns");
  }

  static InvalidKeyException zeroLength(RowLayout layout) {
    return new InvalidKeyException(
        layout.schema().name(), "a key of zero length", "a key of at least one byte");
  }
}
