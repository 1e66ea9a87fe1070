package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.control.DirectWrites;
import org.basaltdb.bench.store.StoreClient;

/** Bare durable writes, on one thread. The client is not asked. */
record DurableWrites(DirectWrites writes) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    for (int i = 0; i < operations; i++) {
      writes.writeDurably();
    }
    return 0;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    for (int i = 0; i < operations; i++) {
      long before = System.nanoTime();
      writes.writeDurably();
      nanos.recordValue(System.nanoTime() - before);
    }
    return 0;
  }
}
