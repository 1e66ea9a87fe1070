package org.basaltdb.core.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.Projection;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.error.AutoIncrementOverflowException;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.InvalidKeyException;
import org.basaltdb.core.error.MalformedTextException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NoRowException;
import org.basaltdb.core.error.NullReadException;
import org.basaltdb.core.error.NullValueException;
import org.basaltdb.core.error.TargetTooSmallException;
import org.basaltdb.core.error.TypeMismatchException;
import org.basaltdb.core.error.UnknownColumnException;
import org.basaltdb.core.error.ValueOutOfRangeException;
import org.basaltdb.core.error.ValueTooLongException;
import org.basaltdb.core.schema.Column;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Everything that a row buffer, a view or a key refuses, and that a refusal leaves things as they
/// were.
class RowErrorsTest {
  private static final TableSchema SCHEMA =
      TableSchema.builder("things")
          .column("id", ColumnType.INT)
          .autoIncrement()
          .column("flag", ColumnType.BOOLEAN)
          .nullable()
          .column("number", ColumnType.INT)
          .nullable()
          .column("big", ColumnType.BIGINT)
          .nullable()
          .column("real", ColumnType.FLOAT)
          .nullable()
          .column("precise", ColumnType.DOUBLE)
          .nullable()
          .column("name", ColumnType.VARCHAR)
          .maxLength(8)
          .column("data", ColumnType.VARBINARY)
          .maxLength(4)
          .nullable()
          .column("day", ColumnType.DATE)
          .nullable()
          .column("moment", ColumnType.TIMESTAMP)
          .nullable()
          .decimal("price", 5, 2)
          .nullable()
          .decimal("huge", 38, 2)
          .nullable()
          .column("uuid", ColumnType.UUID)
          .nullable()
          .primaryKey("id")
          .build();

  private final MemoryBudget budget = new MemoryBudget(64 << 20);
  private final RowLayout layout = new RowLayout(SCHEMA);
  private final RowBuffer row = new RowBuffer(new RowImageWriter(layout, budget));
  private final Key key = new Key(new KeyImageWriter(layout, budget));
  private final RowView view = new RowView(new RowImageReader(layout, layout.everything(), budget));

  @AfterEach
  void free() {
    row.writer().free("test");
    key.writer().free("test");
    view.reader().free("test");
    assertThat(budget.used()).isZero();
  }

  private void show() {
    view.reader().show(row.setInt("id", 1).setString("name", "n").writer().encodeRow());
  }

  @Test
  void settersRefuseOtherTypes() {
    for (Column column : SCHEMA.columns()) {
      String name = column.name();
      check(column, "INT BIGINT", () -> row.setInt(name, 1));
      check(column, "BIGINT", () -> row.setLong(name, 1));
      check(column, "BOOLEAN", () -> row.setBoolean(name, true));
      check(column, "FLOAT DOUBLE", () -> row.setFloat(name, 1));
      check(column, "DOUBLE", () -> row.setDouble(name, 1));
      check(column, "VARCHAR", () -> row.setString(name, "x"));
      check(column, "VARCHAR", () -> row.setUtf8(name, new byte[] {65}));
      check(column, "VARBINARY", () -> row.setBytes(name, new byte[1]));
      check(column, "DATE", () -> row.setDate(name, LocalDate.EPOCH));
      check(column, "DATE", () -> row.setEpochDay(name, 1));
      check(column, "TIMESTAMP", () -> row.setTimestamp(name, Instant.EPOCH));
      check(column, "TIMESTAMP", () -> row.setEpochMicros(name, 1));
      check(column, "DECIMAL", () -> row.setDecimal(name, BigDecimal.ONE));
      check(column, "DECIMAL", () -> row.setUnscaled(name, 1));
      check(column, name.equals("huge") ? "DECIMAL" : "", () -> row.setUnscaled(name, 0, 1));
      check(column, "UUID", () -> row.setUuid(name, 1, 2));
    }
  }

