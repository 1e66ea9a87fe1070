package org.basaltdb.core.codec;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.page.PageLayout;

/// Where everything lies in the row images of one table. Immutable, so that any thread may use it.
///
/// All numbers are little-endian. The *narrow* image is what pages hold:
///
/// ```text
/// offset  bytes  field
///      0      2  SCHEMA_VERSION  of the schema that the row was written with
///      2      2  ROW_BYTES       of the whole row, a multiple of 8; 0 in a wide image
///      4      1  SLOT            of the row in its page; 0 outside pages
///      5      1  FLAGS           bit 0 WIDE, bit 1 OVERFLOW, bit 2 GUEST
///      6      2  NULL_BITS       bit i: the i-th nullable column is NULL; goes on at offset 8 past 16 of them
/// ```
///
/// Then follow, at offsets that the schema fixes:
///
/// | part | bytes |
/// |---|---|
/// | further null bits | only past 16 nullable columns; zero-padded to a multiple of 8 |
/// | primary-key columns of fixed length | in key order, without gaps, from [#keyOffset] |
/// | other columns of fixed length | by width descending (16, 8, 4, 1), then by ordinal |
/// | ends | 2 bytes a column of variable length: where its value ends, from the row's start; bit 15: a 24-byte pointer stands in its place |
/// | values of variable length | those of the primary key first, in key order, then the others by ordinal |
/// | padding | zero bytes up to a multiple of 8 |
///
/// The *wide* image exists in session buffers and log records only, for rows that no page could
/// hold whole. It has eight more header bytes, so that everything after the first eight shifts by
/// [#WIDE_EXTRA_BYTES], and its ends have 4 bytes, with bit 31 for pointers:
///
/// ```text
/// offset  bytes  field
///      8      4  WIDE_TOTAL_BYTES  of the whole image, a multiple of 8
///     12      4  WIDE_RESERVED     0
/// ```
///
/// - ROW-1: an image without pointers is narrow exactly if its narrow form has at most
///   [#MAX_NARROW_BYTES].
/// - ROW-2: the first value starts where the ends stop, ends never fall, the last is at most the
///   length; padding is zero.
/// - ROW-3: a NULL column holds zero bytes, or no bytes where lengths differ; a NOT NULL column has
///   no null bit; null bits without a column are 0. So equal rows have equal images.
/// - ROW-4: values in key columns are canonical (see [KeyCodec]) and never replaced by pointers.
/// - ROW-5: OVERFLOW is set exactly if some end carries the pointer bit.
public final class RowLayout {
  public static final int SCHEMA_VERSION_OFFSET = 0;
  public static final int ROW_BYTES_OFFSET = SCHEMA_VERSION_OFFSET + Short.BYTES;
  public static final int SLOT_OFFSET = ROW_BYTES_OFFSET + Short.BYTES;
  public static final int FLAGS_OFFSET = SLOT_OFFSET + Byte.BYTES;
  public static final int NULL_BITS_OFFSET = FLAGS_OFFSET + Byte.BYTES;

  /// Bytes before whatever the schema decides.
  public static final int HEADER_BYTES = NULL_BITS_OFFSET + Short.BYTES;

  public static final int WIDE_TOTAL_BYTES_OFFSET = HEADER_BYTES;
  public static final int WIDE_RESERVED_OFFSET = WIDE_TOTAL_BYTES_OFFSET + Integer.BYTES;

  /// By how much everything after the header lies further behind in a wide image.
  public static final int WIDE_EXTRA_BYTES = WIDE_RESERVED_OFFSET + Integer.BYTES - HEADER_BYTES;

  /// Flag: the image is wide.
  public static final int FLAG_WIDE = 1;

  /// Flag: some value is replaced by a pointer, see [OverflowPointerLayout].
  public static final int FLAG_OVERFLOW = 2;

  /// Flag: the row lives away from its home slot and ends with 8 bytes that locate it.
  public static final int FLAG_GUEST = 4;

  /// The trailer of a GUEST row.
  public static final int GUEST_TRAILER_BYTES = Long.BYTES;

  /// The most bytes of a narrow image; as a multiple of 8 it is 7,896.
  public static final int MAX_NARROW_BYTES = 7_900;

  /// The most bytes of any image: one value of the largest size and room for others. A log record
  /// holds an image in one piece.
  public static final int MAX_WIDE_BYTES = 24 << 20;

  /// The most bytes of one value.
  public static final int MAX_VALUE_BYTES = TableSchema.MAX_VALUE_BYTES;

  /// What rows and images are aligned to.
  public static final int ALIGNMENT = 8;

  static final int NARROW_END_BYTES = Short.BYTES;
  static final int WIDE_END_BYTES = Integer.BYTES;
  static final int NARROW_POINTER_BIT = 1 << 15;
  static final int WIDE_POINTER_BIT = 1 << 31;

  /// Null bits that the header holds itself.
  static final int HEADER_NULL_BITS = 16;

  /// What a value of variable length is taken for where the schema has no hint. Low on purpose:
  /// rows larger than expected leave slots of two bytes unused, rows smaller than expected leave
  /// pages half empty.
  private static final int ESTIMATED_VALUE_BYTES = 16;

