package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RandomRows;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// KEY-1 and KEY-2: canonical bytes are equal exactly where keys are, and order keys as their
/// values are ordered in Java.
class KeyOrderTest {
  private static final int VALUES = 300;

  /// The order of the values of a column.
  private static Comparator<Object> order(ColumnType type) {
    return switch (type) {
      case BOOLEAN -> Comparator.comparing(Boolean.class::cast);
      case INT -> Comparator.comparing(Integer.class::cast);
      case BIGINT -> Comparator.comparing(Long.class::cast);
      // -0.0 equals 0.0 in a key
      case FLOAT -> (a, b) -> Float.compare((Float) a + 0.0f, (Float) b + 0.0f);
      case DOUBLE -> (a, b) -> Double.compare((Double) a + 0.0, (Double) b + 0.0);
      case VARCHAR -> Comparator.comparing(text -> codePoints((String) text), Arrays::compare);
      case VARBINARY -> (a, b) -> Arrays.compareUnsigned((byte[]) a, (byte[]) b);
      case DATE -> Comparator.comparing(LocalDate.class::cast);
      case TIMESTAMP -> Comparator.comparing(Instant.class::cast);
      case DECIMAL -> Comparator.comparing(BigDecimal.class::cast);
      // UUID.compareTo compares the halves signed
      case UUID ->
          (a, b) -> {
            UUID left = (UUID) a;
            UUID right = (UUID) b;
            int high =
                Long.compareUnsigned(left.getMostSignificantBits(), right.getMostSignificantBits());
            return high != 0
                ? high
                : Long.compareUnsigned(
                    left.getLeastSignificantBits(), right.getLeastSignificantBits());
          };
    };
  }

  private static int[] codePoints(String text) {
    return text.codePoints().toArray();
  }

  private record Encoded(List<Object> values, long canonical, int length) {}

