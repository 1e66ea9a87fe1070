package org.basaltdb.wal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// An appender fills the ring of the log while the leader pads it, takes records out of it and
/// frees their places, lap after lap.
@JCStressTest
@Outcome(
    id = "(APPENDED|FULL), (TAKEN|NOTHING)",
    expect = Expect.ACCEPTABLE,
    desc = "every record whole, every place clean")
@Outcome(
    id = "DIRTY, .*",
    expect = Expect.FORBIDDEN,
    desc = "LOG-9: a place was claimed before it was zeroed")
@Outcome(
    id = ".*, HALF",
    expect = Expect.FORBIDDEN,
    desc = "a record was taken that was not published whole, or shared its place with another")
@State
public class RingLaps {
  private static final SmallRing RING = new SmallRing();

  @Actor
  public void appender(LL_Result result) {
    result.r1 = RING.append();
  }

  @Actor
  public void leader(LL_Result result) {
    result.r2 = RING.take();
  }
}