  private final TableSchema schema;
  private final int columnCount;
  private final int nullableCount;
  private final int[] offsets;
  private final int[] widths;
  private final int[] nullBits;
  private final byte[] codes;
  private final int[] variableOrdinals;
  private final int keyVariableCount;
  private final int keyOffset;
  private final int fixedKeyBytes;
  private final int endsOffset;
  private final int valuesOffset;
  private final int minRowBytes;
  private final int maxNarrowBytes;
  private final int rowsPerPage;
  private final int maxStoredBytes;
  private final boolean longKey;
  private final long[] requiredColumns;
  private final long[] keyColumns;
  private final KeyPlan primaryKeyPlan;
  private final KeyPlan partitionKeyPlan;
  private final Projection everything;

  /// Computes the layout of a table.
  public RowLayout(TableSchema schema) {
    this.schema = schema;
    List<Column> columns = schema.storedColumns();
    this.columnCount = columns.size();
    this.offsets = new int[columnCount];
    this.widths = new int[columnCount];
    this.nullBits = new int[columnCount];
    this.codes = new byte[columnCount];
    this.requiredColumns = new long[setMaskWords()];
    this.keyColumns = new long[setMaskWords()];

    int nullable = 0;
    for (Column column : columns) {
      int ordinal = column.ordinal();
      widths[ordinal] = column.fixedBytes();
      codes[ordinal] = (byte) FieldCode.of(column);
      nullBits[ordinal] = column.nullable() ? nullable++ : -1;
      if (!column.nullable()) {
        requiredColumns[ordinal >>> 6] |= 1L << ordinal;
      }
    }
    this.nullableCount = nullable;

    List<Column> fixed = new ArrayList<>();
    List<Column> variable = new ArrayList<>();
    int keyBytes = 0;
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      Column column = schema.keyColumn(i);
      (column.type().isVariableLength() ? variable : fixed).add(column);
      keyColumns[column.ordinal() >>> 6] |= 1L << column.ordinal();
      codes[column.ordinal()] |= (byte) FieldCode.KEY;
      keyBytes += column.fixedBytes();
    }
    this.keyVariableCount = variable.size();
    this.fixedKeyBytes = keyBytes;
    columns.stream()
        .filter(column -> !column.type().isVariableLength() && !isKeyColumn(column.ordinal()))
        .sorted(Comparator.comparingInt(Column::fixedBytes).reversed())
        .forEach(fixed::add);
    columns.stream()
        .filter(column -> column.type().isVariableLength() && !isKeyColumn(column.ordinal()))
        .forEach(variable::add);

