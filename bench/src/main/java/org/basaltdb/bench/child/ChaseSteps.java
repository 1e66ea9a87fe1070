package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.control.PointerChase;
import org.basaltdb.bench.store.StoreClient;

/** Steps of the pointer chase. The client is not asked. */
record ChaseSteps(PointerChase chase) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    draws.state = chase.walk(draws.state, operations);
    return 0;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    for (int i = 0; i < operations; i++) {
      long before = System.nanoTime();
      draws.state = chase.walk(draws.state, 1);
      nanos.recordValue(System.nanoTime() - before);
    }
    return 0;
  }
}
