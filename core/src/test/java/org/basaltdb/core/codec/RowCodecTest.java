package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Random;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.row.RandomRows;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;

/// Images to the byte, the choice of what leaves a row, pointers through an update, and damaged
/// images.
class RowCodecTest {
  private final MemoryBudget budget = new MemoryBudget(1L << 30);

  private static RowLayout documents() {
    return new RowLayout(
        TableSchema.builder("documents")
            .column("id", ColumnType.BIGINT)
            .column("title", ColumnType.VARCHAR)
            .nullable()
            .column("body", ColumnType.VARBINARY)
            .nullable()
            .column("more", ColumnType.VARBINARY)
            .nullable()
            .column("hits", ColumnType.INT)
            .primaryKey("id")
            .build());
  }

  private RowBuffer buffer(RowLayout layout) {
    return new RowBuffer(new RowImageWriter(layout, budget));
  }

  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// The example of docs/formats.md.
  @Test
  void imageIsTheseBytes() {
    RowLayout layout =
        new RowLayout(
            TableSchema.builder("people")
                .column("id", ColumnType.BIGINT)
                .column("name", ColumnType.VARCHAR)
                .column("born", ColumnType.DATE)
                .nullable()
                .primaryKey("id")
                .build());
    RowBuffer row = buffer(layout).setLong("id", 7).setString("name", "Ada");
    long image = row.writer().encodeRow();
    byte[] actual = new byte[row.writer().imageBytes()];
    Memory.copyToArray(image, actual, 0, actual.length);
    assertThat(HexFormat.of().formatHex(actual))
        .isEqualTo(
            "0100200000000100"
                + "0700000000000000"
                + "00000000"
                + "1900"
                + "416461"
                + "00000000000000");
    row.writer().free("test");
  }

  @Test
  void wideImagesHaveLongerEnds() {
    RowLayout layout = documents();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    row.setBytes("body", bytes(100_000, 1)).setString("title", "t");
    long image = row.writer().encodeRow();
    assertThat(RowCodec.isWide(image)).isTrue();
    assertThat(RowCodec.rowBytes(image)).isZero();
    assertThat(RowCodec.imageBytes(image)).isEqualTo(row.writer().imageBytes());
    assertThat(RowCodec.valueStart(layout, image, 0)).isEqualTo(16 + 12 + 12);
    assertThat(RowCodec.valueEnd(layout, image, 0)).isEqualTo(41);
    assertThat(RowCodec.valueEnd(layout, image, 1)).isEqualTo(100_041);
    assertThat(RowCodec.valueEnd(layout, image, 2)).isEqualTo(100_041);
    assertThat(RowCodec.isNull(layout, image, layout.schema().ordinalOf("more"))).isTrue();
    assertThat(RowCodec.isNull(layout, image, layout.schema().ordinalOf("body"))).isFalse();
    row.writer().free("test");
  }

  /// ROW-1 at its border.
  @Test
  void imagesTurnWidePastTheNarrowLimit() {
    RowLayout layout = documents();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    int room = (RowLayout.MAX_NARROW_BYTES & -8) - layout.valuesOffset();
    long image = row.setBytes("body", new byte[room]).writer().encodeRow();
    assertThat(RowCodec.isWide(image)).isFalse();
    assertThat(RowCodec.rowBytes(image)).isEqualTo(7_896);
    image = row.setBytes("body", new byte[room + 1]).writer().encodeRow();
    assertThat(RowCodec.isWide(image)).isTrue();
    row.writer().free("test");
  }

  @Test
  void theLargestValuesLeaveFirst() {
    RowLayout layout = documents();
    SpillPlan plan = new SpillPlan();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    row.setString("title", "t".repeat(3_000));
    row.setBytes("body", new byte[4_000]).setBytes("more", new byte[3_500]);
    long image = row.writer().encodeRow();
    RowCodec.spillPlan(layout, image, 7_000, plan);
    assertThat(plan.count()).isEqualTo(1);
    assertThat(plan.next(0)).isEqualTo(1);
    RowCodec.spillPlan(layout, image, 4_000, plan);
    assertThat(plan.count()).isEqualTo(2);
    assertThat(plan.contains(0)).isFalse();
    assertThat(plan.next(2)).isEqualTo(2);
    assertThat(plan.next(3)).isEqualTo(-1);
    assertThatThrownBy(() -> RowCodec.spillPlan(layout, image, 80, plan))
        .isInstanceOf(RowTooLargeException.class)
        .hasMessageContaining("'documents'");
    row.setString("title", "t").setNull("body").setNull("more");
    long small = row.writer().encodeRow();
    RowCodec.spillPlan(layout, small, 7_000, plan);
    assertThat(plan.count()).isZero();
    assertThat(plan.storedBytes()).isEqualTo(RowCodec.rowBytes(small));
    row.writer().free("test");
  }

