package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A reader looks a row up while the writer changes, moves and removes rows of the same few pages.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "what was there at some moment")
@Outcome(id = "ABSENT", expect = Expect.ACCEPTABLE, desc = "not there at some moment")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(id = "TORN", expect = Expect.FORBIDDEN, desc = "READ-3: a row of two versions")
@Outcome(
    id = "STALE",
    expect = Expect.FORBIDDEN,
    desc = "READ-2: the bytes that a row left where it was before")
@Outcome(id = "MISSED", expect = Expect.FORBIDDEN, desc = "READ-1: a miss, and it was there")
@Outcome(expect = Expect.FORBIDDEN, desc = "READ-2: a row that never was")
@State
public class RowMoved {
  private static final RowChurn CHURN = new RowChurn();

  @Actor
  public void writer() {
    CHURN.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = CHURN.read(ThreadLocalRandom.current().nextInt(CHURN.keyCount()));
  }
}
