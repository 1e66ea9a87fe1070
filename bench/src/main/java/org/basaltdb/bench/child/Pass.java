package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.store.StoreClient;

/**
 * A kind of operation, made many times by one thread.
 *
 * <p>Both methods leave their state (the position in the stream of draws) in the worker, so that a
 * pass continues where the last one stopped, and return how many operations gave a wrong answer:
 * the driver accepts none.
 */
interface Pass {

  /** Makes {@code operations} operations as fast as it can. */
  int run(StoreClient client, Draws draws, int operations);

  /** Makes {@code operations} operations and records the nanoseconds that each one took. */
  int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos);

  /** How many rows an operation touches: 32 for a read of 32 rows. Rates count rows. */
  default int rowsAnOperation() {
    return 1;
  }
}