  /// An update of a row that has overflow values keeps their pointers, unless it sets those
  /// columns.
  @Test
  void updatesCarryPointersOver() {
    RowLayout layout = documents();
    SpillPlan plan = new SpillPlan();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    row.setBytes("body", bytes(9_000, 1)).setBytes("more", bytes(20_000, 2));
    long image = row.writer().encodeRow();
    RowCodec.spillPlan(layout, image, layout.maxStoredBytes(), plan);
    long pointers = Memory.allocate(48, 8);
    OverflowPointerLayout.put(pointers, 11, 1, 9_000);
    OverflowPointerLayout.put(pointers + 24, 12, 3, 20_000);
    long stored = Memory.allocate(8_192, 8);
    RowCodec.writeStored(layout, image, plan, pointers, stored);
    row.clear().setLong("id", 3).setInt("hits", 5).setNull("body");
    long update = row.writer().encodeUpdate();
    long merged = Memory.allocate(8_192, 8);
    int bytes = RowCodec.merge(layout, stored, update, row.writer().setMask(), merged);
    assertThat(RowCodec.findFault(layout, merged, bytes)).isNull();
    assertThat(RowCodec.hasOverflow(merged)).isTrue();
    assertThat(RowCodec.isPointer(layout, merged, 1)).isFalse();
    assertThat(RowCodec.isNull(layout, merged, layout.schema().ordinalOf("body"))).isTrue();
    assertThat(RowCodec.isPointer(layout, merged, 2)).isTrue();
    long pointer = merged + RowCodec.valueStart(layout, merged, 2);
    assertThat(OverflowPointerLayout.chainId(pointer)).isEqualTo(12);
    assertThat(OverflowPointerLayout.firstPage(pointer)).isEqualTo(3);
    assertThat(Memory.getInt(pointer + OverflowPointerLayout.RESERVED_OFFSET)).isZero();
    assertThat(OverflowPointerLayout.length(pointer)).isEqualTo(20_000);
    // a plan for the merged row leaves the pointer where it is
    RowCodec.spillPlan(layout, merged, layout.maxStoredBytes(), plan);
    assertThat(plan.count()).isZero();
    assertThat(RowCodec.writeStored(layout, merged, plan, pointers, stored)).isEqualTo(bytes);
    assertThat(Memory.equal(merged, stored, bytes)).isTrue();
    // a view of the columns that are whole can look at the row as it is
    Projection whole = Projection.of(layout, 0, 4);
    assertThat(RowCodec.needsAssembly(layout, merged, whole)).isFalse();
    RowImageReader reader = new RowImageReader(layout, whole, budget);
    reader.show(merged);
    assertThat(new RowView(reader).getInt("hits")).isEqualTo(5);
    for (long each : new long[] {pointers, stored, merged}) {
      Memory.free(each);
    }
    row.writer().free("test");
  }

  /// So does one that makes the row too large for a narrow image; stored again, the pointer is
  /// still there.
  @Test
  void wideImagesCarryPointersToo() {
    RowLayout layout = documents();
    SpillPlan plan = new SpillPlan();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    row.setBytes("more", bytes(20_000, 2));
    long image = row.writer().encodeRow();
    RowCodec.spillPlan(layout, image, layout.maxStoredBytes(), plan);
    long pointers = Memory.allocate(24, 8);
    OverflowPointerLayout.put(pointers, 12, 3, 20_000);
    long stored = Memory.allocate(8_192, 8);
    RowCodec.writeStored(layout, image, plan, pointers, stored);
    row.clear().setLong("id", 3).setString("title", "t".repeat(9_000));
    long update = row.writer().encodeUpdate();
    long merged = Memory.allocate(16_384, 8);
    int bytes = RowCodec.merge(layout, stored, update, row.writer().setMask(), merged);
    assertThat(RowCodec.isWide(merged)).isTrue();
    assertThat(RowCodec.findFault(layout, merged, bytes)).isNull();
    assertThat(RowCodec.isPointer(layout, merged, 0)).isFalse();
    assertThat(RowCodec.isPointer(layout, merged, 2)).isTrue();
    RowCodec.spillPlan(layout, merged, layout.maxStoredBytes(), plan);
    assertThat(plan.count()).isEqualTo(1);
    assertThat(plan.next(0)).isZero();
    OverflowPointerLayout.put(pointers, 13, 5, 9_000);
    int storedBytes = RowCodec.writeStored(layout, merged, plan, pointers, stored);
    assertThat(RowCodec.findFault(layout, stored, storedBytes)).isNull();
    long[] chains = new long[2];
    for (int i = 0; i < 2; i++) {
      assertThat(RowCodec.isPointer(layout, stored, 2 * i)).isTrue();
      chains[i] =
          OverflowPointerLayout.chainId(stored + RowCodec.valueStart(layout, stored, 2 * i));
    }
    assertThat(chains).containsExactly(13, 12);
    for (long each : new long[] {pointers, stored, merged}) {
      Memory.free(each);
    }
    row.writer().free("test");
  }

