package org.basaltdb.core.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.OverflowPointerLayout;
import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.codec.SpillPlan;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever goes into a row comes out of it, on every way that a row takes: buffer to view, into a
/// page and back with values in overflow pages, through an update, and as a key. Random schemas and
/// values from fixed seeds.
class RowRoundTripTest {
  private static final int SCHEMAS = 1_500;
  private static final int ROWS_PER_SCHEMA = 4;

  /// One table's worth of reusable things, all accounted to one budget.
  private static final class Fixture {
    final RandomRows rows;
    final TableSchema schema;
    final RowLayout layout;
    final MemoryBudget budget = new MemoryBudget(1L << 30);
    final RowBuffer buffer;
    final RowBuffer other;
    final Key key;
    final RowView view;

    Fixture(long seed) {
      rows = new RandomRows(seed);
      schema = rows.schema();
      layout = new RowLayout(schema);
      buffer = new RowBuffer(new RowImageWriter(layout, budget));
      other = new RowBuffer(new RowImageWriter(layout, budget));
      key = new Key(new KeyImageWriter(layout, budget));
      view = new RowView(new RowImageReader(layout, layout.everything(), budget));
    }

    void free() {
      buffer.writer().free("test");
      other.writer().free("test");
      key.writer().free("test");
      view.reader().free("test");
      assertThat(budget.used()).isZero();
    }

    long encode(RowBuffer row, @Nullable Object[] values) {
      if (rows.random().nextBoolean()) {
        row.clear();
      }
      rows.setAll(row, schema, values);
      return row.writer().encodeRow();
    }

    void assertShows(long image, @Nullable Object[] values) {
      view.reader().show(image);
      for (Column column : schema.storedColumns()) {
        Object got = RandomRows.get(view, column);
        assertThat(RandomRows.same(got, values[column.ordinal()], RandomRows.inKey(schema, column)))
            .as("%s in %s: %s", column, schema, got)
            .isTrue();
      }
    }
  }

  private interface Check {
    void run(Fixture fixture, @Nullable Object[] values);
  }

  private static void forManyRows(long firstSeed, Check check) {
    for (long seed = firstSeed; seed < firstSeed + SCHEMAS; seed++) {
      Fixture fixture = new Fixture(seed);
      for (int i = 0; i < ROWS_PER_SCHEMA; i++) {
        check.run(fixture, fixture.rows.values(fixture.schema));
      }
      fixture.free();
    }
  }

  @Test
  void whatIsSetIsWhatIsRead() {
    forManyRows(
        1_000_000,
        (fixture, values) -> {
          long image = fixture.encode(fixture.buffer, values);
          int bytes = fixture.buffer.writer().imageBytes();
          assertThat(RowCodec.findFault(fixture.layout, image, bytes)).isNull();
          assertThat(RowCodec.imageBytes(image)).isEqualTo(bytes);
          assertThat(RowCodec.isWide(image)).isEqualTo(bytes > RowLayout.MAX_NARROW_BYTES);
          fixture.assertShows(image, values);
        });
  }

  /// ROW-3: equal rows have equal images, in whatever order and however often their columns were
  /// set.
  @Test
  void equalRowsHaveEqualImages() {
    forManyRows(
        2_000_000,
        (fixture, values) -> {
          long image = fixture.encode(fixture.buffer, values);
          long again = fixture.encode(fixture.other, values);
          int bytes = fixture.buffer.writer().imageBytes();
          assertThat(fixture.other.writer().imageBytes()).isEqualTo(bytes);
          assertThat(Memory.equal(image, again, bytes)).isTrue();
        });
  }

  @Test
  void keysOfRowsAreTheKeysThatAreSet() {
    forManyRows(
        3_000_000,
        (fixture, values) -> {
          RowLayout layout = fixture.layout;
          long image = fixture.encode(fixture.buffer, values);
          fixture.rows.setKey(fixture.key, fixture.schema, values);
          long wanted = fixture.key.writer().encode();
          int bytes = fixture.key.writer().imageBytes();
          long taken = Memory.allocate(layout.maxKeyImageBytes(), 8);
          assertThat(KeyCodec.encodeKeyImage(layout, image, taken)).isEqualTo(bytes);
          assertThat(KeyCodec.keyImageBytes(layout, taken)).isEqualTo(bytes);
          assertThat(Memory.equal(wanted, taken, bytes)).isTrue();
          if (!RowCodec.isWide(image)) {
            int rowBytes = RowCodec.rowBytes(image);
            assertThat(KeyCodec.matches(layout, wanted, image, rowBytes)).isTrue();
          }
          Memory.free(taken);
        });
  }

