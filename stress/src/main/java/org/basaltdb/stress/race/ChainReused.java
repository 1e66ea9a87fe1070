package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A reader fetches a value from its pages while the writer replaces it and gives the pages to
/// others.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "one version, whole")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(
    id = "GONE",
    expect = Expect.FORBIDDEN,
    desc = "READ-7: a chain went under a reader inside")
@Outcome(
    id = "TORN",
    expect = Expect.FORBIDDEN,
    desc = "READ-7: a value was put together from pages of two chains")
@Outcome(expect = Expect.FORBIDDEN, desc = "READ-7: not the row's value")
@State
public class ChainReused {
  private static final LargeValues VALUES = new LargeValues();

  @Actor
  public void writer() {
    VALUES.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = VALUES.read(ThreadLocalRandom.current().nextInt(), false);
  }
}