  @Test
  void rowsPastTheLargestImageAreRefused() {
    RowLayout layout = documents();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4);
    row.setBytes("body", new byte[16 << 20]);
    assertThatThrownBy(() -> row.setBytes("more", new byte[9 << 20]))
        .isInstanceOf(RowTooLargeException.class);
    row.setBytes("more", new byte[(8 << 20) - 100]);
    assertThat(row.writer().imageBytes()).isZero();
    row.writer().encodeRow();
    assertThat(row.writer().imageBytes()).isLessThanOrEqualTo(RowLayout.MAX_WIDE_BYTES);
    RowBuffer update = buffer(layout).setLong("id", 3).setString("title", "x".repeat(1_000));
    long oldImage = row.writer().encodeRow();
    long newImage = update.writer().encodeUpdate();
    assertThatThrownBy(
            () -> RowCodec.mergedBytes(layout, oldImage, newImage, update.writer().setMask()))
        .isInstanceOf(RowTooLargeException.class);
    row.writer().free("test");
    update.writer().free("test");
  }

  /// Whatever bytes come in, the check ends, stays inside, and lets through only what can be read.
  @Test
  void damagedImagesAreFoundOrHarmless() {
    for (int seed = 0; seed < 300; seed++) {
      RandomRows rows = new RandomRows(seed);
      TableSchema schema = rows.schema();
      RowLayout layout = new RowLayout(schema);
      RowBuffer row = buffer(layout);
      rows.setAll(row, schema, rows.values(schema));
      long image = row.writer().encodeRow();
      int bytes = row.writer().imageBytes();
      long copy = Memory.allocate(bytes, 8);
      for (int length = 0; length < Math.min(bytes, 200); length++) {
        assertThat(RowCodec.findFault(layout, image, length)).isNotNull();
      }
      for (int i = 0; i < 50; i++) {
        Memory.copy(image, copy, bytes);
        int header = Math.min(bytes, layout.wideValuesOffset());
        int offset = rows.random().nextInt(rows.random().nextBoolean() ? header : bytes);
        Memory.putByte(copy + offset, (byte) rows.random().nextInt());
        if (RowCodec.findFault(layout, copy, bytes) == null) {
          for (int index = 0; index < layout.variableCount(); index++) {
            assertThat(RowCodec.valueStart(layout, copy, index)).isBetween(0, bytes);
            assertThat(RowCodec.valueEnd(layout, copy, index))
                .isBetween(RowCodec.valueStart(layout, copy, index), bytes);
          }
        }
      }
      Memory.free(copy);
      row.writer().free("test");
    }
  }

  @Test
  void faultsAreNamed() {
    RowLayout layout = documents();
    RowBuffer row = buffer(layout).setLong("id", 3).setInt("hits", 4).setString("title", "abc");
    long image = row.writer().encodeRow();
    int bytes = row.writer().imageBytes();
    assertThat(RowCodec.findFault(layout, image, 8)).contains("expected at least");
    Memory.putShort(image, (short) 9);
    assertThat(RowCodec.findFault(layout, image, bytes)).contains("schema version 9, expected 1");
    Memory.putShort(image, (short) 1);
    Memory.putByte(image + RowLayout.FLAGS_OFFSET, (byte) RowLayout.FLAG_OVERFLOW);
    assertThat(RowCodec.findFault(layout, image, bytes)).contains("OVERFLOW flag is true");
    Memory.putByte(image + RowLayout.FLAGS_OFFSET, (byte) 0);
    Memory.putShort(image + layout.endsOffset(), (short) 5_000);
    assertThat(RowCodec.findFault(layout, image, bytes)).contains("to 5000");
    row.writer().free("test");
  }
}
