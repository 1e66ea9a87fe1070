package org.basaltdb.bench.child;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.basaltdb.bench.protocol.Message;
import org.basaltdb.bench.store.Store;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;

/**
 * Updates of uniformly drawn rows at a fixed rate, whether the engine keeps up or not: each has a
 * moment at which it is due, and its time counts from there. So a stall is seen by all updates that
 * it delays (Tene, "How not to measure latency").
 *
 * <p>On request a thread makes one checkpoint after the other meanwhile.
 */
final class PacedWrites {

  private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

  private PacedWrites() {}

  /** Request: {@code perSecond millis checkpoints}. */
  static Message run(Store store, Keys keys, Message request) throws InterruptedException {
    long perSecond = request.integer("perSecond");
    long count = perSecond * request.integer("millis") / 1_000;
    boolean checkpoints = Boolean.parseBoolean(request.text("checkpoints", "false"));
    Checkpoints loop = new Checkpoints(store);
    if (checkpoints) {
      loop.thread.start();
    }
    Histogram nanos = new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);
    long begin = System.nanoTime();
    try (StoreClient client = store.newClient()) {
      long state = begin;
      for (long i = 0; i < count; i++) {
        long dueNanos = begin + i * SECOND_NANOS / perSecond;
        while (System.nanoTime() < dueNanos) {
          Thread.onSpinWait();
        }
        state += Mixing.GOLDEN;
        client.write(keys.at(Mixing.bounded(Mixing.mix(state), keys.rows())), i);
        nanos.recordValue(System.nanoTime() - dueNanos);
      }
    } finally {
      loop.end();
    }
    double seconds = (System.nanoTime() - begin) / (double) SECOND_NANOS;
    return Message.of(Message.OK)
        .with("rate", count / seconds)
        .with("p50", nanos.getValueAtPercentile(50))
        .with("p99", nanos.getValueAtPercentile(99))
        .with("p999", nanos.getValueAtPercentile(99.9))
        .with("checkpoints", loop.count)
        .with("longestLog", loop.longestLog)
        .with("logLimit", store.logLimitBytes())
        .with("wrong", 0);
  }

  /** Makes one checkpoint after the other until it is ended. */
  private static final class Checkpoints {
    private final Store store;
    private final Thread thread = new Thread(this::make, "bench-checkpoints");
    private volatile boolean ended;

    /** Read after the thread has ended. */
    private int count;

    private long longestLog;

    Checkpoints(Store store) {
      this.store = store;
    }

    private void make() {
      while (!ended) {
        store.checkpoint();
        count++;
        longestLog = Math.max(longestLog, store.logFileBytes());
      }
    }

    void end() throws InterruptedException {
      ended = true;
      thread.join();
    }
  }
}
