package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A checkpoint cuts a partition and collects images of its pages and index segments, piece by
/// piece, while rows of the same few pages are written, moved and removed.
@JCStressTest
@Outcome(id = "AS_CUT", expect = Expect.ACCEPTABLE, desc = "each image is of the cut")
@Outcome(
    id = "CHANGED",
    expect = Expect.FORBIDDEN,
    desc = "CUT-2: an image holds something of after the cut")
@Outcome(
    id = "MISSING",
    expect = Expect.FORBIDDEN,
    desc = "CUT-2: a page was changed since the cut, and there is no image of it")
@Outcome(expect = Expect.FORBIDDEN, desc = "CUT-2")
@State
public class CutWrite {
  private static final int STEPS = 16;

  private static final ImagedMemory MEMORY = new ImagedMemory(RowChurn.EXPECTED_ROW_BYTES);
  private static final RowChurn CHURN = new RowChurn(new RaceTable(MEMORY));

  @Actor
  public void writer() {
    for (int i = 0; i < STEPS; i++) {
      CHURN.step();
    }
  }

  @Actor
  public void checkpointer(L_Result result) {
    result.r1 = MEMORY.checkpoint();
  }
}
