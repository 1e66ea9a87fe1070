package org.basaltdb.core.codec;

import static org.basaltdb.core.codec.RowLayout.NARROW_END_BYTES;
import static org.basaltdb.core.codec.RowLayout.NARROW_POINTER_BIT;

import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.ValueOutOfRangeException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.offheap.memory.Memory;

/// Keys as bytes, in two forms.
///
/// The *key image* is how a key travels: its columns of fixed length exactly as in the row, then
/// for each column of variable length 2 bytes of length and the value. It is not padded.
///
/// The *canonical key* is what orders and hashes a key: its columns one after the other in key
/// order.
///
/// | type | canonical bytes |
/// |---|---|
/// | BOOLEAN | 0 or 1 |
/// | INT, DATE; BIGINT, TIMESTAMP, DECIMAL | big-endian with the sign bit flipped, as wide as in the row |
/// | FLOAT, DOUBLE | big-endian IEEE bits; all flipped where negative, else the sign bit |
/// | UUID | 16 bytes, big-endian |
/// | VARCHAR, VARBINARY, not last | 0x00 becomes 0x00 0xFF; 0x00 0x01 ends the value |
/// | VARCHAR, VARBINARY, last | the bytes as they are |
///
/// - KEY-1: -0.0 is stored as 0.0 and every NaN as the one of [Double#NaN], so that equal keys, and
///   no others, have equal images and equal canonical bytes.
/// - KEY-2: canonical keys of a table compare by `memcmp` (a prefix first) as their values do
///   column by column: false before true, numbers by size with NaN last, text and bytes and UUIDs
///   unsigned byte by byte.
///
/// All methods may be called by any thread; none allocates unless it says so.
public final class KeyCodec {
  private static final int ESCAPE = 0x00;
  private static final int ESCAPED_ZERO = 0xFF;
  private static final int TERMINATOR = 0x01;

  private KeyCodec() {}

  /// The bits by which a DOUBLE is stored in a key (KEY-1).
  public static long canonicalBits(double value) {
    return Double.doubleToLongBits(value + 0.0);
  }

  /// The bits by which a FLOAT is stored in a key (KEY-1).
  public static int canonicalBits(float value) {
    return Float.floatToIntBits(value + 0.0f);
  }

  /// Takes the key out of a row image, narrow or wide.
  ///
  /// @param keyImage room for [RowLayout#maxKeyImageBytes]
  /// @return bytes of the key image
  public static int encodeKeyImage(RowLayout layout, long rowImage, long keyImage) {
    int fixedBytes = layout.fixedKeyBytes();
    long fixed = RowCodec.base(rowImage) + layout.keyOffset();
    if (fixedBytes == Long.BYTES) {
      Memory.putLong(keyImage, Memory.getLong(fixed));
    } else {
      Memory.copy(fixed, keyImage, fixedBytes);
    }
    int length = fixedBytes;
    int variableCount = layout.keyVariableCount();
    for (int index = 0; index < variableCount; index++) {
      int start = RowCodec.valueStart(layout, rowImage, index);
      int bytes = RowCodec.valueEnd(layout, rowImage, index) - start;
      Memory.putShort(keyImage + length, (short) bytes);
      Memory.copy(rowImage + start, keyImage + length + Short.BYTES, bytes);
      length += Short.BYTES + bytes;
    }
    return length;
  }

  /// Writes the key image of a key that is one integer column: INT, BIGINT, DATE (days), TIMESTAMP
  /// (microseconds) or DECIMAL of up to 18 digits (unscaled).
  ///
  /// @return bytes of the key image
  /// @throws TypeMismatchException if the key is something else
  /// @throws ValueOutOfRangeException if the column cannot hold the number
  public static int encodeLong(RowLayout layout, long key, long keyImage) {
    if (layout.isLongKey()) {
      Memory.putLong(keyImage, key);
      return Long.BYTES;
    }
    Column column = layout.schema().keyColumn(0);
    int code = layout.primaryKeyPlan().code(0);
    if (layout.primaryKeyPlan().columnCount() > 1
        || (code != FieldCode.INT && code != FieldCode.DATE)) {
      throw new TypeMismatchException(
          layout.schema().name(),
          column.name(),
          "a long as the whole key",
          "a key of one integer column",
          "make a Key and set its columns");
    }
    if (key != (int) key) {
      throw new ValueOutOfRangeException(
          layout.schema().name(), column.name(), Long.toString(key), "a 32-bit integer");
    }
    Memory.putInt(keyImage, (int) key);
    return Integer.BYTES;
  }

  /// Bytes of a key image.
  public static int keyImageBytes(RowLayout layout, long keyImage) {
    int length = layout.fixedKeyBytes();
    for (int left = layout.keyVariableCount(); left > 0; left--) {
      length += Short.BYTES + Memory.getUnsignedShort(keyImage + length);
    }
    return length;
  }

  /// Whether a narrow row has that key. The row may be torn: nothing outside the given length is
  /// read (READ-5).
  ///
  /// @param readableBytes how many bytes may be read at `row`
  public static boolean matches(RowLayout layout, long keyImage, long row, int readableBytes) {
    if (readableBytes < layout.minRowBytes()) {
      return false;
    }
    long fixed = row + layout.keyOffset();
    int fixedBytes = layout.fixedKeyBytes();
    boolean same =
        fixedBytes == Long.BYTES
            ? Memory.getLong(keyImage) == Memory.getLong(fixed)
            : Memory.equal(keyImage, fixed, fixedBytes);
    return same
        && (layout.keyVariableCount() == 0
            || matchesVariable(layout, keyImage + fixedBytes, row, readableBytes));
  }

