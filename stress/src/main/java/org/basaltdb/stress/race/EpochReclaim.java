package org.basaltdb.stress.race;

import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A reader follows a link into a block while the writer unlinks the block and takes it back.
///
/// The reader takes its time inside, as one does that copies a row; now and then as long as a
/// `membarrier` takes.
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "came too late, the link was gone")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "read the block as it was")
@Outcome(
    id = "2",
    expect = Expect.FORBIDDEN,
    desc = "EPOCH-1: the block was used anew while a reader was in it")
@State
public class EpochReclaim {
  private static final int BLOCK = 1;
  private static final int WHOLE = 1;
  private static final int REUSED = 2;

  static final Epochs EPOCHS = new Epochs();
  static final ThreadLocal<Long> SLOT = ThreadLocal.withInitial(EPOCHS::acquireSlot);

  private static final int SHORT_STAY_SPINS = 24;
  private static final int LONG_STAY_SPINS = 2_000;
  private static final int LONG_STAY_EVERY = 64;

  private static int stays;

  private final RetiredBlocks retired = new RetiredBlocks(EPOCHS);
  private volatile boolean linked = true;
  private volatile int block = WHOLE;

  @Actor
  public void writer() {
    SlowStores.delay(1);
    linked = false;
    retired.retire(BLOCK);
    retired.reclaim(number -> {
      block = REUSED;
      return true;
    });
  }

  @Actor
  public void reader(I_Result result) {
    long slot = SLOT.get();
    SlowStores.delay(2);
    EPOCHS.enter(slot);
    if (linked) {
      int spins = stays++ % LONG_STAY_EVERY == 0 ? LONG_STAY_SPINS : SHORT_STAY_SPINS;
      for (int i = 0; i < spins; i++) {
        Thread.onSpinWait();
      }
      result.r1 = block;
    }
    EPOCHS.exit(slot);
  }
}
