package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.basaltdb.core.error.InvalidSchemaException;
import org.basaltdb.core.error.RowTooLargeException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The longest row is what the options say, for every way of writing it: such a row is taken,
/// logged and read again, and one step more is refused.
@Tag("engine")
@Timeout(120)
class RowLimitTest {
  private static final int STEP = 8;

  private final EngineFixture fixture = new EngineFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private static TableSchema blobs() {
    return TableSchema.builder("blobs")
        .column("id", ColumnType.BIGINT)
        .column("a", ColumnType.VARBINARY)
        .nullable()
        .column("b", ColumnType.VARBINARY)
        .nullable()
        .primaryKey("id")
        .build();
  }

  private static Options options(int bufferBytes) {
    return EngineFixture.options(builder ->
        builder
            .memoryBudgetBytes(1L << 30)
            .logBufferBytes(bufferBytes)
            .logSegmentBytes(Math.max(bufferBytes, 1 << 20)));
  }

  /// What an image has beside the values of both columns.
  private static int besides(Table table, int valueBytes) {
    RowBuffer probe = table.newRow().setLong("id", 1).setBytes("a", new byte[valueBytes]);
    probe.writer().encodeRow();
    return probe.writer().imageBytes() - valueBytes;
  }

  private static void isRefused(long max, ThrowingCallable call) {
    RowTooLargeException failure = catchThrowableOfType(RowTooLargeException.class, call);
    assertThat(failure)
        .hasMessageContaining("logBufferBytes")
        .hasMessageContaining("found " + (max + STEP) + " bytes");
    assertThat(failure.maxBytes()).isEqualTo(max);
  }

  @ParameterizedTest
  @ValueSource(ints = {16 << 10, 128 << 10, 4 << 20, 32 << 20})
  void theLongestRowIsTakenAndOneStepMoreIsNot(int bufferBytes) {
    EngineFixture.requireFiles();
    Options options = options(bufferBytes);
    int max = options.maxRowBytes();
    assertThat(max).isEqualTo(bufferBytes / 2 - 16);
    Basalt db = fixture.open(options);
    Table blobs = db.createTable(blobs());
    byte[] half = new byte[(max / 2) & -STEP];
    byte[] rest = new byte[max - besides(blobs, (max - 64) & -STEP) - half.length];
    byte[] more = new byte[rest.length + STEP];
    try (Session session = db.openSession()) {
      RowBuffer row = blobs.newRow().setBytes("a", half);
      session.insert(blobs, row.setLong("id", 1).setBytes("b", rest));
      session.upsert(blobs, row.setLong("id", 1));
      session.submitInsert(blobs, row.setLong("id", 2)).await();
      isRefused(max, () -> session.insert(blobs, row.setLong("id", 4).setBytes("b", more)));
      isRefused(max, () -> session.upsert(blobs, row.setLong("id", 1)));
      isRefused(max, () -> session.submitInsert(blobs, row).await());
      // The change is small, the row that it makes is not.
      RowBuffer change = blobs.newRow().setLong("id", 3);
      session.insert(blobs, blobs.newRow().setLong("id", 3).setBytes("a", half));
      assertThat(session.update(blobs, change.setBytes("b", rest))).isTrue();
      isRefused(max, () -> session.update(blobs, change.setBytes("b", more)));
      isRefused(max, () -> session.submitUpdate(blobs, change).await());
    }
    hasThreeOfTheLongest(db, rest.length);
    hasThreeOfTheLongest(fixture.reopen(db, options), rest.length);
  }

  private static void hasThreeOfTheLongest(Basalt db, int restBytes) {
    Table blobs = db.table("blobs");
    RowView view = blobs.newView();
    assertThat(blobs.rowCount()).isEqualTo(3);
    db.useSession(session -> {
      for (long id = 1; id <= 3; id++) {
        assertThat(session.get(blobs, id, view)).isTrue();
        assertThat(view.bytesLength("b")).isEqualTo(restBytes);
      }
    });
  }

  @Test
  void noRowIsLongerThanAnyImage() {
    assertThat(options(64 << 20).maxRowBytes()).isEqualTo(24 << 20);
    assertThat(Options.defaults().maxRowBytes()).isEqualTo((16 << 20) - 16);
  }

  @Test
  void aSchemaThatTheLogDoesNotTakeIsRefused() {
    EngineFixture.requireFiles();
    Basalt db = fixture.open(options(16 << 10));
    TableSchema.Builder wide = TableSchema.builder("wide").column("id", ColumnType.BIGINT);
    for (int i = 0; i < 500; i++) {
      wide.column("a column with a name of some length " + i, ColumnType.BOOLEAN);
    }
    TableSchema schema = wide.primaryKey("id").build();
    assertThatThrownBy(() -> db.createTable(schema))
        .isInstanceOf(InvalidSchemaException.class)
        .hasMessageContaining("expected at most 8192, half of logBufferBytes");
    assertThat(db.tables()).isEmpty();
    db.createTable(blobs());
  }
}
