package org.basaltdb.core.row;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.basaltdb.core.codec.DecimalCodec;
import org.basaltdb.core.codec.FieldCode;
import org.basaltdb.core.codec.FieldWriter;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.MalformedTextException;
import org.basaltdb.core.error.NullValueException;
import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.error.ValueOutOfRangeException;
import org.basaltdb.core.error.ValueTooLongException;
import org.basaltdb.core.schema.Column;
import org.jspecify.annotations.Nullable;

/// The typed setters that rows and keys share.
///
/// Columns are named by number, which is fastest, or by name. A conversion happens only where it
/// can lose nothing. Every setter throws [ClosedException] once the owner has freed the buffer, and
/// leaves the old value in place whatever it throws. Setters allocate nothing on the heap, unless
/// they say so, except for what they throw.
///
/// Confined to one thread at a time.
///
/// @param <S> what the setters return, to go on with: the object itself
public abstract sealed class FieldSetters<S extends FieldSetters<S>> permits RowBuffer, Key {
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final long MAX_EPOCH_SECOND = Long.MAX_VALUE / MICROS_PER_SECOND - 1;
  private static final long MIN_EPOCH_SECOND = -MAX_EPOCH_SECOND;

  private final FieldWriter writer;

  FieldSetters(FieldWriter writer) {
    this.writer = writer;
  }

  /// The object itself. Setters end with it, so it keeps the object reachable, see [Liveness].
  abstract S self();

  /// The number of the field with that name.
  abstract int fieldOf(String column);

