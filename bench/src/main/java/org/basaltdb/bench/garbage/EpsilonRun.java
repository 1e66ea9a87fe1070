package org.basaltdb.bench.garbage;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Options;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;

/**
 * Millions of reads and writes in a JVM that never collects garbage: whatever an operation left
 * behind would fill the heap. Ends with 0 if it came through, with 3 (the JVM's doing) if the heap
 * ran out, with 1 if a row was wrong.
 */
public final class EpsilonRun {

  private static final int KEY = 0;
  private static final int PAYLOAD = 1;
  private static final int WRITE_PERCENT = 10;
  private static final int STEPS = 10;

  private final Session session;
  private final Table table;
  private final Keys keys;
  private final RowView view;
  private final RowBuffer row;
  private final byte[] payload = new byte[Payload.BYTES];
  private long wrong;

  private EpsilonRun(Session session, Table table, Keys keys) {
    this.session = session;
    this.table = table;
    this.keys = keys;
    this.view = table.newView();
    this.row = table.newRow();
  }

  /**
   * Runs it.
   *
   * @param arguments an existing empty directory, rows in the table, operations on it
   */
  public static void main(String[] arguments) {
    int rows = Integer.parseInt(arguments[1]);
    int operations = Integer.parseInt(arguments[2]);
    Options options = Options.builder().durability(Durability.INTERVAL).build();
    try (Basalt database = Basalt.open(Path.of(arguments[0]), options);
        Session session = database.openSession()) {
      Table table =
          database.createTable(
              TableSchema.builder("rows")
                  .column("id", ColumnType.BIGINT)
                  .column("payload", ColumnType.VARBINARY)
                  .maxLength(Payload.BYTES)
                  .primaryKey("id")
                  .expectedRowBytes(Payload.ROW_BYTES)
                  .build());
      EpsilonRun run = new EpsilonRun(session, table, new Keys(Keys.Kind.SCATTERED, rows));
      run.load();
      run.operate(operations);
      if (run.wrong > 0) {
        System.out.println(run.wrong + " reads gave a wrong row");
        System.exit(1);
      }
    }
  }

  private void load() {
    for (int position = 0; position < keys.rows(); position++) {
      session.insert(table, rowOf(keys.inLoadOrder(position), 0));
    }
  }

  private RowBuffer rowOf(long key, long version) {
    Payload.fill(payload, key, version);
    row.setLong(KEY, key);
    row.setBytes(PAYLOAD, payload);
    return row;
  }

  /**
   * The steps exist to say how far it is; the first one compiles what runs, which leaves garbage of
   * its own.
   */
  private void operate(int operations) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    long state = 0;
    long before = 0;
    long begin = System.nanoTime();
    for (int step = 0; step < STEPS; step++) {
      state = mix(state, operations / STEPS);
      long used = memory.getHeapMemoryUsage().getUsed();
      long perMillion = step == 0 ? 0 : (used - before) * 1_000_000 / (operations / STEPS);
      before = used;
      System.out.println(
          "  "
              + (step + 1L) * (operations / STEPS)
              + " operations, heap used "
              + (used >> 10)
              + " KiB of "
              + (memory.getHeapMemoryUsage().getMax() >> 10)
              + (step == 0 ? "" : ", " + perMillion + " bytes a million operations"));
    }
    System.out.println(
        "  " + operations * 1_000L / ((System.nanoTime() - begin) / 1_000_000) + " op/s");
  }

  private long mix(long from, int operations) {
    long state = from;
    for (int i = 0; i < operations; i++) {
      state += Mixing.GOLDEN;
      long bits = Mixing.mix(state);
      long key = keys.at(Mixing.bounded(bits, keys.rows()));
      if (((bits & 0xFFFF) * 100) >>> 16 < WRITE_PERCENT) {
        session.upsert(table, rowOf(key, i));
      } else if (!session.get(table, key, view) || view.getLong(KEY) != key) {
        wrong++;
      }
    }
    return state;
  }
}
