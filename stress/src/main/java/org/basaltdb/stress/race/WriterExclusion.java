package org.basaltdb.stress.race;

import org.basaltdb.core.partition.WriterToken;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/// Two threads take the writer token: one holds it at any instant, and the second sees what the
/// first has written.
@JCStressTest
@Outcome(id = "false, 2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "the token was held by two threads at once, or did not hand on what was written")
@State
public class WriterExclusion {
  private final WriterToken token = new WriterToken();
  private final WatchedCommand.Workplace workplace = new WatchedCommand.Workplace();

  @Actor
  public void first() {
    visit();
  }

  @Actor
  public void second() {
    visit();
  }

  private void visit() {
    while (!token.tryAcquire()) {
      Thread.onSpinWait();
    }
    workplace.enter();
    workplace.leave();
    token.release();
  }

  @Arbiter
  public void look(ZI_Result result) {
    result.r1 = workplace.wasShared();
    result.r2 = workplace.visits();
  }
}
