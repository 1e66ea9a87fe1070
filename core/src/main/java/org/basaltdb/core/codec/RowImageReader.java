package org.basaltdb.core.codec;

import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;

/// What a view looks through: an image, in memory of its own or of somebody who outlives the look.
/// The engine copies a row to one of its targets and shows it; the view reads it by field.
///
/// Getters trust the field number and the type, which the view checks with [#code].
///
/// Confined to one thread at a time. Nothing allocates on the heap; native memory is taken at the
/// first target and when a larger one is needed.
public final class RowImageReader {
  private final RowLayout layout;
  private final Projection projection;
  private final int[] nullBits;
  private final int endsOffset;
  private final NativeBuffer narrow;
  private final NativeBuffer large;

  /// What [Projection#fields] says of each column.
  private final long[] fields;

  /// Whether an image is shown. A flag and not another array of fields, because this changes with
  /// every read, and to store a reference costs a full fence where the collector's barrier has one:
  /// then no read would overlap with the next.
  private boolean showing;

  private long image;
  private long base;
  private boolean wide;
  private @Nullable String closer;

  /// A reader that shows nothing.
  ///
  /// @param budget what its memory is accounted to
  public RowImageReader(RowLayout layout, Projection projection, MemoryBudget budget) {
    this.layout = layout;
    this.projection = projection;
    this.nullBits = layout.nullBits();
    this.endsOffset = layout.endsOffset();
    this.fields = projection.fields();
    this.narrow = new NativeBuffer(budget);
    this.large = new NativeBuffer(budget);
  }

  /// The layout of the table.
  public RowLayout layout() {
    return layout;
  }

  /// The columns that can be read.
  public Projection projection() {
    return projection;
  }

  /// The [FieldCode] of a column, without [FieldCode#KEY]; 0 where it is left out, and for every
  /// column while nothing is shown.
  ///
  /// @param column any number
  public int code(int column) {
    // one comparison for both ends, which is also the one that the array asks for
    return showing && Integer.compareUnsigned(column, fields.length) < 0
        ? Projection.code(fields[column])
        : 0;
  }

  /// Who freed the reader, or null while it is in use.
  public @Nullable String closer() {
    return closer;
  }

  /// Where an optimistic read may copy a row to: room for a page. What was shown there is
  /// overwritten.
  ///
  /// @throws MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException once the reader is freed
  public long pageTarget() {
    if (narrow.address() == 0) {
      checkOpen();
      narrow.ensure(PageLayout.PAGE_BYTES);
    }
    return narrow.address();
  }

  /// Where an image of any size may be assembled, apart from [#pageTarget].
  ///
  /// @throws MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException once the reader is freed
  public long largeTarget(int bytes) {
    checkOpen();
    large.ensure(bytes);
    return large.address();
  }

  private void checkOpen() {
    if (closer != null) {
      throw new ClosedException("a row view of table '" + layout.schema().name() + "'", closer);
    }
  }

  /// Shows an image. It has to stay as it is for as long as it is shown, and no pointer may stand
  /// in it for a value of the projection (see [RowCodec#needsAssembly]).
  ///
  /// @param address of an image that can be trusted
  /// @throws ClosedException once the reader is freed
  public void show(long address) {
    checkOpen();
    assert RowCodec.schemaVersion(address) == layout.schema().version()
        : "image of schema version " + RowCodec.schemaVersion(address);
    image = address;
    base = RowCodec.base(address);
    wide = base != address;
    showing = true;
  }

  /// Hides what was shown and looks at [#pageTarget], where a row of a page is about to be copied
  /// to; such rows are never wide.
  ///
  /// @return where to
  /// @throws MemoryBudgetExceededException if there is no memory for it
  /// @throws ClosedException once the reader is freed
  public long aimAtPageTarget() {
    showing = false;
    // mostly it looks there since the read before
    long address = base;
    return address == narrow.address() && address != 0 && !wide ? address : turnToPageTarget();
  }

  private long turnToPageTarget() {
    long address = pageTarget();
    image = address;
    base = address;
    wide = false;
    return address;
  }

  /// Shows the row that was copied since [#aimAtPageTarget].
  public void showPageTarget() {
    assert image == narrow.address() && !RowCodec.isWide(image);
    showing = true;
  }

  /// Shows nothing.
  public void hide() {
    showing = false;
  }

  /// Whether an image is shown.
  public boolean isShowing() {
    return showing;
  }

  /// The image that is shown.
  public long image() {
    return image;
  }

  /// Whether a column is NULL.
  public boolean isNull(int field) {
    int bit = nullBits[field];
    return bit >= 0 && (Memory.getByte(RowCodec.nullByte(image, base, bit)) >>> (bit & 7) & 1) != 0;
  }

  /// Reads a column of 1 byte.
  public byte getByte(int field) {
    return Memory.getByte(base + Projection.offset(fields[field]));
  }

  /// Reads a column of 4 bytes.
  public int getInt(int field) {
    return Memory.getInt(base + Projection.offset(fields[field]));
  }

  /// Reads a column of 8 bytes.
  public long getLong(int field) {
    return Memory.getLong(base + Projection.offset(fields[field]));
  }

  /// Reads the second half of a column of 16 bytes.
  public long getSecondLong(int field) {
    return Memory.getLong(base + Projection.offset(fields[field]) + Long.BYTES);
  }

  /// Where the value of a column of variable length is.
  public long valueAddress(int field) {
    int index = Projection.offset(fields[field]);
    if (index > 0) {
      return image + end(index - 1);
    }
    return image + (wide ? layout.wideValuesOffset() : layout.valuesOffset());
  }

  /// Bytes of the value of a column of variable length; 0 if it is NULL.
  public int valueBytes(int field) {
    return (int) (image + end(Projection.offset(fields[field])) - valueAddress(field));
  }

  private int end(int variableIndex) {
    long ends = base + endsOffset;
    return wide
        ? Memory.getInt(ends + (long) RowLayout.WIDE_END_BYTES * variableIndex)
            & ~RowLayout.WIDE_POINTER_BIT
        : Memory.getUnsignedShort(ends + (long) RowLayout.NARROW_END_BYTES * variableIndex)
            & ~RowLayout.NARROW_POINTER_BIT;
  }

  /// Gives the memory back. Every use after it is refused, naming who did. May be called again.
  ///
  /// @param who what errors name, for instance `Session.close()`
  public void free(String who) {
    if (closer == null) {
      closer = who;
      hide();
      narrow.free();
      large.free();
    }
  }
}