  @Test
  void gettersRefuseOtherTypes() {
    for (Column column : SCHEMA.columns()) {
      if (!column.name().equals("id") && !column.name().equals("name")) {
        new RandomRows(column.ordinal()).set(row, column.ordinal(), column, small(column));
      }
    }
    show();
    for (Column column : SCHEMA.columns()) {
      String name = column.name();
      check(column, "INT", () -> view.getInt(name));
      check(column, "INT BIGINT", () -> view.getLong(name));
      check(column, "BOOLEAN", () -> view.getBoolean(name));
      check(column, "FLOAT", () -> view.getFloat(name));
      check(column, "FLOAT DOUBLE", () -> view.getDouble(name));
      check(column, "VARCHAR", () -> view.getString(name));
      check(column, "VARCHAR", () -> view.utf8Length(name));
      check(column, "VARCHAR", () -> view.copyUtf8(name, new byte[9]));
      check(column, "VARBINARY", () -> view.getBytes(name));
      check(column, "VARBINARY", () -> view.bytesLength(name));
      check(column, "VARBINARY", () -> view.copyBytes(name, new byte[9]));
      check(column, "DATE", () -> view.getDate(name));
      check(column, "DATE", () -> view.getEpochDay(name));
      check(column, "TIMESTAMP", () -> view.getTimestamp(name));
      check(column, "TIMESTAMP", () -> view.getEpochMicros(name));
      check(column, "DECIMAL", () -> view.getDecimal(name));
      check(column, name.equals("price") ? "DECIMAL" : "", () -> view.getUnscaled(name));
      check(column, name.equals("huge") ? "DECIMAL" : "", () -> view.getUnscaledHigh(name));
      check(column, name.equals("huge") ? "DECIMAL" : "", () -> view.getUnscaledLow(name));
      check(column, "UUID", () -> view.getUuid(name));
      check(column, "UUID", () -> view.getUuidMostSignificant(name));
      check(column, "UUID", () -> view.getUuidLeastSignificant(name));
    }
    assertThat(view.toString()).startsWith("things (id=1, flag=").contains("name='n'");
  }

  private static Object small(Column column) {
    return column.type() == ColumnType.VARBINARY ? new byte[] {1} : new RandomRows(1).value(column);
  }

