package org.basaltdb.core.row;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.basaltdb.core.codec.DecimalCodec;
import org.basaltdb.core.codec.FieldCode;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.NoRowException;
import org.basaltdb.core.error.NullReadException;
import org.basaltdb.core.error.TargetTooSmallException;
import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// A row that was read, made by a table and reused for as many rows as wanted. It is a copy: it
/// stays as it is, whatever becomes of the row in the table, until the view is read into again or
/// its owner closes.
///
/// Columns are named by number, which is fastest, or by name. Getters that return an object return
/// null for NULL; those that return a primitive throw [NullReadException], so ask [#isNull(int)] of
/// columns that take NULL. Getters of primitives and the `copy` methods allocate nothing and take
/// constant time or, for a copy, time linear in the length.
///
/// Every getter throws [ClosedException] once the owner has freed the view, and [NoRowException]
/// while it holds no row.
///
/// Confined to one thread at a time. The memory is native and belongs to whoever made the view.
public final class RowView {
  /// The most characters of a value in [#toString].
  private static final int MAX_SHOWN_CHARS = 40;

  private final RowImageReader reader;

  /// For the engine: applications ask their table.
  @SuppressWarnings("exports") // so that applications cannot: they do not see the type
  public RowView(RowImageReader reader) {
    this.reader = reader;
  }

  /// The table's schema.
  public TableSchema schema() {
    return reader.layout().schema();
  }

  /// For the engine: what the view looks through.
  @SuppressWarnings("exports") // as above
  public RowImageReader reader() {
    return reader;
  }

  /// Whether the view holds a row.
  public boolean hasRow() {
    return reader.isShowing();
  }

  /// Whether a column is NULL.
  ///
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public boolean isNull(int column) {
    int code = code(column);
    if (code == 0) {
      throw refusal(column, "isNull");
    }
    return (code & FieldCode.NULLABLE) != 0 && alive(reader.isNull(column));
  }

  /// As [#isNull(int)], by name.
  public boolean isNull(String column) {
    return isNull(ordinalOf(column));
  }