    this.keyOffset = HEADER_BYTES + furtherNullBytes(nullable);
    int offset = keyOffset;
    for (Column column : fixed) {
      offsets[column.ordinal()] = offset;
      offset += column.fixedBytes();
    }
    this.endsOffset = offset;
    this.valuesOffset = offset + NARROW_END_BYTES * variable.size();
    this.variableOrdinals = variable.stream().mapToInt(Column::ordinal).toArray();
    for (int index = 0; index < variableOrdinals.length; index++) {
      offsets[variableOrdinals[index]] = index;
    }
    this.minRowBytes = align(valuesOffset);
    this.maxNarrowBytes =
        (int)
            Math.min(
                MAX_NARROW_BYTES & -ALIGNMENT,
                align(valuesOffset + variable.stream().mapToLong(Column::maxLength).sum()));
    this.rowsPerPage = rowsPerPage(expectedStoredBytes(variable));
    this.maxStoredBytes =
        Math.min(
            MAX_NARROW_BYTES & -ALIGNMENT, PageLayout.heapBytes(rowsPerPage) - GUEST_TRAILER_BYTES);
    this.longKey = schema.keyColumnCount() == 1 && isLong(schema.keyColumn(0));
    this.primaryKeyPlan = KeyPlan.ofPrimaryKey(schema);
    this.partitionKeyPlan = KeyPlan.ofPartitionKey(schema);
    this.everything = Projection.everything(this);
  }

  private static boolean isLong(Column column) {
    return column.fixedBytes() == Long.BYTES && column.type() != ColumnType.DOUBLE;
  }

  private static int furtherNullBytes(int nullableCount) {
    return nullableCount <= HEADER_NULL_BITS
        ? 0
        : align((nullableCount - HEADER_NULL_BITS + Byte.SIZE - 1) / Byte.SIZE);
  }

  /// The next multiple of 8.
  static int align(int bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// The next multiple of 8.
  static long align(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /// Bytes of an average row: exact where all rows have one length, from the hint where there is
  /// one, else estimated.
  private int expectedStoredBytes(List<Column> variable) {
    int fixedBytes = endsOffset - keyOffset;
    long valueBytes = fixedBytes;
    if (!variable.isEmpty()) {
      if (schema.expectedRowBytes() > 0) {
        valueBytes = Math.max(fixedBytes, schema.expectedRowBytes());
      } else {
        for (Column column : variable) {
          valueBytes += Math.min(column.maxLength(), ESTIMATED_VALUE_BYTES);
        }
      }
    }
    long stored = align(valuesOffset - fixedBytes + valueBytes);
    return (int) Math.min(stored, MAX_NARROW_BYTES & -ALIGNMENT);
  }

  /// The most rows of that size that fit a page beside their slots, within what a page allows.
  private static int rowsPerPage(int rowBytes) {
    int rows = PageLayout.MAX_SLOTS;
    while (rows > PageLayout.MIN_SLOTS && rows * rowBytes > PageLayout.heapBytes(rows)) {
      rows--;
    }
    return rows;
  }

  /// The schema that the layout was computed from.
  public TableSchema schema() {
    return schema;
  }

  /// How many columns a row has, a hidden key included.
  public int columnCount() {
    return columnCount;
  }

  /// C: the slots of a page, 4 to 256. As many as rows of the expected size fit beside their slots;
  /// exact where all rows have one size.
  public int rowsPerPage() {
    return rowsPerPage;
  }

  /// The most bytes of a row in a page of this table, room for the trailer of a guest left out; a
  /// multiple of 8.
  public int maxStoredBytes() {
    return maxStoredBytes;
  }

  /// Bytes of a row whose values of variable length are all empty: no row is shorter.
  public int minRowBytes() {
    return minRowBytes;
  }

  /// The most bytes of a narrow image of this table; a multiple of 8.
  public int maxNarrowBytes() {
    return maxNarrowBytes;
  }

  /// Whether all rows have one length, [#minRowBytes].
  public boolean isFixedSize() {
    return variableOrdinals.length == 0;
  }

  /// Where the fixed columns of the primary key stand in a narrow image.
  public int keyOffset() {
    return keyOffset;
  }

  /// Bytes of the fixed columns of the primary key.
  public int fixedKeyBytes() {
    return fixedKeyBytes;
  }

  /// Whether the primary key is one integer of 8 bytes: a BIGINT, TIMESTAMP or DECIMAL up to 18
  /// digits. Such a key is its own image.
  public boolean isLongKey() {
    return longKey;
  }

  /// Whether the partition key is another than the primary key.
  public boolean hasPartitionKey() {
    return !schema.partitionedByPrimaryKey();
  }

  /// How many columns have values of variable length.
  public int variableCount() {
    return variableOrdinals.length;
  }

  /// How many columns of the primary key have; theirs are the first variable indexes.
  public int keyVariableCount() {
    return keyVariableCount;
  }

  /// The ordinal of the column with that variable index.
  public int variableOrdinal(int variableIndex) {
    return variableOrdinals[variableIndex];
  }

  /// For a column of fixed length its offset in a narrow image, for one of variable length its
  /// variable index.
  int offset(int ordinal) {
    return offsets[ordinal];
  }

  /// Bytes of a column of fixed length; 0 for the others.
  int width(int ordinal) {
    return widths[ordinal];
  }

  /// The null bit of a column, or -1 if it is NOT NULL.
  int nullBit(int ordinal) {
    return nullBits[ordinal];
  }

  int nullableCount() {
    return nullableCount;
  }

  /// Where the ends begin in a narrow image.
  int endsOffset() {
    return endsOffset;
  }

  /// Where the first value of variable length begins in a narrow image.
  int valuesOffset() {
    return valuesOffset;
  }

  /// Where the first value of variable length begins in a wide image.
  int wideValuesOffset() {
    return endsOffset + WIDE_EXTRA_BYTES + WIDE_END_BYTES * variableOrdinals.length;
  }

  int[] offsets() {
    return offsets;
  }

  int[] nullBits() {
    return nullBits;
  }

  /// One [FieldCode] a column.
  byte[] codes() {
    return codes;
  }

  /// Eight-byte words of a mask with one bit a column.
  public int setMaskWords() {
    return (columnCount + Long.SIZE - 1) / Long.SIZE;
  }

  /// A mask of the columns that an insert has to set.
  long[] requiredColumns() {
    return requiredColumns;
  }

  /// A mask of the columns of the primary key.
  long[] keyColumns() {
    return keyColumns;
  }

  private boolean isKeyColumn(int ordinal) {
    return (keyColumns[ordinal >>> 6] >>> ordinal & 1) != 0;
  }

  /// The projection to all columns.
  public Projection everything() {
    return everything;
  }

  /// How the canonical primary key is made from a key image.
  KeyPlan primaryKeyPlan() {
    return primaryKeyPlan;
  }

  /// How the canonical partition key is made from a key image.
  KeyPlan partitionKeyPlan() {
    return partitionKeyPlan;
  }

  /// The most bytes of a key image; see [KeyCodec].
  public int maxKeyImageBytes() {
    return primaryKeyPlan.maxImageBytes();
  }

  /// The most bytes of a canonical primary key; a canonical partition key is never longer.
  public int maxCanonicalKeyBytes() {
    return Math.max(primaryKeyPlan.maxCanonicalBytes(), partitionKeyPlan.maxCanonicalBytes());
  }
}