  /// Sets a BOOLEAN.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setBoolean(int column, boolean value) {
    require(column, FieldCode.BOOLEAN, "setBoolean");
    writer.putByte(column, (byte) (value ? 1 : 0));
    return self();
  }

  /// As [#setBoolean(int, boolean)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setBoolean(String column, boolean value) {
    return setBoolean(fieldOf(column), value);
  }

  /// Sets an INT, or a BIGINT, which holds every int.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setInt(int column, int value) {
    if (code(column) == FieldCode.BIGINT) {
      writer.putLong(column, value);
    } else {
      require(column, FieldCode.INT, "setInt");
      writer.putInt(column, value);
    }
    return self();
  }

  /// As [#setInt(int, int)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setInt(String column, int value) {
    return setInt(fieldOf(column), value);
  }

  /// Sets a BIGINT.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setLong(int column, long value) {
    require(column, FieldCode.BIGINT, "setLong");
    writer.putLong(column, value);
    return self();
  }

  /// As [#setLong(int, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setLong(String column, long value) {
    return setLong(fieldOf(column), value);
  }

  /// Sets a FLOAT, or a DOUBLE, which holds every float. In a column of the primary key -0.0
  /// becomes 0.0, and every NaN the same one; elsewhere all bits are kept.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setFloat(int column, float value) {
    int code = code(column);
    if (code == FieldCode.DOUBLE) {
      putDouble(column, value);
    } else {
      require(column, FieldCode.FLOAT, "setFloat");
      boolean key = (writer.codes()[column] & FieldCode.KEY) != 0;
      writer.putInt(column, key ? KeyCodec.canonicalBits(value) : Float.floatToRawIntBits(value));
    }
    return self();
  }

  /// As [#setFloat(int, float)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setFloat(String column, float value) {
    return setFloat(fieldOf(column), value);
  }

  /// Sets a DOUBLE. In a column of the primary key -0.0 becomes 0.0, and every NaN the same one;
  /// elsewhere all bits are kept.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setDouble(int column, double value) {
    require(column, FieldCode.DOUBLE, "setDouble");
    putDouble(column, value);
    return self();
  }

  /// As [#setDouble(int, double)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setDouble(String column, double value) {
    return setDouble(fieldOf(column), value);
  }

  /// Sets a VARCHAR to a text, as UTF-8; null is NULL. Time linear in its length.
  ///
  /// @throws ValueTooLongException past the limit of the column
  /// @throws MalformedTextException if the text is not well-formed
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setString(int column, @Nullable CharSequence value) {
    require(column, FieldCode.VARCHAR, "setString");
    if (value == null) {
      putNull(column);
    } else {
      writer.putText(column, value);
    }
    return self();
  }

  /// As [#setString(int, CharSequence)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setString(String column, @Nullable CharSequence value) {
    return setString(fieldOf(column), value);
  }

  /// Sets a VARCHAR to text that is UTF-8 already; null is NULL. The bytes are copied.
  ///
  /// @throws ValueTooLongException past the limit of the column
  /// @throws MalformedTextException if the text is not well-formed
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUtf8(int column, byte @Nullable [] value) {
    require(column, FieldCode.VARCHAR, "setUtf8");
    if (value == null) {
      putNull(column);
    } else {
      writer.putBytes(column, value, 0, value.length);
    }
    return self();
  }

  /// As [#setUtf8(int, byte [])], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUtf8(String column, byte @Nullable [] value) {
    return setUtf8(fieldOf(column), value);
  }

  /// Sets a VARCHAR to text that is UTF-8 already, given as a part of an array. The bytes are
  /// copied.
  ///
  /// @throws IndexOutOfBoundsException if the array has no such part
  /// @throws ValueTooLongException past the limit of the column
  /// @throws MalformedTextException if the text is not well-formed
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUtf8(int column, byte[] source, int offset, int length) {
    require(column, FieldCode.VARCHAR, "setUtf8");
    writer.putBytes(column, source, offset, length);
    return self();
  }

  /// As [#setUtf8(int, byte[], int, int)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUtf8(String column, byte[] source, int offset, int length) {
    return setUtf8(fieldOf(column), source, offset, length);
  }

  /// Sets a VARCHAR to text that is UTF-8 already, given as a part of a segment. The bytes are
  /// copied.
  ///
  /// @throws IndexOutOfBoundsException if the segment has no such part
  /// @throws ValueTooLongException past the limit of the column
  /// @throws MalformedTextException if the text is not well-formed
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUtf8(int column, MemorySegment source, long offset, long length) {
    require(column, FieldCode.VARCHAR, "setUtf8");
    writer.putBytes(column, source, offset, length);
    return self();
  }

  /// As [#setUtf8(int, MemorySegment, long, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUtf8(String column, MemorySegment source, long offset, long length) {
    return setUtf8(fieldOf(column), source, offset, length);
  }

  /// Sets a VARBINARY; null is NULL. The bytes are copied.
  ///
  /// @throws ValueTooLongException past the limit of the column
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setBytes(int column, byte @Nullable [] value) {
    require(column, FieldCode.VARBINARY, "setBytes");
    if (value == null) {
      putNull(column);
    } else {
      writer.putBytes(column, value, 0, value.length);
    }
    return self();
  }

  /// As [#setBytes(int, byte [])], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setBytes(String column, byte @Nullable [] value) {
    return setBytes(fieldOf(column), value);
  }

  /// Sets a VARBINARY, given as a part of an array. The bytes are copied.
  ///
  /// @throws IndexOutOfBoundsException if the array has no such part
  /// @throws ValueTooLongException past the limit of the column
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setBytes(int column, byte[] source, int offset, int length) {
    require(column, FieldCode.VARBINARY, "setBytes");
    writer.putBytes(column, source, offset, length);
    return self();
  }

  /// As [#setBytes(int, byte[], int, int)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setBytes(String column, byte[] source, int offset, int length) {
    return setBytes(fieldOf(column), source, offset, length);
  }

  /// Sets a VARBINARY, given as a part of a segment. The bytes are copied.
  ///
  /// @throws IndexOutOfBoundsException if the segment has no such part
  /// @throws ValueTooLongException past the limit of the column
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setBytes(int column, MemorySegment source, long offset, long length) {
    require(column, FieldCode.VARBINARY, "setBytes");
    writer.putBytes(column, source, offset, length);
    return self();
  }

  /// As [#setBytes(int, MemorySegment, long, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setBytes(String column, MemorySegment source, long offset, long length) {
    return setBytes(fieldOf(column), source, offset, length);
  }

  /// Sets a DATE; null is NULL.
  ///
  /// @throws ValueOutOfRangeException if the column cannot hold the value
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setDate(int column, @Nullable LocalDate value) {
    require(column, FieldCode.DATE, "setDate");
    if (value == null) {
      putNull(column);
      return self();
    }
    long epochDay = value.toEpochDay();
    if (epochDay != (int) epochDay) {
      throw outOfRange(column, value.toString(), "a day within 2^31 days of 1970-01-01");
    }
    writer.putInt(column, (int) epochDay);
    return self();
  }

  /// As [#setDate(int, LocalDate)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setDate(String column, @Nullable LocalDate value) {
    return setDate(fieldOf(column), value);
  }

  /// Sets a DATE, given in days since 1970-01-01.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setEpochDay(int column, int epochDay) {
    require(column, FieldCode.DATE, "setEpochDay");
    writer.putInt(column, epochDay);
    return self();
  }

  /// As [#setEpochDay(int, int)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setEpochDay(String column, int epochDay) {
    return setEpochDay(fieldOf(column), epochDay);
  }

  /// Sets a TIMESTAMP; null is NULL. What is finer than a microsecond is cut off, towards the past.
  ///
  /// @throws ValueOutOfRangeException if the column cannot hold the value
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setTimestamp(int column, @Nullable Instant value) {
    require(column, FieldCode.TIMESTAMP, "setTimestamp");
    if (value == null) {
      putNull(column);
      return self();
    }
    if (value.getEpochSecond() < MIN_EPOCH_SECOND || value.getEpochSecond() > MAX_EPOCH_SECOND) {
      throw outOfRange(column, value.toString(), "an instant within 292,000 years of 1970");
    }
    long micros = value.getEpochSecond() * MICROS_PER_SECOND + value.getNano() / NANOS_PER_MICRO;
    writer.putLong(column, micros);
    return self();
  }

  /// As [#setTimestamp(int, Instant)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setTimestamp(String column, @Nullable Instant value) {
    return setTimestamp(fieldOf(column), value);
  }

  /// Sets a TIMESTAMP, given in microseconds since 1970-01-01T00:00:00Z.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setEpochMicros(int column, long epochMicros) {
    require(column, FieldCode.TIMESTAMP, "setEpochMicros");
    writer.putLong(column, epochMicros);
    return self();
  }

  /// As [#setEpochMicros(int, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setEpochMicros(String column, long epochMicros) {
    return setEpochMicros(fieldOf(column), epochMicros);
  }

  /// Sets a DECIMAL; null is NULL. The number is taken to the scale of the column, never rounded.
  /// May allocate.
  ///
  /// @throws ValueOutOfRangeException if the column cannot hold the value
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setDecimal(int column, @Nullable BigDecimal value) {
    boolean wide = code(column) == FieldCode.WIDE_DECIMAL;
    if (!wide) {
      require(column, FieldCode.DECIMAL, "setDecimal");
    }
    if (value == null) {
      putNull(column);
      return self();
    }
    Column declared = writer.field(column);
    BigInteger unscaled = DecimalCodec.unscaled(value, declared.precision(), declared.scale());
    if (unscaled == null) {
      throw decimalOutOfRange(column, value.toString());
    }
    if (wide) {
      writer.putLongs(column, DecimalCodec.low(unscaled), DecimalCodec.high(unscaled));
    } else {
      writer.putLong(column, unscaled.longValue());
    }
    return self();
  }

  /// As [#setDecimal(int, BigDecimal)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setDecimal(String column, @Nullable BigDecimal value) {
    return setDecimal(fieldOf(column), value);
  }

  /// Sets a DECIMAL, given as an integer without its point: 1250 is 12.50 in a DECIMAL(10,2).
  ///
  /// @throws ValueOutOfRangeException if the column cannot hold the value
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUnscaled(int column, long unscaled) {
    int code = code(column);
    if (code != FieldCode.WIDE_DECIMAL) {
      require(column, FieldCode.DECIMAL, "setUnscaled");
    }
    if (!DecimalCodec.fits(unscaled, writer.field(column).precision())) {
      throw decimalOutOfRange(column, unscaled + " unscaled");
    }
    if (code == FieldCode.WIDE_DECIMAL) {
      writer.putLongs(column, unscaled, unscaled >> 63);
    } else {
      writer.putLong(column, unscaled);
    }
    return self();
  }

  /// As [#setUnscaled(int, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUnscaled(String column, long unscaled) {
    return setUnscaled(fieldOf(column), unscaled);
  }

  /// Sets a DECIMAL of more than 18 digits, given as an integer of 128 bits without its point.
  ///
  /// @throws ValueOutOfRangeException if the column cannot hold the value
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUnscaled(int column, long high, long low) {
    require(column, FieldCode.WIDE_DECIMAL, "setUnscaled(high, low)");
    if (!DecimalCodec.fits(high, low, writer.field(column).precision())) {
      throw decimalOutOfRange(column, DecimalCodec.decimal(high, low, 0) + " unscaled");
    }
    writer.putLongs(column, low, high);
    return self();
  }

  /// As [#setUnscaled(int, long, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUnscaled(String column, long high, long low) {
    return setUnscaled(fieldOf(column), high, low);
  }

  /// Sets a UUID; null is NULL.
  ///
  /// @throws NullValueException if the value is null and the column NOT NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUuid(int column, @Nullable UUID value) {
    require(column, FieldCode.UUID, "setUuid");
    if (value == null) {
      putNull(column);
    } else {
      writer.putLongs(column, value.getMostSignificantBits(), value.getLeastSignificantBits());
    }
    return self();
  }

  /// As [#setUuid(int, UUID)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUuid(String column, @Nullable UUID value) {
    return setUuid(fieldOf(column), value);
  }

  /// Sets a UUID, given as its two halves.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column
  public final S setUuid(int column, long mostSignificant, long leastSignificant) {
    require(column, FieldCode.UUID, "setUuid");
    writer.putLongs(column, mostSignificant, leastSignificant);
    return self();
  }

  /// As [#setUuid(int, long, long)], by name.
  ///
  /// @throws UnknownColumnException if there is no column of that name
  public final S setUuid(String column, long mostSignificant, long leastSignificant) {
    return setUuid(fieldOf(column), mostSignificant, leastSignificant);
  }

  private void putDouble(int column, double value) {
    boolean key = (writer.codes()[column] & FieldCode.KEY) != 0;
    writer.putLong(column, key ? KeyCodec.canonicalBits(value) : Double.doubleToRawLongBits(value));
  }

  final void putNull(int column) {
    if ((writer.codes()[column] & FieldCode.NULLABLE) == 0) {
      throw new NullValueException(
          writer.layout().schema().name(), writer.field(column).name(), "NULL");
    }
    writer.putNull(column);
  }

  /// The type code of a column, or 0 if there is no such column.
  final int code(int column) {
    byte[] codes = writer.codes();
    return column >= 0 && column < codes.length ? codes[column] & FieldCode.TYPE_MASK : 0;
  }

  private void require(int column, int code, String call) {
    if (code(column) != code) {
      throw refusal(column, call);
    }
  }

  /// Says why a column cannot be set like that.
  final RuntimeException refusal(int column, String call) {
    String table = writer.layout().schema().name();
    writer.checkOpen();
    if (code(column) == 0) {
      List<String> names = new ArrayList<>();
      for (int field = 0; field < writer.codes().length; field++) {
        names.add(writer.field(field).name());
      }
      return new UnknownColumnException(table, "number " + column, names);
    }
    Column declared = writer.field(column);
    return new TypeMismatchException(
        table, declared.name(), call, declared.typeText(), "call " + settersOf(declared));
  }

  private static String settersOf(Column column) {
    return switch (column.type()) {
      case BOOLEAN -> "setBoolean";
      case INT -> "setInt";
      case BIGINT -> "setLong or setInt";
      case FLOAT -> "setFloat";
      case DOUBLE -> "setDouble or setFloat";
      case VARCHAR -> "setString or setUtf8";
      case VARBINARY -> "setBytes";
      case DATE -> "setDate or setEpochDay";
      case TIMESTAMP -> "setTimestamp or setEpochMicros";
      case DECIMAL -> "setDecimal or setUnscaled";
      case UUID -> "setUuid";
    };
  }

  private ValueOutOfRangeException outOfRange(int column, String found, String expected) {
    return new ValueOutOfRangeException(
        writer.layout().schema().name(), writer.field(column).name(), found, expected);
  }

  private ValueOutOfRangeException decimalOutOfRange(int column, String found) {
    Column declared = writer.field(column);
    return outOfRange(
        column,
        found,
        declared.precision()
            + " digits, "
            + declared.scale()
            + " of them after the point, for "
            + declared.typeText());
  }
}