  /// A row that is stored with pointers and assembled again is the same, byte for byte.
  @Test
  void storedRowsComeBackWhole() {
    SpillPlan plan = new SpillPlan();
    forManyRows(
        4_000_000,
        (fixture, values) -> {
          RowLayout layout = fixture.layout;
          long image = fixture.encode(fixture.buffer, values);
          int imageBytes = fixture.buffer.writer().imageBytes();
          RowCodec.spillPlan(layout, image, layout.maxStoredBytes(), plan);
          long pointers = Memory.allocate(24L * plan.count() + 8, 8);
          long addresses = Memory.allocate(8L * plan.count() + 8, 8);
          int number = 0;
          for (int index = plan.next(0); index >= 0; index = plan.next(index + 1)) {
            int start = RowCodec.valueStart(layout, image, index);
            int length = RowCodec.valueEnd(layout, image, index) - start;
            OverflowPointerLayout.put(pointers + 24L * number, 7, number, length);
            Memory.putLong(addresses + 8L * number, image + start);
            number++;
          }
          assertThat(number).isEqualTo(plan.count());
          long stored = Memory.allocate(layout.maxStoredBytes(), 8);
          int storedBytes = RowCodec.writeStored(layout, image, plan, pointers, stored);
          assertThat(storedBytes).isEqualTo(plan.storedBytes());
          assertThat(storedBytes).isLessThanOrEqualTo(layout.maxStoredBytes());
          assertThat(RowCodec.findFault(layout, stored, storedBytes)).isNull();
          assertThat(RowCodec.hasOverflow(stored)).isEqualTo(plan.count() > 0);
          assertThat(RowCodec.needsAssembly(layout, stored, layout.everything()))
              .isEqualTo(plan.count() > 0);
          long back =
              Memory.allocate(RowCodec.assembledBytes(layout, stored, layout.everything()) + 8L, 8);
          assertThat(RowCodec.assemble(layout, stored, addresses, back)).isEqualTo(imageBytes);
          assertThat(Memory.equal(image, back, imageBytes)).isTrue();
          for (long each : new long[] {pointers, addresses, stored, back}) {
            Memory.free(each);
          }
        });
  }

  /// An update changes what was set and nothing else; the result is the image that an insert of it
  /// would have.
  @Test
  void updatesChangeWhatWasSet() {
    forManyRows(
        5_000_000,
        (fixture, values) -> {
          RowLayout layout = fixture.layout;
          TableSchema schema = fixture.schema;
          long old = fixture.encode(fixture.buffer, values);
          @Nullable Object[] changes = fixture.rows.values(schema);
          @Nullable Object[] expected = values.clone();
          fixture.other.clear();
          for (Column column : schema.storedColumns()) {
            int ordinal = column.ordinal();
            boolean inKey = RandomRows.inKey(schema, column);
            if (inKey || fixture.rows.random().nextInt(3) == 0) {
              expected[ordinal] = inKey ? values[ordinal] : changes[ordinal];
              fixture.rows.set(fixture.other, ordinal, column, expected[ordinal]);
            }
          }
          long update = fixture.other.writer().encodeUpdate();
          long mask = fixture.other.writer().setMask();
          int bytes = RowCodec.mergedBytes(layout, old, update, mask);
          long merged = Memory.allocate(bytes, 8);
          assertThat(RowCodec.merge(layout, old, update, mask, merged)).isEqualTo(bytes);
          assertThat(RowCodec.findFault(layout, merged, bytes)).isNull();
          fixture.assertShows(merged, expected);
          long direct = fixture.encode(fixture.buffer, expected);
          assertThat(fixture.buffer.writer().imageBytes()).isEqualTo(bytes);
          assertThat(Memory.equal(direct, merged, bytes)).isTrue();
          Memory.free(merged);
        });
  }

  /// A view of some columns reads those, also from a row of which only they were assembled.
  @Test
  void projectionsLeaveTheRestAway() {
    SpillPlan plan = new SpillPlan();
    forManyRows(
        6_000_000,
        (fixture, values) -> {
          RowLayout layout = fixture.layout;
          int[] ordinals =
              fixture.schema.storedColumns().stream()
                  .mapToInt(Column::ordinal)
                  .filter(ordinal -> fixture.rows.random().nextBoolean())
                  .toArray();
          Projection projection = Projection.of(layout, ordinals);
          long image = fixture.encode(fixture.buffer, values);
          RowCodec.spillPlan(layout, image, layout.maxStoredBytes(), plan);
          long pointers = Memory.allocate(24L * plan.count() + 8, 8);
          int number = 0;
          for (int index = plan.next(0); index >= 0; index = plan.next(index + 1)) {
            int length =
                RowCodec.valueEnd(layout, image, index) - RowCodec.valueStart(layout, image, index);
            OverflowPointerLayout.put(pointers + 24L * number++, 7, number, length);
          }
          long stored = Memory.allocate(layout.maxStoredBytes(), 8);
          RowCodec.writeStored(layout, image, plan, pointers, stored);
          long shown = stored;
          RowImageReader reader = new RowImageReader(layout, projection, fixture.budget);
          if (RowCodec.needsAssembly(layout, stored, projection)) {
            shown = reader.largeTarget(RowCodec.assembledBytes(layout, stored, projection));
            RowCodec.assemble(layout, stored, projection, shown);
            for (int index = 0; index < layout.variableCount(); index++) {
              if (RowCodec.isPointer(layout, stored, index) && projection.includesVariable(index)) {
                int start = RowCodec.valueStart(layout, image, index);
                Memory.copy(
                    image + start,
                    shown + RowCodec.valueStart(layout, shown, index),
                    RowCodec.valueEnd(layout, image, index) - start);
              }
            }
          }
          reader.show(shown);
          RowView view = new RowView(reader);
          for (int ordinal : ordinals) {
            Column column = fixture.schema.column(ordinal);
            assertThat(
                    RandomRows.same(
                        RandomRows.get(view, column),
                        values[ordinal],
                        RandomRows.inKey(fixture.schema, column)))
                .as("%s in %s", column, Arrays.toString(ordinals))
                .isTrue();
          }
          reader.free("test");
          Memory.free(pointers);
          Memory.free(stored);
        });
  }
}
