package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A batch looks a row up while the writer removes it and puts another key's row over its bytes.
@JCStressTest
@JCStressMeta(SlotReused.class)
@State
public class BatchSlotReused {
  private static final SlotReuse REUSE = new SlotReuse();

  @Actor
  public void writer() {
    REUSE.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = REUSE.readBatch();
  }
}
