package org.basaltdb.stress.race;

import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/// Two threads borrow one partition.
@JCStressTest
@Outcome(id = "false, 2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "TOKEN-5: one partition was lent to two at once")
@State
public class TwoBorrowers {
  private final CommandQueue queue = new CommandQueue(QuietHost.REAL_CLOCK, 2, false);
  private final WatchedCommand.Workplace workplace = new WatchedCommand.Workplace();

  /// A lending word that broke says so with an exception.
  private volatile boolean broken;

  @Actor
  public void first() {
    visit();
  }

  @Actor
  public void second() {
    visit();
  }

  private void visit() {
    try {
      queue.borrow();
      workplace.enter();
      workplace.leave();
      queue.giveBack();
    } catch (IllegalStateException e) {
      broken = true;
    }
  }

  @Arbiter
  public void look(ZI_Result result) {
    result.r1 = workplace.wasShared() || broken;
    result.r2 = workplace.visits();
  }
}
