package org.basaltdb.core.row;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/// Schemas and values of all kinds from a seed, with what sits at the edges more often than chance
/// would have it.
public final class RandomRows {
  private static final List<ColumnType> TYPES = List.of(ColumnType.values());
  private static final int[] MAX_LENGTHS = {1, 2, 10, 100, 5_000, 100_000};
  private static final String LETTERS = "aZ09 _\u0000\u007f\u0080\u00e9\u07ff\u0800\u4e2d\uffff";

  private final Random random;

  public RandomRows(long seed) {
    this.random = new Random(seed);
  }

  /// A schema of 1 to 100 columns, with or without a declared key.
  public TableSchema schema() {
    while (true) {
      try {
        return trySchema();
      } catch (InvalidSchemaException tooLarge) {
        // the key or the row can get larger than allowed: another one
      }
    }
  }

  private TableSchema trySchema() {
    int count = random.nextInt(10) == 0 ? 1 + random.nextInt(100) : 1 + random.nextInt(12);
    int keyCount = random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(Math.min(count, 4));
    List<Integer> ordinals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ordinals.add(i);
    }
    Collections.shuffle(ordinals, random);
    List<Integer> key = ordinals.subList(0, keyCount);
    TableSchema.Builder builder = TableSchema.builder("table " + random.nextInt(100));
    boolean numbered = false;
    for (int i = 0; i < count; i++) {
      ColumnType type = TYPES.get(random.nextInt(TYPES.size()));
      boolean inKey = key.contains(i);
      if (type == ColumnType.DECIMAL) {
        int precision = 1 + random.nextInt(TableSchema.MAX_PRECISION);
        builder.decimal("c" + i, precision, random.nextInt(precision + 1));
      } else {
        builder.column("c" + i, type);
      }
      if (type.isVariableLength() && random.nextInt(4) > 0) {
        builder.maxLength(MAX_LENGTHS[random.nextInt(inKey ? 4 : MAX_LENGTHS.length)]);
      }
      if (!inKey && random.nextInt(5) < 2) {
        builder.nullable();
      }
      if (inKey
          && !numbered
          && (type == ColumnType.INT || type == ColumnType.BIGINT)
          && random.nextInt(3) == 0) {
        builder.autoIncrement();
        numbered = true;
      }
    }
    if (keyCount > 0) {
      builder.primaryKey(names(key));
      if (random.nextInt(3) == 0) {
        List<Integer> part = new ArrayList<>(key.subList(0, 1 + random.nextInt(keyCount)));
        Collections.shuffle(part, random);
        builder.partitionKey(names(part));
      }
    }
    if (random.nextInt(3) == 0) {
      builder.expectedRowBytes(1 + random.nextInt(500));
    }
    return builder.build();
  }

  private static String[] names(List<Integer> ordinals) {
    return ordinals.stream().map(ordinal -> "c" + ordinal).toArray(String[]::new);
  }

  /// One value a column, null for NULL.
  public @Nullable Object[] values(TableSchema schema) {
    @Nullable Object[] values = new Object[schema.storedColumns().size()];
    for (Column column : schema.storedColumns()) {
      values[column.ordinal()] = column.nullable() && random.nextInt(3) == 0 ? null : value(column);
    }
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      Column column = schema.keyColumn(i);
      if (Objects.equals(values[column.ordinal()], "")
          || (values[column.ordinal()] instanceof byte[] bytes && bytes.length == 0)) {
        // a key of nothing is refused
        values[column.ordinal()] = column.type() == ColumnType.VARCHAR ? "k" : new byte[] {7};
      }
    }
    return values;
  }

  /// A value of the column, never NULL.
  public Object value(Column column) {
    return switch (column.type()) {
      case BOOLEAN -> random.nextBoolean();
      case INT -> edgeOr(Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE, random.nextInt());
      case BIGINT -> edgeOr(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE, random.nextLong());
      case FLOAT ->
          edgeOr(
              -0.0f,
              Float.NaN,
              Float.intBitsToFloat(0xffc12345),
              Float.NEGATIVE_INFINITY,
              Float.MIN_VALUE,
              Float.intBitsToFloat(random.nextInt()));
      case DOUBLE ->
          edgeOr(
              -0.0,
              Double.NaN,
              Double.longBitsToDouble(0xfff8123456789abcL),
              Double.POSITIVE_INFINITY,
              Double.MIN_VALUE,
              Double.longBitsToDouble(random.nextLong()));
      case VARCHAR -> text(column.maxLength());
      case VARBINARY -> bytes(column.maxLength());
      case DATE ->
          LocalDate.ofEpochDay(
              edgeOr(Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE, random.nextInt()));
      case TIMESTAMP ->
          Instant.EPOCH.plus(
              edgeOr(
                  -1L,
                  0L,
                  1L,
                  1_800_000_000_123_456L,
                  -9_000_000_000_000_000_000L,
                  random.nextLong() >> 1),
              ChronoUnit.MICROS);
      case DECIMAL -> decimal(column.precision(), column.scale());
      case UUID ->
          edgeOr(
              new UUID(0, 0),
              new UUID(-1, -1),
              new UUID(Long.MIN_VALUE, 0),
              new UUID(0, Long.MIN_VALUE),
              new UUID(1, -1),
              new UUID(random.nextLong(), random.nextLong()));
    };
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private <T> T edgeOr(T... choices) {
    return random.nextInt(3) == 0
        ? choices[random.nextInt(choices.length)]
        : choices[choices.length - 1];
  }

  private BigDecimal decimal(int precision, int scale) {
    BigInteger limit = BigInteger.TEN.pow(precision);
    BigInteger unscaled =
        switch (random.nextInt(6)) {
          case 0 -> limit.subtract(BigInteger.ONE);
          case 1 -> BigInteger.ONE.subtract(limit);
          case 2 -> BigInteger.valueOf(random.nextInt(3) - 1);
          default -> new BigInteger(limit.bitLength() + 1, random).mod(limit);
        };
    return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale);
  }

  private int length(int maxLength) {
    int bound =
        switch (random.nextInt(20)) {
          case 0 -> 0;
          case 1 -> maxLength;
          case 2 -> 20_000;
          default -> 40;
        };
    return random.nextInt(Math.min(Math.min(bound, maxLength), 120_000) + 1);
  }

  private byte[] bytes(int maxLength) {
    byte[] bytes = new byte[length(maxLength)];
    random.nextBytes(bytes);
    if (bytes.length > 0 && random.nextInt(3) == 0) {
      bytes[random.nextInt(bytes.length)] = 0;
    }
    return bytes;
  }

  private String text(int maxLength) {
    int left = length(maxLength);
    StringBuilder text = new StringBuilder();
    while (true) {
      int codePoint =
          switch (random.nextInt(12)) {
            case 0 -> LETTERS.charAt(random.nextInt(LETTERS.length()));
            case 1 -> Character.MIN_SUPPLEMENTARY_CODE_POINT + random.nextInt(0x100000);
            default -> ' ' + random.nextInt('~' - ' ');
          };
      left -= codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
      if (left < 0) {
        return text.toString();
      }
      text.appendCodePoint(codePoint);
    }
  }

  /// Any of the ways there are to set the column to that value.
  public void set(FieldSetters<?> target, int field, Column column, @Nullable Object value) {
    if (value == null) {
      ((RowBuffer) target).setNull(field);
      return;
    }
    boolean plain = random.nextBoolean();
    switch (column.type()) {
      case BOOLEAN -> target.setBoolean(field, (Boolean) value);
      case INT -> target.setInt(field, (Integer) value);
      case BIGINT -> setBigint(target, field, (Long) value);
      case FLOAT -> target.setFloat(field, (Float) value);
      case DOUBLE -> target.setDouble(field, (Double) value);
      case VARCHAR -> setText(target, field, (String) value);
      case VARBINARY -> target.setBytes(field, (byte[]) value);
      case DATE -> {
        LocalDate date = (LocalDate) value;
        if (plain) {
          target.setDate(field, date);
        } else {
          target.setEpochDay(field, (int) date.toEpochDay());
        }
      }
      case TIMESTAMP -> {
        Instant instant = (Instant) value;
        if (plain) {
          target.setTimestamp(field, instant);
        } else {
          target.setEpochMicros(field, ChronoUnit.MICROS.between(Instant.EPOCH, instant));
        }
      }
      case DECIMAL -> setDecimal(target, field, column, (BigDecimal) value);
      case UUID -> {
        UUID uuid = (UUID) value;
        if (plain) {
          target.setUuid(field, uuid);
        } else {
          target.setUuid(field, uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
        }
      }
    }
  }

  private void setBigint(FieldSetters<?> target, int field, long value) {
    if (value == (int) value && random.nextBoolean()) {
      target.setInt(field, (int) value);
    } else {
      target.setLong(field, value);
    }
  }

  private void setText(FieldSetters<?> target, int field, String value) {
    switch (random.nextInt(3)) {
      case 0 -> target.setString(field, value);
      case 1 -> target.setString(field, CharBuffer.wrap(value));
      default -> target.setUtf8(field, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void setDecimal(FieldSetters<?> target, int field, Column column, BigDecimal value) {
    BigInteger unscaled = value.unscaledValue();
    if (unscaled.bitLength() < Long.SIZE && random.nextBoolean()) {
      target.setUnscaled(field, unscaled.longValue());
    } else if (column.fixedBytes() > Long.BYTES && random.nextBoolean()) {
      target.setUnscaled(field, unscaled.shiftRight(Long.SIZE).longValue(), unscaled.longValue());
    } else {
      target.setDecimal(field, value);
    }
  }

  /// Sets all columns in any order, some of them twice.
  public void setAll(RowBuffer row, TableSchema schema, @Nullable Object[] values) {
    List<Column> columns = new ArrayList<>(schema.storedColumns());
    Collections.shuffle(columns, random);
    for (Column column : columns) {
      if (random.nextInt(8) == 0) {
        set(row, column.ordinal(), column, value(column));
      }
      if (values[column.ordinal()] != null || random.nextBoolean() || row.isSet(column.ordinal())) {
        set(row, column.ordinal(), column, values[column.ordinal()]);
      }
    }
  }

  /// Sets all columns of a key.
  public void setKey(Key key, TableSchema schema, @Nullable Object[] values) {
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      Column column = schema.keyColumn(i);
      set(key, i, column, values[column.ordinal()]);
    }
  }

  /// What a view has for a column, as [#value] would give it.
  public static @Nullable Object get(RowView view, Column column) {
    int ordinal = column.ordinal();
    if (view.isNull(ordinal)) {
      return null;
    }
    return switch (column.type()) {
      case BOOLEAN -> view.getBoolean(ordinal);
      case INT -> view.getInt(ordinal);
      case BIGINT -> view.getLong(ordinal);
      case FLOAT -> view.getFloat(ordinal);
      case DOUBLE -> view.getDouble(ordinal);
      case VARCHAR -> view.getString(ordinal);
      case VARBINARY -> view.getBytes(ordinal);
      case DATE -> view.getDate(ordinal);
      case TIMESTAMP -> view.getTimestamp(ordinal);
      case DECIMAL -> view.getDecimal(ordinal);
      case UUID -> view.getUuid(ordinal);
    };
  }

  /// Whether two values are the same to a column: bit for bit, but canonical in keys.
  public static boolean same(@Nullable Object left, @Nullable Object right, boolean inKey) {
    if (left instanceof Float a && right instanceof Float b) {
      return inKey
          ? Float.compare(a + 0.0f, b + 0.0f) == 0
          : Float.floatToRawIntBits(a) == Float.floatToRawIntBits(b);
    }
    if (left instanceof Double a && right instanceof Double b) {
      return inKey
          ? Double.compare(a + 0.0, b + 0.0) == 0
          : Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
    }
    return (left instanceof byte[] a && right instanceof byte[] b)
        ? Arrays.equals(a, b)
        : Objects.equals(left, right);
  }

  /// Whether the column belongs to the primary key.
  public static boolean inKey(TableSchema schema, Column column) {
    for (int i = 0; i < schema.keyColumnCount(); i++) {
      if (schema.keyColumn(i).equals(column)) {
        return true;
      }
    }
    return false;
  }

  /// The source of chance, for tests that need more of it.
  public Random random() {
    return random;
  }
}