  /// The call works for columns of those types, and names column, type and call for others.
  private static void check(Column column, String types, ThrowingCallable call) {
    if ((" " + types + " ").contains(" " + column.type() + " ")) {
      try {
        call.call();
      } catch (Throwable failure) {
        throw new AssertionError(column + " refused", failure);
      }
      return;
    }
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            TypeMismatchException.class,
            mismatch -> {
              assertThat(mismatch.table()).isEqualTo("things");
              assertThat(mismatch.column()).isEqualTo(column.name());
              assertThat(mismatch.expected()).isEqualTo(column.typeText());
              assertThat(mismatch.remedy()).startsWith("call ");
            });
  }

  @Test
  void notNullColumnsTakeNoNull() {
    assertNull("name", () -> row.setString("name", null));
    assertNull("name", () -> row.setNull("name"));
    assertNull("id", () -> row.setNull("id"));
    assertNull("name", () -> row.setUtf8("name", (byte[]) null));
    assertNull("id", () -> key.setInt(0, 1).putNull(0));
    row.setBytes("data", (byte[]) null).setDate("day", null).setTimestamp("moment", null);
    row.setDecimal("price", null).setDecimal("huge", null).setUuid("uuid", null);
    show();
    assertThat(view.isNull("data")).isTrue();
    assertThat(view.isNull("uuid")).isTrue();
    assertThat(view.isNull("id")).isFalse();
  }

  private static void assertNull(String column, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            NullValueException.class, refused -> assertThat(refused.column()).isEqualTo(column))
        .hasMessageContaining("found NULL");
  }

  @Test
  void insertsNeedAllNotNullColumns() {
    assertThatThrownBy(() -> row.setInt("id", 3).writer().encodeRow())
        .isInstanceOf(NullValueException.class)
        .hasMessageContaining("'name'")
        .hasMessageContaining("no value");
    row.setString("name", "x").writer().encodeRow();
    row.clear().setString("name", "x");
    assertThat(row.writer().needsGeneratedKey()).isTrue();
    assertThatThrownBy(() -> row.writer().encodeRow())
        .isInstanceOf(NullValueException.class)
        .hasMessageContaining("'id'");
    row.writer().generate(41);
    view.reader().show(row.writer().encodeRow());
    assertThat(view.getInt("id")).isEqualTo(41);
    assertThat(RowCodec.integer(row.writer().layout(), view.reader().image(), 0)).isEqualTo(41);
    // the number was for that row only
    assertThat(row.writer().needsGeneratedKey()).isTrue();
    assertThatThrownBy(() -> row.writer().encodeRow()).isInstanceOf(NullValueException.class);
  }

  @Test
  void updatesNeedTheKey() {
    row.setString("name", "x");
    assertThatThrownBy(() -> row.writer().encodeUpdate())
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("no value for key column 'id'");
    row.writer().generate(4);
    assertThatThrownBy(() -> row.writer().encodeUpdate()).isInstanceOf(InvalidKeyException.class);
    row.setInt("id", 4).writer().encodeUpdate();
    assertThatThrownBy(() -> key.writer().encode())
        .isInstanceOf(InvalidKeyException.class)
        .hasMessageContaining("no value for key column 'id'");
  }

  @Test
  void numbersEndWithTheColumn() {
    row.setString("name", "x").writer().generate(Integer.MAX_VALUE);
    assertThatThrownBy(() -> row.writer().generate(Integer.MAX_VALUE + 1L))
        .isInstanceOfSatisfying(
            AutoIncrementOverflowException.class,
            overflow -> assertThat(overflow.largest()).isEqualTo(Integer.MAX_VALUE));
    RowLayout hidden = new RowLayout(TableSchema.builder("h").column("a", ColumnType.INT).build());
    RowImageWriter writer = new RowImageWriter(hidden, budget);
    writer.generate(Long.MAX_VALUE);
    assertThatThrownBy(() -> writer.generate(Long.MIN_VALUE))
        .isInstanceOf(AutoIncrementOverflowException.class);
    writer.free("test");
  }

  @Test
  void keysOfZeroLengthAreRefused() {
    TableSchema schema =
        TableSchema.builder("t")
            .column("a", ColumnType.VARCHAR)
            .column("b", ColumnType.VARBINARY)
            .primaryKey("a", "b")
            .build();
    RowLayout texts = new RowLayout(schema);
    Key empty = new Key(new KeyImageWriter(texts, budget));
    RowBuffer buffer = new RowBuffer(new RowImageWriter(texts, budget));
    empty.setString("a", "").setBytes("b", new byte[0]);
    buffer.setString("a", "").setBytes("b", new byte[0]);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> empty.writer().encode(),
          () -> buffer.writer().encodeRow(),
          () -> buffer.writer().encodeUpdate()
        }) {
      assertThatThrownBy(call)
          .isInstanceOf(InvalidKeyException.class)
          .hasMessageContaining("zero length")
          .hasMessageContaining("at least one byte");
    }
    empty.setBytes("b", new byte[1]).writer().encode();
    assertThatThrownBy(() -> empty.setString("c", ""))
        .isInstanceOf(UnknownColumnException.class)
        .hasMessageContaining("one of: a, b");
    empty.writer().free("test");
    buffer.writer().free("test");
  }

  @Test
  void longValuesAreRefusedAndTheOldOnesStay() {
    row.setString("name", "before").setBytes("data", new byte[] {1, 2});
    String nine = "123456789";
    assertTooLong(9, () -> row.setString("name", nine));
    assertTooLong(10, () -> row.setString("name", "ééééé"));
    assertTooLong(9, () -> row.setString("name", "中中中"));
    assertTooLong(6_000, () -> row.setString("name", "é".repeat(3_000)));
    assertTooLong(9, () -> row.setUtf8("name", nine.getBytes(StandardCharsets.UTF_8)));
    assertTooLong(5, () -> row.setBytes("data", new byte[5]));
    assertTooLong(
        1L << 40, () -> row.setBytes("data", MemorySegment.NULL.asSlice(0, 0), 0, 1L << 40));
    show();
    row.setString("name", "before");
    view.reader().show(row.writer().encodeRow());
    assertThat(view.getString("name")).isEqualTo("before");
    assertThat(view.getBytes("data")).containsExactly(1, 2);
  }

  private static void assertTooLong(long bytes, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            ValueTooLongException.class,
            refused -> assertThat(refused.foundBytes()).isEqualTo(bytes));
  }

  @Test
  void malformedTextIsRefused() {
    assertThatThrownBy(() -> row.setString("name", "ab\ud800"))
        .isInstanceOfSatisfying(
            MalformedTextException.class, refused -> assertThat(refused.position()).isEqualTo(2))
        .hasMessageContaining("unpaired surrogate U+D800");
    assertThatThrownBy(() -> row.setUtf8("name", new byte[] {'a', (byte) 0xc0, (byte) 0x80}))
        .isInstanceOfSatisfying(
            MalformedTextException.class, refused -> assertThat(refused.position()).isEqualTo(1))
        .hasMessageContaining("byte 0xC0");
    assertThat(row.isSet(SCHEMA.ordinalOf("name"))).isFalse();
  }

  @Test
  void valuesOutOfRangeAreRefused() {
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> row.setDecimal("price", new BigDecimal("1000")),
          () -> row.setDecimal("price", new BigDecimal("0.001")),
          () -> row.setUnscaled("price", 100_000),
          () -> row.setUnscaled("price", -100_000),
          () -> row.setUnscaled("huge", Long.MAX_VALUE, 0),
          () -> row.setDate("day", LocalDate.MAX),
          () -> row.setTimestamp("moment", Instant.MAX),
          () -> row.setTimestamp("moment", Instant.MIN)
        }) {
      assertThatThrownBy(call).isInstanceOf(ValueOutOfRangeException.class);
    }
    row.setUnscaled("price", 99_999).setUnscaled("huge", -1, -100_000);
    show();
    assertThat(view.getDecimal("price")).isEqualTo("999.99");
    assertThat(view.getDecimal("huge")).isEqualTo("-1000.00");
    assertThat(view.isNull("day")).isTrue();
  }

  @Test
  void timeFinerThanMicrosecondsIsCutOff() {
    row.setTimestamp("moment", Instant.ofEpochSecond(-1, 999_999_999));
    show();
    assertThat(view.getEpochMicros("moment")).isEqualTo(-1);
  }

  @Test
  void unknownColumnsAreNamed() {
    show();
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> row.setInt("nothing", 1),
          () -> row.setInt(13, 1),
          () -> row.setInt(-1, 1),
          () -> row.setNull(99),
          () -> row.isSet(Integer.MIN_VALUE),
          () -> view.getLong("nothing"),
          () -> view.getLong(Integer.MAX_VALUE),
          () -> view.isNull(-1),
          () -> key.setInt(1, 1)
        }) {
      assertThatThrownBy(call)
          .isInstanceOf(UnknownColumnException.class)
          .hasMessageContaining("id");
    }
    RowView names =
        new RowView(
            new RowImageReader(layout, Projection.of(layout, SCHEMA.ordinalOf("name")), budget));
    names.reader().show(row.writer().encodeRow());
    assertThat(names.getString("name")).isEqualTo("n");
    assertThatThrownBy(() -> names.getInt("id"))
        .isInstanceOf(UnknownColumnException.class)
        .hasMessageContaining("found 'id'; expected one of: name;");
    assertThat(names).hasToString("things (name='n')");
  }

  @Test
  void nullsAreNotReadAsPrimitives() {
    show();
    assertThatThrownBy(() -> view.getInt("number"))
        .isInstanceOf(NullReadException.class)
        .hasMessageContaining("'number'");
    assertThatThrownBy(() -> view.getLong("big")).isInstanceOf(NullReadException.class);
    assertThatThrownBy(() -> view.getDouble("real")).isInstanceOf(NullReadException.class);
    assertThatThrownBy(() -> view.getUnscaled("price")).isInstanceOf(NullReadException.class);
    assertThat(view.getBytes("data")).isNull();
    assertThat(view.getDecimal("huge")).isNull();
    assertThat(view.getUuid("uuid")).isNull();
    assertThat(view.copyBytes("data", new byte[0])).isEqualTo(-1);
    assertThat(view.bytesLength("data")).isEqualTo(-1);
  }

  @Test
  void targetsAreLargeEnoughOrUntouched() {
    row.setInt("id", 1).setString("name", "abc");
    view.reader().show(row.writer().encodeRow());
    byte[] small = {7, 7};
    assertThatThrownBy(() -> view.copyUtf8("name", small))
        .isInstanceOfSatisfying(
            TargetTooSmallException.class,
            refused -> {
              assertThat(refused.targetBytes()).isEqualTo(2);
              assertThat(refused.valueBytes()).isEqualTo(3);
            });
    assertThat(small).containsExactly(7, 7);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = arena.allocate(4);
      assertThatThrownBy(() -> view.copyUtf8("name", target, 2))
          .isInstanceOf(TargetTooSmallException.class);
      assertThatThrownBy(() -> view.copyUtf8("name", target, 5))
          .isInstanceOf(TargetTooSmallException.class);
      assertThatThrownBy(() -> view.copyUtf8("name", target, -1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(view.copyUtf8("name", target, 1)).isEqualTo(3);
      assertThat(target.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 'a');
    }
    assertThat(view.copyUtf8("name", new byte[3])).isEqualTo(3);
  }

  @Test
  void viewsWithoutARowSaySo() {
    assertThat(view.hasRow()).isFalse();
    assertThatThrownBy(() -> view.getInt("id")).isInstanceOf(NoRowException.class);
    assertThat(view).hasToString("things (no row)");
    show();
    assertThat(view.hasRow()).isTrue();
    view.reader().hide();
    assertThatThrownBy(() -> view.isNull(0))
        .isInstanceOf(NoRowException.class)
        .hasMessageContaining("'things'");
  }

  @Test
  void nothingWorksOnceItIsFreed() {
    show();
    row.writer().free("Session.close()");
    key.writer().free("Session.close()");
    view.reader().free("Session.close()");
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          () -> row.setInt("id", 1),
          () -> row.setString("name", "x"),
          () -> row.setUnscaled("price", 1),
          () -> row.setDecimal("price", BigDecimal.ONE),
          () -> row.setNull("number"),
          row::clear,
          () -> row.isSet(0),
          () -> row.writer().encodeRow(),
          () -> row.writer().encodeUpdate(),
          () -> row.writer().needsGeneratedKey(),
          () -> key.setInt(0, 1),
          key::clear,
          () -> key.writer().encode(),
          () -> view.getInt("id"),
          () -> view.isNull("id"),
          () -> view.getString("name"),
          () -> view.reader().pageTarget(),
          () -> view.reader().largeTarget(9)
        }) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(
              ClosedException.class,
              closed -> assertThat(closed.closer()).isEqualTo("Session.close()"))
          .hasMessageContaining("table 'things'");
    }
    assertThat(view.hasRow()).isFalse();
    assertThat(view).hasToString("things (closed)");
    row.writer().free("someone else");
    assertThat(budget.used()).isZero();
  }

  @Test
  void buffersStayInsideTheBudget() {
    MemoryBudget small = new MemoryBudget(100_000);
    RowLayout blobs =
        new RowLayout(
            TableSchema.builder("blobs")
                .column("id", ColumnType.INT)
                .column("blob", ColumnType.VARBINARY)
                .primaryKey("id")
                .build());
    RowBuffer buffer = new RowBuffer(new RowImageWriter(blobs, small));
    buffer.setInt("id", 1).setBytes("blob", new byte[] {1, 2, 3});
    long used = small.used();
    assertThatThrownBy(() -> buffer.setBytes("blob", new byte[200_000]))
        .isInstanceOfSatisfying(
            MemoryBudgetExceededException.class,
            exceeded -> assertThat(exceeded.limitBytes()).isEqualTo(100_000));
    assertThat(small.used()).isEqualTo(used);
    RowView blobView = new RowView(new RowImageReader(blobs, blobs.everything(), small));
    blobView.reader().show(buffer.writer().encodeRow());
    assertThat(blobView.getBytes("blob")).containsExactly(1, 2, 3);
    assertThatThrownBy(() -> blobView.reader().largeTarget(200_000))
        .isInstanceOf(BasaltException.class);
    buffer.writer().free("test");
    blobView.reader().free("test");
    assertThat(small.used()).isZero();
    assertThatThrownBy(() -> new RowImageWriter(blobs, new MemoryBudget(10)))
        .isInstanceOf(MemoryBudgetExceededException.class);
  }

  /// A huge value does not hold its memory beyond the row that it was for.
  @Test
  void clearingGivesLargeBuffersBack() {
    RowLayout blobs =
        new RowLayout(TableSchema.builder("blobs").column("blob", ColumnType.VARBINARY).build());
    RowImageWriter writer = new RowImageWriter(blobs, budget);
    RowBuffer buffer = new RowBuffer(writer);
    long before = budget.used();
    buffer.setBytes("blob", new byte[5 << 20]);
    writer.generate(1);
    writer.encodeRow();
    assertThat(budget.used()).isGreaterThan(10 << 20);
    buffer.clear();
    assertThat(budget.used() - before).isLessThan(1 << 20);
    writer.free("test");
  }
}
