package org.basaltdb.core;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// A row is written and read while its page is evicted, written, loaded and evicted again, in a
/// database with a pool, a cleaner and checkpoints, where callers write in turn.
@JCStressTest
@Outcome(id = "CURRENT, CURRENT", expect = Expect.ACCEPTABLE, desc = "what was there, whole")
@Outcome(
    id = ".*STALE.*",
    expect = Expect.FORBIDDEN,
    desc = "READ-1: an older version than one that was there before the read")
@Outcome(id = ".*TORN.*", expect = Expect.FORBIDDEN, desc = "READ-3: a row of two versions")
@Outcome(id = ".*MISSED.*", expect = Expect.FORBIDDEN, desc = "READ-1: a miss, and it was there")
@Outcome(id = ".*FAILED.*", expect = Expect.FORBIDDEN, desc = "WORD-2: the engine found it out")
@Outcome(expect = Expect.FORBIDDEN, desc = "READ-2: a row that never was")
@State
public class RowEvicted {
  private static final TieredRows ROWS = new TieredRows(WriterMode.CALLER_RUNS);

  @Actor
  public void writer(LL_Result result) {
    result.r1 = ROWS.write();
  }

  @Actor
  public void reader(LL_Result result) {
    result.r2 = ROWS.read();
  }
}
