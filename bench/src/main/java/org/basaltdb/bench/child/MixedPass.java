package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Keys;
import org.basaltdb.bench.workload.Mixing;
import org.basaltdb.bench.workload.ZipfDraws;

/**
 * Reads and writes of whole rows, skewed. Which of the two an operation is, is drawn anew each
 * time. The timed form records the time of its reads only: that is the figure asked for, and a
 * write has a pass of its own elsewhere.
 */
record MixedPass(Keys keys, ZipfDraws zipf, int readPercent) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    Keys drawn = keys;
    ZipfDraws popular = zipf;
    int reads = readPercent;
    int position = draws.position;
    long state = draws.state;
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      state += Mixing.GOLDEN;
      long key = drawn.at(popular.at(position++));
      if (Mixing.bounded(Mixing.mix(state), 100) < reads) {
        if (client.read(key) != key) {
          wrong++;
        }
      } else {
        client.write(key, draws.version++);
      }
    }
    draws.position = position;
    draws.state = state;
    return wrong;
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    int wrong = 0;
    for (int i = 0; i < operations; i++) {
      draws.state += Mixing.GOLDEN;
      long key = keys.at(zipf.at(draws.position++));
      if (Mixing.bounded(Mixing.mix(draws.state), 100) < readPercent) {
        long before = System.nanoTime();
        long found = client.read(key);
        nanos.recordValue(System.nanoTime() - before);
        if (found != key) {
          wrong++;
        }
      } else {
        client.write(key, draws.version++);
      }
    }
    return wrong;
  }
}
