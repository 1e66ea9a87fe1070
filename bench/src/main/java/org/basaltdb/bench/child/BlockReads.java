package org.basaltdb.bench.child;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.HdrHistogram.Histogram;
import org.basaltdb.bench.control.DirectReads;
import org.basaltdb.bench.store.StoreClient;
import org.basaltdb.bench.workload.Mixing;
import org.jspecify.annotations.Nullable;

/** Bare reads of blocks on disk, all blocks equally likely. The client is not asked. */
record BlockReads(DirectReads reads) implements Pass {

  @Override
  public int run(StoreClient client, Draws draws, int operations) {
    return read(draws, operations, null);
  }

  @Override
  public int runTimed(StoreClient client, Draws draws, int operations, Histogram nanos) {
    return read(draws, operations, nanos);
  }

  private int read(Draws draws, int operations, @Nullable Histogram nanos) {
    int wrong = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = DirectReads.newBuffer(arena);
      for (int i = 0; i < operations; i++) {
        draws.state += Mixing.GOLDEN;
        int block = Mixing.bounded(Mixing.mix(draws.state), reads.blocks());
        long before = System.nanoTime();
        reads.read(buffer, block);
        if (nanos != null) {
          nanos.recordValue(System.nanoTime() - before);
        }
        wrong += DirectReads.isOf(buffer, block) ? 0 : 1;
      }
    }
    return wrong;
  }
}
