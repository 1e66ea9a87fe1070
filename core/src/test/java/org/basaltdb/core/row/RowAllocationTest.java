package org.basaltdb.core.row;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.api.Test;

/// What a row meets on its way allocates nothing on the heap.
class RowAllocationTest {
  private static final int WARM_UP = 30_000;
  private static final int MEASURED = 50_000;

  private static final TableSchema SCHEMA =
      TableSchema.builder("hot")
          .column("id", ColumnType.BIGINT)
          .column("name", ColumnType.VARCHAR)
          .column("data", ColumnType.VARBINARY)
          .nullable()
          .column("count", ColumnType.INT)
          .nullable()
          .column("ratio", ColumnType.DOUBLE)
          .column("part", ColumnType.FLOAT)
          .column("flag", ColumnType.BOOLEAN)
          .column("day", ColumnType.DATE)
          .column("moment", ColumnType.TIMESTAMP)
          .decimal("price", 12, 2)
          .decimal("sum", 30, 2)
          .column("uuid", ColumnType.UUID)
          .column("tag", ColumnType.VARCHAR)
          .primaryKey("id", "tag")
          .partitionKey("tag")
          .build();

  private final MemoryBudget budget = new MemoryBudget(1 << 30);
  private final RowLayout layout = new RowLayout(SCHEMA);
  private final RowBuffer row = new RowBuffer(new RowImageWriter(layout, budget));
  private final RowBuffer update = new RowBuffer(new RowImageWriter(layout, budget));
  private final Key key = new Key(new KeyImageWriter(layout, budget));
  private final RowView view = new RowView(new RowImageReader(layout, layout.everything(), budget));
  private final long scratch = Memory.allocate(64 << 10, 8);
  private final StringBuilder text = new StringBuilder("naïve ☃ text");
  private final byte[] bytes = "some bytes".getBytes(StandardCharsets.UTF_8);
  private final byte[] target = new byte[100];
  private long sum;

  private interface Operation {
    void run(int i);
  }

  private static void assertAllocatesNothing(String what, Operation operation) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    for (int i = 0; i < WARM_UP; i++) {
      operation.run(i);
    }
    long best = Long.MAX_VALUE;
    // what the compiler still allocates while it settles goes away when it is measured again
    for (int round = 0; round < 5 && best > MEASURED / 10; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < MEASURED; i++) {
        operation.run(i);
      }
      best = Math.min(best, threads.getThreadAllocatedBytes(id) - before);
    }
    assertThat((double) best / MEASURED).as("bytes per %s", what).isLessThan(0.1);
  }

  private void fill(RowBuffer buffer, int i) {
    buffer
        .setLong(0, i)
        .setString(1, text)
        .setBytes(2, bytes)
        .setInt(3, i)
        .setDouble(4, i)
        .setFloat(5, i)
        .setBoolean(6, (i & 1) == 0)
        .setEpochDay(7, i)
        .setEpochMicros(8, i)
        .setUnscaled(9, i)
        .setUnscaled(10, i)
        .setUuid(11, i, -i)
        .setString(12, "tag");
  }

  @Test
  void writingARow() {
    assertAllocatesNothing(
        "row set and encoded",
        i -> {
          fill(row, i);
          sum += row.writer().encodeRow();
        });
    assertAllocatesNothing(
        "row cleared, set by name and encoded",
        i -> {
          row.clear();
          fill(row, i);
          row.setLong("id", i).setString("name", "other").setNull("count").setInt("count", i);
          sum += row.writer().encodeRow();
        });
  }

  @Test
  void readingARow() {
    fill(row, 42);
    view.reader().show(row.writer().encodeRow());
    assertAllocatesNothing(
        "row read",
        i -> {
          sum += view.getLong(0) + view.copyUtf8(1, target) + view.copyBytes(2, target);
          sum += view.getInt(3) + (long) view.getDouble(4) + (long) view.getFloat(5);
          sum += (view.getBoolean(6) ? 1 : 0) + view.getEpochDay(7) + view.getEpochMicros(8);
          sum += view.getUnscaled(9) + view.getUnscaledHigh(10) + view.getUnscaledLow(10);
          sum += view.getUuidMostSignificant(11) + view.getUuidLeastSignificant(11);
          sum += view.getLong("count") + (view.isNull("data") ? 1 : 0) + view.utf8Length("tag");
        });
    assertThat(view.getString("name")).isEqualTo("naïve ☃ text");
  }

  @Test
  void keys() {
    fill(row, 42);
    long image = row.writer().encodeRow();
    assertAllocatesNothing(
        "key",
        i -> {
          long keyImage = key.setLong(0, 42).setString(1, "tag").writer().encode();
          sum += KeyCodec.canonicalFromKeyImage(layout, keyImage, scratch);
          sum += KeyCodec.partitionCanonicalFromKeyImage(layout, keyImage, scratch);
          sum += KeyCodec.encodeKeyImage(layout, image, scratch);
          sum += KeyCodec.matches(layout, keyImage, image, RowCodec.rowBytes(image)) ? 1 : 0;
        });
  }

  @Test
  void updatingARow() {
    fill(row, 42);
    long image = row.writer().encodeRow();
    assertAllocatesNothing(
        "merge",
        i -> {
          update.clear().setLong(0, 42).setString(12, "tag").setInt(3, i).setString(1, "new");
          long changes = update.writer().encodeUpdate();
          sum += RowCodec.merge(layout, image, changes, update.writer().setMask(), scratch);
        });
  }
}
