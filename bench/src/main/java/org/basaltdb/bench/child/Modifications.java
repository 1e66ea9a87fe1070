package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;

/** Read, modify, write back: single rows, all rows equally likely. */
record Modifications(Keys keys) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    Keys drawn = keys;
    int rows = drawn.rows();
    long state = draws.state;
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      state += Mixing.GOLDEN;
      if (!client.readModifyWrite(drawn.at(Mixing.bounded(Mixing.mix(state), rows)))) {
        wrong++;
      }
    }
    draws.state = state;
    return wrong;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    Keys drawn = keys;
    int rows = drawn.rows();
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      draws.state += Mixing.GOLDEN;
      long key = drawn.at(Mixing.bounded(Mixing.mix(draws.state), rows));
      long before = System.nanoTime();
      boolean found = client.readModifyWrite(key);
      nanos.recordValue(System.nanoTime() - before);
      if (!found) {
        wrong++;
      }
    }
    return wrong;
  }
}
