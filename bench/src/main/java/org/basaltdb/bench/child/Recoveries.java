package org.basaltdb.bench.child;

import java.util.OptionalLong;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.DurableStore;
import org.basaltdb.bench.store.Engine;
import org.basaltdb.bench.store.Store;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.store.StoreSettings;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;
import org.basaltdb.bench.workload.Updates;

/**
 * The life of a store over several processes, each of which is killed: a checkpoint, a tail of the
 * log that the next open has to replay, the open, and a look at whether everything is there. Rows
 * have version 0 after the load and that of {@link Updates} later.
 */
final class Recoveries {

  /** Rows compared of each kind: of all, and of those that the last tail wrote. */
  private static final int COMPARED_ROWS = 50_000;

  /** Updates between two looks at the length of the log. */
  private static final int SLICE = 1_000;

  private Recoveries() {}

  /**
   * A store that was opened again.
   *
   * @param reply {@code nanos} from before the open until the first read was found right, and the
   *     count of {@code replayed} writes where the engine tells
   */
  record Opened(Store store, Message reply) {}

  /**
   * Opens a store that a killed process left and reads the row that was written last. The clock
   * runs from before the open until every byte of that row is compared.
   *
   * @param count updates since the store was created, at least 1
   */
  static Opened open(Engine engine, StoreSettings settings, Updates updates, int count) {
    engine.loadLibrary();
    long key = updates.key(count - 1);
    byte[] payload = new byte[settings.payloadBytes()];
    long begin = System.nanoTime();
    Store store = engine.open(settings);
    boolean right;
    long nanos;
    try (StoreClient client = store.newClient()) {
      right = isRight(client, payload, key, updates.version(count - 1));
      nanos = System.nanoTime() - begin;
    }
    Message reply = Message.of(Message.OK).with("nanos", nanos).with("wrong", right ? 0 : 1);
    if (store instanceof DurableStore durable) {
      durable.replayedCount().ifPresent(replayed -> reply.with("replayed", replayed));
    }
    return new Opened(store, reply);
  }

  /**
   * Compares the number of rows, and samples of all rows and of those written last, with what they
   * have to be. Request: {@code updates}, how many there were since the store was created, and
   * {@code last}, how many of them the last tail had.
   */
  static Message verify(DurableStore store, Updates updates, Message request) {
    Keys keys = updates.keys();
    int count = request.integer("updates");
    int last = request.integer("last");
    long[] versions = updates.versionsAfter(count);
    byte[] payload = new byte[Payload.BYTES];
    long wrong = Math.abs(store.rowCount() - keys.rows());
    try (StoreClient client = store.newClient()) {
      for (int i = 0; i < COMPARED_ROWS; i++) {
        int index = Mixing.bounded(Mixing.mix(i * Mixing.GOLDEN), keys.rows());
        long version = index < versions.length ? versions[index] : 0;
        wrong += isRight(client, payload, keys.at(index), version) ? 0 : 1;
      }
      for (int i = 0; i < Math.min(last, COMPARED_ROWS); i++) {
        int number = count - 1 - (int) ((long) i * last / Math.min(last, COMPARED_ROWS));
        int index = updates.index(number);
        wrong += isRight(client, payload, keys.at(index), versions[index]) ? 0 : 1;
      }
    }
    return Message.of(Message.OK).with("wrong", wrong);
  }

  private static boolean isRight(StoreClient client, byte[] payload, long key, long version) {
    return client.copyPayload(key, payload)
        && Payload.isWhole(payload, key)
        && Payload.version(payload) == version;
  }

  /**
   * Makes a checkpoint, and then updates until so many bytes of log have gathered; of an engine
   * without a log, until so many bytes of rows were written. All of it is durable on return.
   * Request: {@code updates}, how many there were since the store was created, and {@code bytes}.
   * Reply: how many {@code updates} there are now, and how many {@code bytes} came.
   */
  static Message writeTail(DurableStore store, Updates updates, Message request) {
    store.checkpoint();
    store.rest();
    int begin = request.integer("updates");
    long wanted = request.longInteger("bytes");
    long logBegin = store.logBytes().orElse(0);
    int number = begin;
    long written;
    try (StoreClient client = store.newClient()) {
      do {
        for (int i = 0; i < SLICE; i++) {
          client.write(updates.key(number), updates.version(number));
          number++;
        }
        OptionalLong log = store.logBytes();
        written =
            log.isPresent()
                ? log.getAsLong() - logBegin
                : (long) (number - begin) * Payload.ROW_BYTES;
      } while (written < wanted);
    }
    store.sync();
    return Message.of(Message.OK).with("updates", number).with("bytes", written);
  }
}
