package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A scan walks through a table while the writer changes and moves its rows: a row that is there
/// all the time is seen exactly once.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "each of them once")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(id = "TORN", expect = Expect.FORBIDDEN, desc = "READ-3: a row of two versions")
@Outcome(
    id = "STALE",
    expect = Expect.FORBIDDEN,
    desc = "READ-2: a version that was gone before the scan began")
@Outcome(id = "MISSED", expect = Expect.FORBIDDEN, desc = "TABLE-3: a row was not seen")
@Outcome(id = "TWICE", expect = Expect.FORBIDDEN, desc = "TABLE-3: a row was seen twice")
@Outcome(expect = Expect.FORBIDDEN, desc = "READ-2: a row that never was")
@State
public class ScanMoved {
  private static final RowChurn CHURN = new RowChurn();

  @Actor
  public void writer() {
    CHURN.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = CHURN.scan();
  }
}
