package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A row's body is by turns in its page and in pages of its own. The short read shows a row only if
/// it is whole as it stands.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "a row without a pointer")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "left to the long read")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "READ-1: a row was shown with a pointer in place of its body")
@State
public class PointerHidden {
  private static final BodyInAndOut BODY = new BodyInAndOut();

  @Actor
  public void writer() {
    BODY.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = BODY.read();
  }
}
