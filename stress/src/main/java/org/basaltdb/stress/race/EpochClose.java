package org.basaltdb.stress.race;

import org.basaltdb.offheap.epoch.Epochs;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A reader enters while the database closes: it sees the mark, or the close waits for it.
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "saw the mark and left")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "was waited for")
@Outcome(
    id = "2",
    expect = Expect.FORBIDDEN,
    desc = "MEM-1: the memory was unmapped while a reader was inside")
@State
public class EpochClose {
  private static final int MAPPED = 1;
  private static final int UNMAPPED = 2;
  private static final int STAY_SPINS = 24;
  private static final Epochs EPOCHS = EpochReclaim.EPOCHS;

  private volatile boolean closed;
  private volatile int memory = MAPPED;

  @Actor
  public void closer() {
    SlowStores.delay(1);
    closed = true;
    if (EPOCHS.awaitIdle(Long.MAX_VALUE)) {
      memory = UNMAPPED;
    }
  }

  @Actor
  public void reader(I_Result result) {
    long slot = EpochReclaim.SLOT.get();
    SlowStores.delay(2);
    EPOCHS.enter(slot);
    if (!closed) {
      for (int i = 0; i < STAY_SPINS; i++) {
        Thread.onSpinWait();
      }
      result.r1 = memory;
    }
    EPOCHS.exit(slot);
  }
}
