package org.basaltdb.bench.garbage;

import java.util.LinkedHashMap;
import java.util.Map;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.bench.workload.ZipfDraws;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Completion;
import org.basaltdb.core.RowBatch;
import org.basaltdb.core.Scan;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.jspecify.annotations.Nullable;

/**
 * What a caller does to a table of which a part is in memory, with a session of its own: operations
 * on <em>hot</em> keys, which are so few that their pages stay in memory once they were read, and
 * on keys drawn uniformly, whose pages mostly are on disk. Every byte that is read is compared.
 *
 * <p>Confined to one thread.
 */
final class TieredCalls implements AutoCloseable {

  static final int KEY = 0;
  static final int PAYLOAD = 1;

  private static final int BATCH_ROWS = 32;
  private static final int HOT_KEYS = 512;
  private static final int WRITE_PERCENT = 10;

  private final Session session;
  private final Table table;
  private final Keys keys;
  private final RowView view;
  private final RowBuffer row;
  private final RowBatch batch;
  private final long[] batchKeys = new long[BATCH_ROWS];
  private final byte[] payload;
  private final byte[] found;
  private @Nullable Scan scan;
  private long draws;
  private long version;
  private long wrong;

  /**
   * Opens a session of the calling thread.
   *
   * @param seed of the draws
   */
  TieredCalls(Basalt database, Table table, Keys keys, int payloadBytes, long seed) {
    this.session = database.openSession();
    this.table = table;
    this.keys = keys;
    this.view = table.newView();
    this.row = table.newRow();
    this.batch = table.newBatch(BATCH_ROWS);
    this.payload = new byte[payloadBytes];
    this.found = new byte[payloadBytes];
    this.draws = Mixing.mix(seed);
  }

  /** All operations but the mixed ones, by name. */
  Map<String, Runnable> operations() {
    Map<String, Runnable> operations = new LinkedHashMap<>();
    operations.put("control", this::control);
    operations.put("get-hit", () -> get(hotKey()));
    operations.put("get-miss", () -> get(anyKey()));
    operations.put("getAll-misses", this::getAll);
    operations.put("scan-row", this::scanRow);
    operations.put("upsert-hot", () -> session.upsert(table, rowOf(hotKey())));
    operations.put("upsert-cold", () -> session.upsert(table, rowOf(anyKey())));
    operations.put("update-cold", this::update);
    operations.put("delete-cold", this::delete);
    operations.put("submit-cold", this::submit);
    return operations;
  }

  /** Rows that were missing or not as somebody wrote them. */
  long wrong() {
    return wrong;
  }

  void load() {
    for (int position = 0; position < keys.rows(); position++) {
      session.insert(table, rowOf(keys.inLoadOrder(position)));
    }
  }

  private long bits() {
    draws += Mixing.GOLDEN;
    return Mixing.mix(draws);
  }

  private long hotKey() {
    return keys.at(Mixing.bounded(bits(), Math.min(HOT_KEYS, keys.rows())));
  }

  private long anyKey() {
    return keys.at(Mixing.bounded(bits(), keys.rows()));
  }

  private RowBuffer rowOf(long key) {
    Payload.fill(payload, key, version++);
    row.setLong(KEY, key);
    row.setBytes(PAYLOAD, payload);
    return row;
  }

  private void check(RowView shown, long key) {
    if (shown.getLong(KEY) != key
        || shown.copyBytes(PAYLOAD, found) != found.length
        || !Payload.isWhole(found, key)) {
      wrong++;
    }
  }

  /** No operation of the engine: what is allocated here is the harness's own. */
  private void control() {
    rowOf(anyKey());
  }

  private void get(long key) {
    if (session.get(table, key, view)) {
      check(view, key);
    } else {
      wrong++;
    }
  }

  private void getAll() {
    batch.clear();
    for (int i = 0; i < BATCH_ROWS; i++) {
      batchKeys[i] = anyKey();
      batch.addKey(batchKeys[i]);
    }
    session.getAll(batch);
    for (int i = 0; i < BATCH_ROWS; i++) {
      if (batch.isPresent(i)) {
        check(batch.view(i), batchKeys[i]);
      } else {
        wrong++;
      }
    }
  }

  /** The next row of a scan; after the last one, the first row of a new scan. */
  private void scanRow() {
    Scan open = scan;
    if (open == null || !open.next()) {
      open = session.scan(table);
      scan = open;
      if (!open.next()) {
        wrong++;
        return;
      }
    }
    check(open.row(), open.row().getLong(KEY));
  }

  private void update() {
    if (!session.update(table, rowOf(anyKey()))) {
      wrong++;
    }
  }

  /** Taken out and put in again: two operations, counted as one. */
  private void delete() {
    long key = anyKey();
    if (!session.delete(table, key)) {
      wrong++;
    }
    session.insert(table, rowOf(key));
  }

  private void submit() {
    try (Completion completion = session.submitUpsert(table, rowOf(anyKey()))) {
      if (completion.await()) {
        wrong++; // it was there before
      }
    }
  }

  /**
   * Reads, and writes one in ten.
   *
   * @param zipf the draws; null if all keys are equally likely
   */
  void mix(int operations, @Nullable ZipfDraws zipf) {
    for (int i = 0; i < operations; i++) {
      long bits = bits();
      long key =
          keys.at(zipf == null ? Mixing.bounded(bits, keys.rows()) : zipf.at((int) (bits >>> 32)));
      if (((bits & 0xFFFF) * 100) >>> 16 < WRITE_PERCENT) {
        session.upsert(table, rowOf(key));
      } else {
        get(key);
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