  /// Reads a BOOLEAN.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public boolean getBoolean(int column) {
    requireValue(column, FieldCode.BOOLEAN, "getBoolean");
    return alive(reader.getByte(column)) != 0;
  }

  /// As [#getBoolean(int)], by name.
  public boolean getBoolean(String column) {
    return getBoolean(ordinalOf(column));
  }

  /// Reads an INT.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int getInt(int column) {
    requireValue(column, FieldCode.INT, "getInt");
    return alive(reader.getInt(column));
  }

  /// As [#getInt(int)], by name.
  public int getInt(String column) {
    return getInt(ordinalOf(column));
  }

  /// Reads a BIGINT, or an INT.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getLong(int column) {
    if (code(column) == FieldCode.BIGINT) { // and takes no NULL
      return alive(reader.getLong(column));
    }
    return getLongOrInt(column);
  }

  private long getLongOrInt(int column) {
    if ((code(column) & FieldCode.TYPE_MASK) == FieldCode.INT) {
      requireValue(column, FieldCode.INT, "getLong");
      return alive(reader.getInt(column));
    }
    requireValue(column, FieldCode.BIGINT, "getLong");
    return alive(reader.getLong(column));
  }

  /// As [#getLong(int)], by name.
  public long getLong(String column) {
    return getLong(ordinalOf(column));
  }

  /// Reads a FLOAT.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public float getFloat(int column) {
    requireValue(column, FieldCode.FLOAT, "getFloat");
    return Float.intBitsToFloat(alive(reader.getInt(column)));
  }

  /// As [#getFloat(int)], by name.
  public float getFloat(String column) {
    return getFloat(ordinalOf(column));
  }

  /// Reads a DOUBLE, or a FLOAT.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public double getDouble(int column) {
    if ((code(column) & FieldCode.TYPE_MASK) == FieldCode.FLOAT) {
      return getFloat(column);
    }
    requireValue(column, FieldCode.DOUBLE, "getDouble");
    return Double.longBitsToDouble(alive(reader.getLong(column)));
  }

  /// As [#getDouble(int)], by name.
  public double getDouble(String column) {
    return getDouble(ordinalOf(column));
  }

  /// Reads a VARCHAR as a new string, or null if it is NULL. Allocates the string and its bytes;
  /// see [#copyUtf8(int, byte[])].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public @Nullable String getString(int column) {
    return isPresent(column, FieldCode.VARCHAR, "getString")
        ? new String(newBytes(column), StandardCharsets.UTF_8)
        : null;
  }

  /// As [#getString(int)], by name.
  public @Nullable String getString(String column) {
    return getString(ordinalOf(column));
  }

  /// The length of the UTF-8 of a VARCHAR in bytes, or -1 if it is NULL.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int utf8Length(int column) {
    return isPresent(column, FieldCode.VARCHAR, "utf8Length")
        ? alive(reader.valueBytes(column))
        : -1;
  }

  /// As [#utf8Length(int)], by name.
  public int utf8Length(String column) {
    return utf8Length(ordinalOf(column));
  }

  /// Copies the UTF-8 of a VARCHAR to the start of an array.
  ///
  /// @return its length in bytes, or -1 if it is NULL
  /// @throws TargetTooSmallException if the target has no room for the value; nothing is copied
  ///   then
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int copyUtf8(int column, byte[] target) {
    return isPresent(column, FieldCode.VARCHAR, "copyUtf8") ? copyValue(column, target) : -1;
  }

  /// As [#copyUtf8(int, byte[])], by name.
  public int copyUtf8(String column, byte[] target) {
    return copyUtf8(ordinalOf(column), target);
  }

  /// Copies the UTF-8 of a VARCHAR to a segment, from an offset on.
  ///
  /// @return its length in bytes, or -1 if it is NULL
  /// @throws TargetTooSmallException if the target has no room for the value; nothing is copied
  ///   then
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int copyUtf8(int column, MemorySegment target, long offset) {
    return isPresent(column, FieldCode.VARCHAR, "copyUtf8")
        ? copyValue(column, target, offset)
        : -1;
  }

  /// As [#copyUtf8(int, MemorySegment, long)], by name.
  public int copyUtf8(String column, MemorySegment target, long offset) {
    return copyUtf8(ordinalOf(column), target, offset);
  }

  /// The length of a VARBINARY in bytes, or -1 if it is NULL.
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int bytesLength(int column) {
    return isPresent(column, FieldCode.VARBINARY, "bytesLength")
        ? alive(reader.valueBytes(column))
        : -1;
  }

  /// As [#bytesLength(int)], by name.
  public int bytesLength(String column) {
    return bytesLength(ordinalOf(column));
  }

  /// Copies a VARBINARY to the start of an array.
  ///
  /// @return its length in bytes, or -1 if it is NULL
  /// @throws TargetTooSmallException if the target has no room for the value; nothing is copied
  ///   then
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int copyBytes(int column, byte[] target) {
    return isPresent(column, FieldCode.VARBINARY, "copyBytes") ? copyValue(column, target) : -1;
  }

  /// As [#copyBytes(int, byte[])], by name.
  public int copyBytes(String column, byte[] target) {
    return copyBytes(ordinalOf(column), target);
  }

  /// Copies a VARBINARY to a segment, from an offset on.
  ///
  /// @return its length in bytes, or -1 if it is NULL
  /// @throws TargetTooSmallException if the target has no room for the value; nothing is copied
  ///   then
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int copyBytes(int column, MemorySegment target, long offset) {
    return isPresent(column, FieldCode.VARBINARY, "copyBytes")
        ? copyValue(column, target, offset)
        : -1;
  }

  /// As [#copyBytes(int, MemorySegment, long)], by name.
  public int copyBytes(String column, MemorySegment target, long offset) {
    return copyBytes(ordinalOf(column), target, offset);
  }

  /// Reads a VARBINARY as a new array, or null if it is NULL. Allocates; see [#copyBytes(int,
  /// byte[])].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public byte @Nullable [] getBytes(int column) {
    return isPresent(column, FieldCode.VARBINARY, "getBytes") ? newBytes(column) : null;
  }

  /// As [#getBytes(int)], by name.
  public byte @Nullable [] getBytes(String column) {
    return getBytes(ordinalOf(column));
  }

  /// Reads a DATE, or null if it is NULL. Allocates; see [#getEpochDay(int)].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public @Nullable LocalDate getDate(int column) {
    return isPresent(column, FieldCode.DATE, "getDate")
        ? LocalDate.ofEpochDay(alive(reader.getInt(column)))
        : null;
  }

  /// As [#getDate(int)], by name.
  public @Nullable LocalDate getDate(String column) {
    return getDate(ordinalOf(column));
  }

  /// Reads a DATE in days since 1970-01-01.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public int getEpochDay(int column) {
    requireValue(column, FieldCode.DATE, "getEpochDay");
    return alive(reader.getInt(column));
  }

  /// As [#getEpochDay(int)], by name.
  public int getEpochDay(String column) {
    return getEpochDay(ordinalOf(column));
  }

  /// Reads a TIMESTAMP, or null if it is NULL. Allocates; see [#getEpochMicros(int)].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public @Nullable Instant getTimestamp(int column) {
    return isPresent(column, FieldCode.TIMESTAMP, "getTimestamp")
        ? Instant.EPOCH.plus(alive(reader.getLong(column)), ChronoUnit.MICROS)
        : null;
  }

  /// As [#getTimestamp(int)], by name.
  public @Nullable Instant getTimestamp(String column) {
    return getTimestamp(ordinalOf(column));
  }

  /// Reads a TIMESTAMP in microseconds since 1970-01-01T00:00:00Z.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getEpochMicros(int column) {
    requireValue(column, FieldCode.TIMESTAMP, "getEpochMicros");
    return alive(reader.getLong(column));
  }

  /// As [#getEpochMicros(int)], by name.
  public long getEpochMicros(String column) {
    return getEpochMicros(ordinalOf(column));
  }

  /// Reads a DECIMAL, or null if it is NULL. Allocates; see [#getUnscaled(int)].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public @Nullable BigDecimal getDecimal(int column) {
    boolean wide = (code(column) & FieldCode.TYPE_MASK) == FieldCode.WIDE_DECIMAL;
    if (!isPresent(column, wide ? FieldCode.WIDE_DECIMAL : FieldCode.DECIMAL, "getDecimal")) {
      return null;
    }
    int scale = schema().column(column).scale();
    return wide
        ? DecimalCodec.decimal(
            alive(reader.getSecondLong(column)), alive(reader.getLong(column)), scale)
        : BigDecimal.valueOf(alive(reader.getLong(column)), scale);
  }

  /// As [#getDecimal(int)], by name.
  public @Nullable BigDecimal getDecimal(String column) {
    return getDecimal(ordinalOf(column));
  }

  /// Reads a DECIMAL of up to 18 digits as an integer without its point: 12.50 is 1250.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getUnscaled(int column) {
    requireValue(column, FieldCode.DECIMAL, "getUnscaled");
    return alive(reader.getLong(column));
  }

  /// As [#getUnscaled(int)], by name.
  public long getUnscaled(String column) {
    return getUnscaled(ordinalOf(column));
  }

  /// Reads the upper 64 bits of a DECIMAL of more than 18 digits, as an integer without its point.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getUnscaledHigh(int column) {
    requireValue(column, FieldCode.WIDE_DECIMAL, "getUnscaledHigh");
    return alive(reader.getSecondLong(column));
  }

  /// As [#getUnscaledHigh(int)], by name.
  public long getUnscaledHigh(String column) {
    return getUnscaledHigh(ordinalOf(column));
  }

  /// Reads the lower 64 bits of a DECIMAL of more than 18 digits, as an integer without its point.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getUnscaledLow(int column) {
    requireValue(column, FieldCode.WIDE_DECIMAL, "getUnscaledLow");
    return alive(reader.getLong(column));
  }

  /// As [#getUnscaledLow(int)], by name.
  public long getUnscaledLow(String column) {
    return getUnscaledLow(ordinalOf(column));
  }

  /// Reads a UUID, or null if it is NULL. Allocates; see [#getUuidMostSignificant(int)].
  ///
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public @Nullable UUID getUuid(int column) {
    return isPresent(column, FieldCode.UUID, "getUuid")
        ? new UUID(alive(reader.getLong(column)), alive(reader.getSecondLong(column)))
        : null;
  }

  /// As [#getUuid(int)], by name.
  public @Nullable UUID getUuid(String column) {
    return getUuid(ordinalOf(column));
  }

  /// Reads the upper 64 bits of a UUID.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getUuidMostSignificant(int column) {
    requireValue(column, FieldCode.UUID, "getUuidMostSignificant");
    return alive(reader.getLong(column));
  }

  /// As [#getUuidMostSignificant(int)], by name.
  public long getUuidMostSignificant(String column) {
    return getUuidMostSignificant(ordinalOf(column));
  }

  /// Reads the lower 64 bits of a UUID.
  ///
  /// @throws NullReadException if the column is NULL
  /// @throws TypeMismatchException if the column has another type
  /// @throws UnknownColumnException if there is no such column, or the view was made without it
  public long getUuidLeastSignificant(int column) {
    requireValue(column, FieldCode.UUID, "getUuidLeastSignificant");
    return alive(reader.getSecondLong(column));
  }

  /// As [#getUuidLeastSignificant(int)], by name.
  public long getUuidLeastSignificant(String column) {
    return getUuidLeastSignificant(ordinalOf(column));
  }

  /// Hands on what was read and keeps the view reachable up to here: its owner may free the memory
  /// of views that are not.
  private int alive(int read) {
    Liveness.keep(this);
    return read;
  }

  private boolean alive(boolean read) {
    Liveness.keep(this);
    return read;
  }

  private long alive(long read) {
    Liveness.keep(this);
    return read;
  }

  private int ordinalOf(String column) {
    return schema().ordinalOf(column);
  }

  /// The code of a column, with the bit for NULL; 0 if it cannot be read.
  private int code(int column) {
    return reader.code(column);
  }

  /// Makes sure of a value of that type. For a NOT NULL column this is one comparison.
  private void requireValue(int column, int code, String call) {
    if (code(column) != code && !isPresent(column, code, call)) {
      throw new NullReadException(schema().name(), schema().column(column).name());
    }
  }

  /// Whether there is a value of that type: false for NULL.
  private boolean isPresent(int column, int code, String call) {
    int found = code(column);
    if ((found & FieldCode.TYPE_MASK) != code) {
      throw refusal(column, call);
    }
    return (found & FieldCode.NULLABLE) == 0 || !alive(reader.isNull(column));
  }

  private int copyValue(int column, byte[] target) {
    int length = reader.valueBytes(column);
    if (length > target.length) {
      throw targetTooSmall(column, target.length, length);
    }
    Memory.copyToArray(reader.valueAddress(column), target, 0, length);
    return alive(length);
  }

  private int copyValue(int column, MemorySegment target, long offset) {
    int length = reader.valueBytes(column);
    if (length > target.byteSize() - offset) {
      throw targetTooSmall(column, Math.max(0, target.byteSize() - offset), length);
    }
    MemorySegment.copy(Memory.ALL, reader.valueAddress(column), target, offset, length);
    return alive(length);
  }

  private byte[] newBytes(int column) {
    byte[] bytes = new byte[reader.valueBytes(column)];
    Memory.copyToArray(reader.valueAddress(column), bytes, 0, bytes.length);
    Liveness.keep(this);
    return bytes;
  }

  private TargetTooSmallException targetTooSmall(int column, long targetBytes, int valueBytes) {
    return new TargetTooSmallException(
        schema().name(), schema().column(column).name(), targetBytes, valueBytes);
  }

  /// Says why a column cannot be read like that.
  private RuntimeException refusal(int column, String call) {
    String table = schema().name();
    if (reader.closer() != null) {
      return new ClosedException("a row view of table '" + table + "'", reader.closer());
    }
    if (!reader.isShowing()) {
      return new NoRowException(table);
    }
    if (code(column) == 0) {
      List<Column> columns = schema().storedColumns();
      List<String> readable =
          columns.stream()
              .filter(each -> reader.projection().includes(each.ordinal()))
              .map(Column::name)
              .toList();
      String wanted =
          column >= 0 && column < columns.size() ? columns.get(column).name() : "number " + column;
      return new UnknownColumnException(table, wanted, readable);
    }
    Column declared = schema().column(column);
    return new TypeMismatchException(
        table, declared.name(), call, declared.typeText(), "call " + gettersOf(declared));
  }

  private static String gettersOf(Column column) {
    return switch (column.type()) {
      case BOOLEAN -> "getBoolean";
      case INT -> "getInt or getLong";
      case BIGINT -> "getLong";
      case FLOAT -> "getFloat or getDouble";
      case DOUBLE -> "getDouble";
      case VARCHAR -> "getString or copyUtf8";
      case VARBINARY -> "getBytes or copyBytes";
      case DATE -> "getDate or getEpochDay";
      case TIMESTAMP -> "getTimestamp or getEpochMicros";
      case DECIMAL ->
          column.precision() > Column.MAX_COMPACT_PRECISION
              ? "getDecimal, getUnscaledHigh or getUnscaledLow"
              : "getDecimal or getUnscaled";
      case UUID -> "getUuid, getUuidMostSignificant or getUuidLeastSignificant";
    };
  }

  /// The row as text, long values cut short, for messages and debugging. Allocates.
  @Override
  public String toString() {
    if (!hasRow()) {
      return schema().name() + (reader.closer() == null ? " (no row)" : " (closed)");
    }
    StringBuilder text = new StringBuilder(schema().name()).append(" (");
    String separator = "";
    for (Column column : schema().storedColumns()) {
      if (reader.projection().includes(column.ordinal())) {
        text.append(separator).append(column.name()).append('=').append(textOf(column));
        separator = ", ";
      }
    }
    return text.append(')').toString();
  }

  private String textOf(Column column) {
    int ordinal = column.ordinal();
    if (isNull(ordinal)) {
      return "NULL";
    }
    @Nullable Object value =
        switch (column.type()) {
          case BOOLEAN -> getBoolean(ordinal);
          case INT -> getInt(ordinal);
          case BIGINT -> getLong(ordinal);
          case FLOAT -> getFloat(ordinal);
          case DOUBLE -> getDouble(ordinal);
          case VARCHAR -> "'" + getString(ordinal) + "'";
          case VARBINARY -> bytesLength(ordinal) + " bytes";
          case DATE -> getDate(ordinal);
          case TIMESTAMP -> getTimestamp(ordinal);
          case DECIMAL -> getDecimal(ordinal);
          case UUID -> getUuid(ordinal);
        };
    String text = String.valueOf(value);
    return text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
  }
}