  private static List<Encoded> encodeMany(TableSchema schema, RandomRows rows, int count) {
    RowLayout layout = new RowLayout(schema);
    Key key = new Key(new KeyImageWriter(layout, new MemoryBudget(Long.MAX_VALUE)));
    List<Encoded> keys = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Object> values = new ArrayList<>();
      for (int part = 0; part < schema.keyColumnCount(); part++) {
        Column column = schema.keyColumn(part);
        // now and then a column is that of the key before, so that the next one decides
        Object value =
            !keys.isEmpty() && rows.random().nextInt(3) == 0
                ? keys.getLast().values().get(part)
                : rows.value(column);
        values.add(value);
      }
      if (values.stream().allMatch(KeyOrderTest::isEmpty)) {
        continue;
      }
      for (int part = 0; part < values.size(); part++) {
        rows.set(key, part, schema.keyColumn(part), values.get(part));
      }
      long image = key.writer().encode();
      long canonical = Memory.allocate(layout.maxCanonicalKeyBytes() + 1L, 8);
      int length = KeyCodec.canonicalFromKeyImage(layout, image, canonical);
      assertThat(length).isLessThanOrEqualTo(layout.maxCanonicalKeyBytes());
      keys.add(new Encoded(values, canonical, length));
    }
    key.writer().free("test");
    return keys;
  }

  private static boolean isEmpty(Object value) {
    return value.equals("") || (value instanceof byte[] bytes && bytes.length == 0);
  }

  private static void assertOrdered(TableSchema schema, List<Encoded> keys) {
    for (Encoded left : keys) {
      for (Encoded right : keys) {
        int expected = 0;
        for (int part = 0; part < schema.keyColumnCount() && expected == 0; part++) {
          expected =
              order(schema.keyColumn(part).type())
                  .compare(left.values().get(part), right.values().get(part));
        }
        int actual =
            Memory.compareUnsigned(
                left.canonical(), left.length(), right.canonical(), right.length());
        if (Integer.signum(actual) != Integer.signum(expected)) {
          fail("%s against %s in %s: %d", left.values(), right.values(), schema, actual);
        }
      }
    }
    keys.forEach(key -> Memory.free(key.canonical()));
  }

  @ParameterizedTest
  @EnumSource
  void canonicalBytesOrderAsValuesDo(ColumnType type) {
    RandomRows rows = new RandomRows(type.code());
    for (int precision : new int[] {18, 38}) {
      TableSchema.Builder builder = TableSchema.builder("ordered");
      if (type == ColumnType.DECIMAL) {
        builder.decimal("k", precision, 5);
      } else {
        builder.column("k", type);
      }
      TableSchema schema = builder.primaryKey("k").build();
      assertOrdered(schema, encodeMany(schema, rows, VALUES));
    }
  }

  /// Every pair of types, in both orders and in keys of three, compares column by column.
  @Test
  void compositeKeysOrderColumnByColumn() {
    for (int seed = 0; seed < 150; seed++) {
      RandomRows rows = new RandomRows(seed);
      TableSchema schema = rows.schema();
      if (!schema.hiddenKey()) {
        assertOrdered(schema, encodeMany(schema, rows, 60));
      }
    }
  }

  @Test
  void zeroesInsideTextSortBeforeWhatFollows() {
    TableSchema schema =
        TableSchema.builder("pairs")
            .column("a", ColumnType.VARBINARY)
            .column("b", ColumnType.VARBINARY)
            .primaryKey("a", "b")
            .build();
    RowLayout layout = new RowLayout(schema);
    Key key = new Key(new KeyImageWriter(layout, new MemoryBudget(Long.MAX_VALUE)));
    byte[][] parts = {{}, {0}, {0, 0}, {0, 1}, {0, -1}, {1}, {1, 0}, {-1}, {-1, 0}, {-1, -1}};
    List<Encoded> keys = new ArrayList<>();
    for (byte[] a : parts) {
      for (byte[] b : parts) {
        if (a.length + b.length > 0) {
          long image = key.setBytes(0, a).setBytes(1, b).writer().encode();
          long canonical = Memory.allocate(layout.maxCanonicalKeyBytes(), 8);
          int length = KeyCodec.canonicalFromKeyImage(layout, image, canonical);
          keys.add(new Encoded(List.of(a, b), canonical, length));
        }
      }
    }
    assertOrdered(schema, keys);
    key.writer().free("test");
  }

  @Test
  void negativeZeroIsZeroAndEveryNanIsOne() {
    TableSchema schema =
        TableSchema.builder("floats")
            .column("d", ColumnType.DOUBLE)
            .column("f", ColumnType.FLOAT)
            .primaryKey("d", "f")
            .build();
    RowLayout layout = new RowLayout(schema);
    Key key = new Key(new KeyImageWriter(layout, new MemoryBudget(Long.MAX_VALUE)));
    long zero = image(layout, key.setDouble(0, 0.0).setFloat(1, 0.0f));
    long negativeZero = image(layout, key.setDouble(0, -0.0).setFloat(1, -0.0f));
    long nan = image(layout, key.setDouble(0, Double.NaN).setFloat(1, Float.NaN));
    long otherNan =
        image(
            layout,
            key.setDouble(0, Double.longBitsToDouble(0xfff8000000000123L))
                .setFloat(1, Float.intBitsToFloat(0xffc00123)));
    assertThat(Memory.equal(zero, negativeZero, 12)).isTrue();
    assertThat(Memory.equal(nan, otherNan, 12)).isTrue();
    assertThat(Memory.equal(zero, nan, 12)).isFalse();
    for (long each : new long[] {zero, negativeZero, nan, otherNan}) {
      Memory.free(each);
    }
    key.writer().free("test");
  }

  private static long image(RowLayout layout, Key key) {
    long copy = Memory.allocate(layout.maxKeyImageBytes(), 8);
    Memory.copy(key.writer().encode(), copy, key.writer().imageBytes());
    return copy;
  }
}
