package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;

/** Reads of many rows in one call, all rows equally likely. An operation is one call. */
record BatchReads(Keys keys, int rowsAnOperation) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    long[] batch = new long[rowsAnOperation];
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      draw(draws, batch);
      wrong += batch.length - client.readAll(batch, batch.length);
    }
    return wrong;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    long[] batch = new long[rowsAnOperation];
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      draw(draws, batch);
      long before = System.nanoTime();
      int found = client.readAll(batch, batch.length);
      nanos.recordValue(System.nanoTime() - before);
      wrong += batch.length - found;
    }
    return wrong;
  }

  private void draw(Draws draws, long[] batch) {
    Keys drawn = keys;
    int rows = drawn.rows();
    long state = draws.state;
    for (int i = 0; i < batch.length; i++) {
      state += Mixing.GOLDEN;
      batch[i] = drawn.at(Mixing.bounded(Mixing.mix(state), rows));
    }
    draws.state = state;
  }
}
