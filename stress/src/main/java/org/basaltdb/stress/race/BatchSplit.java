package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A batch looks rows up while the index splits under it, again and again.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "what was there at some moment")
@Outcome(id = "ABSENT", expect = Expect.ACCEPTABLE, desc = "not there at some moment")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(id = "TORN", expect = Expect.FORBIDDEN, desc = "READ-3: a row of two versions")
@Outcome(
    id = "STALE",
    expect = Expect.FORBIDDEN,
    desc = "HASH-4: an entry of a segment that was split was believed")
@Outcome(
    id = "MISSED",
    expect = Expect.FORBIDDEN,
    desc = "HASH-4: a miss in a segment that was split was believed")
@Outcome(expect = Expect.FORBIDDEN, desc = "READ-2: a row that never was")
@State
public class BatchSplit {
  private static final IndexSplits SPLITS = new IndexSplits();

  @Actor
  public void writer() {
    SPLITS.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = SPLITS.readBatch();
  }
}
