package org.basaltdb.bench.store;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Payload;

/**
 * {@code ConcurrentHashMap<Long, byte[]>}, sized ahead; arrays are copied in and out, as a
 * database's rows are.
 */
final class HashMapStore implements Store {

  private final ConcurrentHashMap<Long, byte[]> map;

  HashMapStore(StoreSettings settings) {
    this.map = new ConcurrentHashMap<>(settings.rows());
  }

  @Override
  public StoreClient newClient() {
    return new Client(map);
  }

  @Override
  public void load(Keys keys, int from, int to) {
    for (int position = from; position < to; position++) {
      long key = keys.inLoadOrder(position);
      byte[] payload = new byte[Payload.BYTES];
      Payload.fill(payload, key, 0);
      map.put(key, payload);
    }
  }

  @Override
  public void settle() {
    System.gc();
  }

  @Override
  public String description() {
    return "java.util.concurrent.ConcurrentHashMap<Long, byte[]> of Java " + Runtime.version();
  }

  @Override
  public void close() {
    map.clear();
  }

  private static final class Client implements StoreClient {

    private final ConcurrentHashMap<Long, byte[]> map;
    private final byte[] row = new byte[Payload.BYTES];

    Client(ConcurrentHashMap<Long, byte[]> map) {
      this.map = map;
    }

    @Override
    public long read(long key) {
      byte[] payload = map.get(key);
      if (payload == null) {
        return ~key;
      }
      System.arraycopy(payload, 0, row, 0, Payload.BYTES);
      return Payload.key(row);
    }

    @Override
    public boolean copyPayload(long key, byte[] target) {
      byte[] payload = map.get(key);
      if (payload == null) {
        return false;
      }
      System.arraycopy(payload, 0, target, 0, Payload.BYTES);
      return true;
    }

    @Override
    public void write(long key, long version) {
      Payload.fill(row, key, version);
      map.put(key, Arrays.copyOf(row, Payload.BYTES));
    }

    @Override
    public boolean readModifyWrite(long key) {
      if (read(key) != key) {
        return false;
      }
      write(key, Payload.version(row) + 1);
      return true;
    }

    @Override
    public void close() {}
  }
}
