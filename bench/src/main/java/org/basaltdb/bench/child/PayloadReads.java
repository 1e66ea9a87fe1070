package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.Payload;

/**
 * Reads of single rows, all rows equally likely, whose payload ends up in an array of the caller.
 */
record PayloadReads(Keys keys) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    byte[] target = new byte[Payload.BYTES];
    Keys drawn = keys;
    int rows = drawn.rows();
    long state = draws.state;
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      state += Mixing.GOLDEN;
      long key = drawn.at(Mixing.bounded(Mixing.mix(state), rows));
      if (!client.copyPayload(key, target) || Payload.key(target) != key) {
        wrong++;
      }
    }
    draws.state = state;
    return wrong;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    byte[] target = new byte[Payload.BYTES];
    Keys drawn = keys;
    int rows = drawn.rows();
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      draws.state += Mixing.GOLDEN;
      long key = drawn.at(Mixing.bounded(Mixing.mix(draws.state), rows));
      long before = System.nanoTime();
      boolean found = client.copyPayload(key, target);
      nanos.recordValue(System.nanoTime() - before);
      if (!found || Payload.key(target) != key) {
        wrong++;
      }
    }
    return wrong;
  }
}
