package org.basaltdb.bench.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.basaltdb.bench.store.StoreSettings.Mode;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Payload;

/**
 * Chronicle Map: keys and values of constant size, so that entries carry no lengths; {@code
 * getUsing} with one array kept by the client; no value returned by {@code put}; no checksums.
 * {@link Mode#MEMORY} is its anonymous map, every other mode its persisted one, which keeps no log.
 */
final class ChronicleMapStore implements Store {

  private final ChronicleMap<Long, byte[]> map;
  private final boolean persisted;

  ChronicleMapStore(StoreSettings settings) {
    ChronicleMapBuilder<Long, byte[]> builder =
        ChronicleMapBuilder.of(Long.class, byte[].class)
            .name("bench")
            .entries(settings.rows())
            .constantValueSizeBySample(new byte[Payload.BYTES])
            .putReturnsNull(true)
            .checksumEntries(false);
    this.persisted = settings.mode() != Mode.MEMORY;
    try {
      this.map =
          persisted
              ? builder.createPersistedTo(settings.directory().resolve("chronicle.map").toFile())
              : builder.create();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create a Chronicle Map in " + settings.directory(), e);
    }
  }

  @Override
  public StoreClient newClient() {
    return new Client(map);
  }

  @Override
  public void load(Keys keys, int from, int to) {
    byte[] payload = new byte[Payload.BYTES];
    for (int position = from; position < to; position++) {
      long key = keys.inLoadOrder(position);
      Payload.fill(payload, key, 0);
      map.put(key, payload);
    }
  }

  @Override
  public String description() {
    return "Chronicle Map "
        + (persisted ? "persisted to a file, no log" : "in memory")
        + ", constant sizes, getUsing";
  }

  @Override
  public void close() {
    map.close();
  }

  /** An answer in another array than the one given would be garbage: it counts as wrong. */
  @SuppressWarnings("ReferenceEquality")
  private static final class Client implements StoreClient {

    private final ChronicleMap<Long, byte[]> map;
    private final byte[] row = new byte[Payload.BYTES];

    Client(ChronicleMap<Long, byte[]> map) {
      this.map = map;
    }

    @Override
    public long read(long key) {
      return map.getUsing(key, row) == row ? Payload.key(row) : ~key;
    }

    @Override
    public boolean copyPayload(long key, byte[] target) {
      return map.getUsing(key, target) == target;
    }

    @Override
    public void write(long key, long version) {
      Payload.fill(row, key, version);
      map.put(key, row);
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
