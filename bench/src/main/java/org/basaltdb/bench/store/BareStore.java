package org.basaltdb.bench.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.basaltdb.bench.control.HugeMemory;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;

/**
 * A control: the least that finding a row outside the heap by its key can take on this machine. One
 * probe of a sparse hash table, one row of fixed length behind it, both in huge pages, copied out.
 * Nothing makes it safe: not for two threads, not against a row that changes, moves or goes, a
 * crash, a wrong thread or a closed store; it cannot grow or delete.
 *
 * <p>So the difference to an engine is the price of everything an engine is for. It has nothing of
 * its own for many keys at once: there an engine that overlaps their misses may be faster.
 */
final class BareStore implements Store {

  /** An entry of the table: the key, and the offset of its row plus one; zero while free. */
  private static final long ENTRY_BYTES = 16;

  private static final long ENTRY_ROW = 8;

  /** The key, the payload, and four bytes that keep the next row aligned. */
  private static final long STRIDE_BYTES = 112;

  private static final long PAYLOAD = 8;

  private final MemorySegment table;
  private final MemorySegment rows;
  private final long mask;
  private long end;

  BareStore(StoreSettings settings) {
    // at most two thirds full, so that nearly every probe ends in its first line
    long places = Long.highestOneBit(Math.max(4, settings.rows() * 3L / 2 - 1)) << 1;
    this.mask = places - 1;
    this.table = HugeMemory.map(places * ENTRY_BYTES);
    this.rows = HugeMemory.map(settings.rows() * STRIDE_BYTES);
  }

  /** Offset of the entry of a key, or of the free one where it would be. */
  private long entryOf(long key) {
    long place = Mixing.mix(key) & mask;
    while (true) {
      long entry = place * ENTRY_BYTES;
      if (table.get(ValueLayout.JAVA_LONG, entry) == key
          || table.get(ValueLayout.JAVA_LONG, entry + ENTRY_ROW) == 0) {
        return entry;
      }
      place = (place + 1) & mask;
    }
  }

  /** Offset of the row of a key, or -1. */
  private long rowOf(long key) {
    return table.get(ValueLayout.JAVA_LONG, entryOf(key) + ENTRY_ROW) - 1;
  }

  private long addedRowOf(long key) {
    long entry = entryOf(key);
    long row = table.get(ValueLayout.JAVA_LONG, entry + ENTRY_ROW) - 1;
    if (row < 0) {
      row = end;
      end += STRIDE_BYTES;
      table.set(ValueLayout.JAVA_LONG, entry, key);
      table.set(ValueLayout.JAVA_LONG, entry + ENTRY_ROW, row + 1);
      rows.set(ValueLayout.JAVA_LONG, row, key);
    }
    return row;
  }

  @Override
  public StoreClient newClient() {
    return new Client();
  }

  @Override
  public void load(Keys keys, int from, int to) {
    try (Client client = new Client()) {
      for (int position = from; position < to; position++) {
        client.write(keys.inLoadOrder(position), 0);
      }
    }
  }

  @Override
  public String description() {
    return "control: a hash table and rows of fixed length, without any safety";
  }

  /** The memory ends with the process: a control is opened once. */
  @Override
  public void close() {}

  private final class Client implements StoreClient {

    private final byte[] payload = new byte[Payload.BYTES];
    private final MemorySegment copy = Arena.global().allocate(STRIDE_BYTES, Long.BYTES);

    @Override
    public long read(long key) {
      long row = rowOf(key);
      if (row < 0) {
        return ~key;
      }
      MemorySegment.copy(rows, row, copy, 0, STRIDE_BYTES);
      return copy.get(ValueLayout.JAVA_LONG, 0);
    }

    @Override
    public boolean copyPayload(long key, byte[] target) {
      long row = rowOf(key);
      if (row < 0) {
        return false;
      }
      MemorySegment.copy(rows, ValueLayout.JAVA_BYTE, row + PAYLOAD, target, 0, Payload.BYTES);
      return true;
    }

    @Override
    public void write(long key, long version) {
      Payload.fill(payload, key, version);
      MemorySegment.copy(
          payload, 0, rows, ValueLayout.JAVA_BYTE, addedRowOf(key) + PAYLOAD, Payload.BYTES);
    }

    @Override
    public boolean readModifyWrite(long key) {
      if (!copyPayload(key, payload)) {
        return false;
      }
      write(key, Payload.version(payload) + 1);
      return true;
    }

    @Override
    public void close() {}
  }
}
