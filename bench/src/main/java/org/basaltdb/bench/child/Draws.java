package org.basaltdb.bench.child;

import org.basaltdb.bench.workload.Mixing;

/** Where a worker stands in its own stream of random numbers. Confined to the worker's thread. */
final class Draws {

  /** State of the generator: loops keep it in a local variable and put it back. */
  long state;

  /** Position in an array of draws made ahead. */
  int position;

  /** Version written next. */
  long version = 1;

  Draws(long seed) {
    this.state = Mixing.mix(seed);
    this.position = (int) (Mixing.mix(seed + Mixing.GOLDEN) >>> 33);
  }
}
