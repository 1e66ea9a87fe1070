package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.ValueOutOfRangeException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RandomRows;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Key images, canonical keys to the byte, and the comparison with a row that may be torn.
class KeyCodecTest {
  private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
  private final long scratch = Memory.allocate(8192, 8);

  private static String hex(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copyToArray(address, bytes, 0, length);
    return HexFormat.of().formatHex(bytes);
  }

  private static TableSchema composite() {
    return TableSchema.builder("t")
        .column("text", ColumnType.VARCHAR)
        .column("number", ColumnType.INT)
        .column("bytes", ColumnType.VARBINARY)
        .column("flag", ColumnType.BOOLEAN)
        .column("rest", ColumnType.BIGINT)
        .primaryKey("text", "number", "bytes", "flag")
        .partitionKey("bytes", "number")
        .build();
  }

  @Test
  void keyImageHasFixedColumnsThenLengthsAndValues() {
    RowLayout layout = new RowLayout(composite());
    Key key = new Key(new KeyImageWriter(layout, budget));
    key.setString("text", "aé").setInt("number", -2).setBytes("bytes", new byte[] {9});
    long image = key.setBoolean("flag", true).writer().encode();
    assertThat(hex(image, key.writer().imageBytes()))
        .isEqualTo("feffffff" + "01" + "0300" + "61c3a9" + "0100" + "09");
    assertThat(layout.maxKeyImageBytes()).isEqualTo(5 + 2 * (2 + 255));
    key.writer().free("test");
  }

  @Test
  void canonicalKeysAreTheseBytes() {
    RowLayout layout = new RowLayout(composite());
    Key key = new Key(new KeyImageWriter(layout, budget));
    key.setString(0, "a\0b").setInt(1, 5).setBytes(2, new byte[] {0, 1}).setBoolean(3, false);
    long image = key.writer().encode();
    int length = KeyCodec.canonicalFromKeyImage(layout, image, scratch);
    assertThat(hex(scratch, length))
        .isEqualTo("6100ff62" + "0001" + "80000005" + "00ff01" + "0001" + "00");
    // the partition key has its own order, and its last column is not escaped
    length = KeyCodec.partitionCanonicalFromKeyImage(layout, image, scratch);
    assertThat(hex(scratch, length)).isEqualTo("00ff01" + "0001" + "80000005");
    key.writer().free("test");
  }

  @Test
  void lastTextOfAKeyIsTakenAsItIs() {
    TableSchema schema =
        TableSchema.builder("t").column("k", ColumnType.VARCHAR).primaryKey("k").build();
    RowLayout layout = new RowLayout(schema);
    Key key = new Key(new KeyImageWriter(layout, budget));
    long image = key.setString(0, "foo\0").writer().encode();
    int length = KeyCodec.canonicalFromKeyImage(layout, image, scratch);
    assertThat(hex(scratch, length)).isEqualTo("666f6f00");
    key.writer().free("test");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 8000000000000000",
    "-1, 7fffffffffffffff",
    "72623859790382856, 8102030405060708",
    "-9223372036854775808, 0000000000000000"
  })
  void canonicalLongIsBigEndianWithItsSignFlipped(long value, String bytes) {
    TableSchema schema =
        TableSchema.builder("t").column("k", ColumnType.BIGINT).primaryKey("k").build();
    RowLayout layout = new RowLayout(schema);
    assertThat(layout.isLongKey()).isTrue();
    long image = scratch + 4096;
    assertThat(KeyCodec.encodeLong(layout, value, image)).isEqualTo(8);
    assertThat(Memory.getLong(image)).isEqualTo(value);
    assertThat(KeyCodec.canonicalFromKeyImage(layout, image, scratch)).isEqualTo(8);
    assertThat(hex(scratch, 8)).isEqualTo(bytes);
    assertThat(KeyCodec.partitionCanonicalFromKeyImage(layout, image, scratch)).isEqualTo(8);
    assertThat(hex(scratch, 8)).isEqualTo(bytes);
  }

  @Test
  void longStandsForAKeyOfOneIntegerColumn() {
    RowLayout ints =
        new RowLayout(TableSchema.builder("t").column("k", ColumnType.INT).primaryKey("k").build());
    assertThat(ints.isLongKey()).isFalse();
    assertThat(KeyCodec.encodeLong(ints, -7, scratch)).isEqualTo(4);
    assertThat(Memory.getInt(scratch)).isEqualTo(-7);
    assertThatThrownBy(() -> KeyCodec.encodeLong(ints, 1L << 31, scratch))
        .isInstanceOf(ValueOutOfRangeException.class)
        .hasMessageContaining("2147483648")
        .hasMessageContaining("'k'");
    RowLayout hidden = new RowLayout(TableSchema.builder("t").column("v", ColumnType.INT).build());
    assertThat(hidden.isLongKey()).isTrue();
    for (TableSchema other :
        new TableSchema[] {
          composite(),
          TableSchema.builder("t").column("k", ColumnType.DOUBLE).primaryKey("k").build(),
          TableSchema.builder("t").column("k", ColumnType.VARCHAR).primaryKey("k").build()
        }) {
      RowLayout layout = new RowLayout(other);
      assertThat(layout.isLongKey()).isFalse();
      assertThatThrownBy(() -> KeyCodec.encodeLong(layout, 1, scratch))
          .isInstanceOf(TypeMismatchException.class)
          .hasMessageContaining("make a Key");
    }
  }

  /// READ-5: whatever a torn row says, nothing outside the given length decides, and another key
  /// never matches.
  @Test
  void matchesOnlyTheKeyWhateverTheBytes() {
    for (int seed = 0; seed < 200; seed++) {
      RandomRows rows = new RandomRows(seed);
      TableSchema schema = rows.schema();
      RowLayout layout = new RowLayout(schema);
      RowBuffer row = new RowBuffer(new RowImageWriter(layout, budget));
      rows.setAll(row, schema, rows.values(schema));
      long image = row.writer().encodeRow();
      if (!RowCodec.isWide(image)) {
        checkMatches(rows, layout, image, RowCodec.rowBytes(image));
      }
      row.writer().free("test");
    }
  }

  private void checkMatches(RandomRows rows, RowLayout layout, long image, int rowBytes) {
    long key = Memory.allocate(layout.maxKeyImageBytes(), 8);
    long taken = Memory.allocate(70_000, 8);
    int keyBytes = KeyCodec.encodeKeyImage(layout, image, key);
    assertThat(KeyCodec.matches(layout, key, image, rowBytes)).isTrue();
    assertThat(KeyCodec.matches(layout, key, image, layout.minRowBytes() - 8)).isFalse();
    if (layout.keyVariableCount() > 0) {
      int end = RowCodec.valueEnd(layout, image, layout.keyVariableCount() - 1);
      assertThat(KeyCodec.matches(layout, key, image, end - 1)).isFalse();
    }
    for (int i = 0; i < 50; i++) {
      // a torn copy, at the end of its memory as far as the comparison may know
      Memory.copy(image, scratch, rowBytes);
      int offset = rows.random().nextInt(rowBytes);
      Memory.putByte(scratch + offset, (byte) rows.random().nextInt());
      if (KeyCodec.matches(layout, key, scratch, rowBytes)
          && RowCodec.findFault(layout, scratch, rowBytes) == null) {
        assertThat(KeyCodec.encodeKeyImage(layout, scratch, taken)).isEqualTo(keyBytes);
        assertThat(Memory.equal(taken, key, keyBytes)).isTrue();
      }
    }
    Memory.free(key);
    Memory.free(taken);
  }
}
