package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.row.RandomRows;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.PageLayout;
import org.junit.jupiter.api.Test;

/// Where columns lie, and how many rows a page is made for.
class RowLayoutTest {
  @Test
  void keyComesFirstThenWidthsFallThenEndsAndValues() {
    TableSchema schema =
        TableSchema.builder("t")
            .column("flag", ColumnType.BOOLEAN)
            .column("note", ColumnType.VARCHAR)
            .nullable()
            .column("day", ColumnType.DATE)
            .column("uuid", ColumnType.UUID)
            .column("number", ColumnType.INT)
            .column("code", ColumnType.VARCHAR)
            .decimal("small", 18, 0)
            .decimal("large", 19, 0)
            .column("id", ColumnType.BIGINT)
            .primaryKey("code", "number", "id")
            .build();
    RowLayout layout = new RowLayout(schema);
    assertThat(layout.keyOffset()).isEqualTo(8);
    assertThat(offset(layout, "number")).isEqualTo(8);
    assertThat(offset(layout, "id")).isEqualTo(12);
    assertThat(layout.fixedKeyBytes()).isEqualTo(12);
    assertThat(offset(layout, "uuid")).isEqualTo(20);
    assertThat(offset(layout, "large")).isEqualTo(36);
    assertThat(offset(layout, "small")).isEqualTo(52);
    assertThat(offset(layout, "day")).isEqualTo(60);
    assertThat(offset(layout, "flag")).isEqualTo(64);
    assertThat(layout.endsOffset()).isEqualTo(65);
    assertThat(layout.valuesOffset()).isEqualTo(69);
    assertThat(layout.wideValuesOffset()).isEqualTo(8 + 65 + 8);
    assertThat(layout.minRowBytes()).isEqualTo(72);
    assertThat(layout.variableOrdinal(0)).isEqualTo(schema.ordinalOf("code"));
    assertThat(layout.variableOrdinal(1)).isEqualTo(schema.ordinalOf("note"));
    assertThat(layout.keyVariableCount()).isEqualTo(1);
    assertThat(layout.isLongKey()).isFalse();
    assertThat(layout.hasPartitionKey()).isFalse();
  }

  private static int offset(RowLayout layout, String column) {
    return layout.offset(layout.schema().ordinalOf(column));
  }

  @Test
  void nullBitsGoOnBehindTheHeaderPastSixteen() {
    int[] nullable = {0, 1, 16, 17, 80, 81};
    int[] keyOffsets = {8, 8, 8, 16, 16, 24};
    for (int i = 0; i < nullable.length; i++) {
      TableSchema.Builder builder = TableSchema.builder("t").column("k", ColumnType.BIGINT);
      for (int column = 0; column < nullable[i]; column++) {
        builder.column("c" + column, ColumnType.BOOLEAN).nullable();
      }
      RowLayout layout = new RowLayout(builder.primaryKey("k").build());
      assertThat(layout.keyOffset()).isEqualTo(keyOffsets[i]);
    }
  }

  @Test
  void fixedRowsFillThePageExactly() {
    for (int columns = 1; columns <= 240; columns++) {
      TableSchema.Builder builder = TableSchema.builder("t").column("k", ColumnType.BIGINT);
      for (int column = 1; column < columns; column++) {
        builder.column("c" + column, ColumnType.BIGINT);
      }
      // a hint says nothing where all rows have one size
      RowLayout layout =
          new RowLayout(builder.primaryKey("k").expectedRowBytes(1 + columns * 3).build());
      int rows = layout.rowsPerPage();
      assertThat(layout.isFixedSize()).isTrue();
      assertThat(layout.minRowBytes()).isEqualTo(8 + 8 * columns);
      assertThat(rows).isBetween(4, 256);
      if (rows > 4) {
        assertThat(rows * layout.minRowBytes()).isLessThanOrEqualTo(PageLayout.heapBytes(rows));
      }
      if (rows < 256) {
        assertThat((rows + 1) * layout.minRowBytes()).isGreaterThan(PageLayout.heapBytes(rows + 1));
      }
    }
  }

