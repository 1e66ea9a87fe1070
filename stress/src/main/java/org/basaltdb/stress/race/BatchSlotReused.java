package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A batch looks a row up while the writer removes it and puts another key's row over its bytes.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "what was there at some moment")
@Outcome(id = "ABSENT", expect = Expect.ACCEPTABLE, desc = "not there at some moment")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(
    id = "STALE",
    expect = Expect.FORBIDDEN,
    desc = "READ-2: the row was removed, and was found where it had been")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "READ-2: bytes of another key's row were taken for a row of this one")
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