  private static boolean matchesVariable(
      RowLayout layout, long values, long row, int readableBytes) {
    long ends = row + layout.endsOffset();
    int start = layout.valuesOffset();
    for (int left = layout.keyVariableCount(); left > 0; left--) {
      int end = Memory.getUnsignedShort(ends) & ~NARROW_POINTER_BIT;
      int length = Memory.getUnsignedShort(values);
      if (end > readableBytes
          || end - start != length
          || !Memory.equal(values + Short.BYTES, row + start, length)) {
        return false;
      }
      values += Short.BYTES + length;
      ends += NARROW_END_BYTES;
      start = end;
    }
    return true;
  }

  /// Writes the canonical primary key of a key image.
  ///
  /// @param canonical room for [RowLayout#maxCanonicalKeyBytes]
  /// @return bytes of the canonical key
  public static int canonicalFromKeyImage(RowLayout layout, long keyImage, long canonical) {
    if (layout.isLongKey()) {
      return putLong(canonical, Memory.getLong(keyImage));
    }
    return canonical(layout.primaryKeyPlan(), keyImage, canonical);
  }

  /// Writes the canonical partition key of a key image.
  ///
  /// @param canonical room for [RowLayout#maxCanonicalKeyBytes]
  /// @return bytes of the canonical key
  public static int partitionCanonicalFromKeyImage(
      RowLayout layout, long keyImage, long canonical) {
    return canonical(layout.partitionKeyPlan(), keyImage, canonical);
  }

  private static int canonical(KeyPlan plan, long keyImage, long canonical) {
    long to = canonical;
    int count = plan.columnCount();
    for (int column = 0; column < count; column++) {
      int code = plan.code(column);
      if (code == FieldCode.VARCHAR || code == FieldCode.VARBINARY) {
        long value = variable(plan, keyImage, plan.offset(column));
        int length = Memory.getUnsignedShort(value);
        if (column == count - 1) {
          Memory.copy(value + Short.BYTES, to, length);
          to += length;
        } else {
          to = escape(value + Short.BYTES, length, to);
        }
      } else {
        to += fixed(code, keyImage + plan.offset(column), to);
      }
    }
    return (int) (to - canonical);
  }

  /// Where the length of a value of variable length stands in a key image.
  private static long variable(KeyPlan plan, long keyImage, int index) {
    long value = keyImage + plan.fixedBytes();
    for (int left = index; left > 0; left--) {
      value += Short.BYTES + Memory.getUnsignedShort(value);
    }
    return value;
  }

  /// Writes a column of fixed length and returns its bytes.
  private static int fixed(int code, long from, long to) {
    return switch (code) {
      case FieldCode.BOOLEAN -> {
        Memory.putByte(to, Memory.getByte(from));
        yield Byte.BYTES;
      }
      case FieldCode.INT, FieldCode.DATE -> putInt(to, Memory.getInt(from));
      case FieldCode.FLOAT -> {
        int bits = Memory.getInt(from);
        yield putInt(to, bits ^ ((bits >> 31) & Integer.MAX_VALUE));
      }
      case FieldCode.BIGINT, FieldCode.TIMESTAMP, FieldCode.DECIMAL ->
          putLong(to, Memory.getLong(from));
      case FieldCode.DOUBLE -> {
        long bits = Memory.getLong(from);
        yield putLong(to, bits ^ ((bits >> 63) & Long.MAX_VALUE));
      }
      case FieldCode.WIDE_DECIMAL ->
          putLong(to, Memory.getLong(from + Long.BYTES))
              + putUnsignedLong(to + Long.BYTES, Memory.getLong(from));
      case FieldCode.UUID ->
          putUnsignedLong(to, Memory.getLong(from))
              + putUnsignedLong(to + Long.BYTES, Memory.getLong(from + Long.BYTES));
      default -> throw new AssertionError("field code " + code + " has no fixed length");
    };
  }

  private static int putInt(long to, int value) {
    Memory.putInt(to, Integer.reverseBytes(value ^ Integer.MIN_VALUE));
    return Integer.BYTES;
  }

  private static int putLong(long to, long value) {
    Memory.putLong(to, Long.reverseBytes(value ^ Long.MIN_VALUE));
    return Long.BYTES;
  }

  private static int putUnsignedLong(long to, long value) {
    Memory.putLong(to, Long.reverseBytes(value));
    return Long.BYTES;
  }

  /// Writes a value that others follow, so that its end sorts before every byte that could go on.
  private static long escape(long value, int length, long to) {
    for (int i = 0; i < length; i++) {
      byte next = Memory.getByte(value + i);
      Memory.putByte(to++, next);
      if (next == ESCAPE) {
        Memory.putByte(to++, (byte) ESCAPED_ZERO);
      }
    }
    Memory.putByte(to++, (byte) ESCAPE);
    Memory.putByte(to++, (byte) TERMINATOR);
    return to;
  }
}