  @Test
  void hintsAndEstimatesDecideForVariableRows() {
    // 8 header + 8 key + 2 end + 16 of text, to 40
    assertThat(rowsPerPage(1_000, 0)).isEqualTo(194);
    // text of at most 4 bytes: 24 in all
    assertThat(rowsPerPage(4, 0)).isEqualTo(256);
    // 100 bytes of values and 10 around them, to 112
    assertThat(rowsPerPage(1_000, 100)).isEqualTo(71);
    assertThat(rowsPerPage(1_000_000, 1)).isEqualTo(256);
    assertThat(rowsPerPage(1_000_000, 1_000_000)).isEqualTo(4);
  }

  private static int rowsPerPage(int maxLength, int hint) {
    TableSchema.Builder builder =
        TableSchema.builder("t")
            .column("k", ColumnType.BIGINT)
            .column("v", ColumnType.VARCHAR)
            .maxLength(maxLength)
            .primaryKey("k");
    if (hint > 0) {
      builder.expectedRowBytes(hint);
    }
    return new RowLayout(builder.build()).rowsPerPage();
  }

  /// The rule of the schema for what has to stay in the page is never more lenient than what the
  /// layout needs.
  @Test
  void whatStaysInThePageAlwaysFits() {
    SpillPlan plan = new SpillPlan();
    MemoryBudget budget = new MemoryBudget(1L << 30);
    for (int columns = 200; columns < 400; columns += 3) {
      TableSchema.Builder builder = TableSchema.builder("t");
      builder.column("k", ColumnType.VARCHAR).maxLength(2_000).primaryKey("k");
      builder.expectedRowBytes(1);
      for (int column = 0; column < columns; column++) {
        builder.column("c" + column, ColumnType.VARBINARY).nullable();
      }
      TableSchema schema;
      try {
        schema = builder.build();
      } catch (InvalidSchemaException tooMany) {
        assertThat(tooMany.problems()).hasSize(1).first().asString().contains("7600");
        assertThat(columns).isGreaterThan(200);
        return;
      }
      RowLayout layout = new RowLayout(schema);
      assertThat(layout.maxStoredBytes()).isGreaterThanOrEqualTo(TableSchema.MAX_INLINE_BYTES);
      RowBuffer row = new RowBuffer(new RowImageWriter(layout, budget));
      row.setString(0, String.join("", Collections.nCopies(2_000, "k")));
      for (int column = 1; column <= columns; column++) {
        row.setBytes(column, new byte[30]);
      }
      RowCodec.spillPlan(layout, row.writer().encodeRow(), layout.maxStoredBytes(), plan);
      assertThat(plan.storedBytes()).isLessThanOrEqualTo(layout.maxStoredBytes());
      row.writer().free("test");
    }
    throw new AssertionError("no schema was refused");
  }

  @Test
  void limitsHoldForAnySchema() {
    for (int seed = 0; seed < 2_000; seed++) {
      RowLayout layout = new RowLayout(new RandomRows(seed).schema());
      assertThat(layout.minRowBytes() % 8).isZero();
      assertThat(layout.maxStoredBytes() % 8).isZero();
      assertThat(layout.minRowBytes()).isLessThanOrEqualTo(layout.maxNarrowBytes());
      assertThat(layout.maxNarrowBytes()).isLessThanOrEqualTo(RowLayout.MAX_NARROW_BYTES);
      assertThat(layout.maxStoredBytes() + RowLayout.GUEST_TRAILER_BYTES)
          .isLessThanOrEqualTo(PageLayout.heapBytes(layout.rowsPerPage()));
      assertThat(layout.maxKeyImageBytes()).isLessThanOrEqualTo(TableSchema.MAX_KEY_BYTES);
    }
  }
}
