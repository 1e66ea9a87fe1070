package org.basaltdb.stress.race;

import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A partition is borrowed while commands come: none runs during the loan, and those that came
/// meanwhile are not left behind when it ends.
@JCStressTest
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "apart, and all carried out")
@Outcome(
    id = "true, .*",
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-5: a command ran while the partition was lent")
@Outcome(
    id = "false, false",
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-5: a command that came during the loan was left in the ring")
@State
public class LentPartition {
  private final CommandQueue queue = new CommandQueue(QuietHost.REAL_CLOCK, 4, false);
  private final WatchedCommand.Workplace workplace = new WatchedCommand.Workplace();
  private final WatchedCommand first = new WatchedCommand(workplace);
  private final WatchedCommand second = new WatchedCommand(workplace);

  /// A protocol that broke says so with an exception.
  private volatile boolean broken;

  @Actor
  public void submitter() {
    try {
      queue.submit(first, 0);
      queue.submit(second, 0);
    } catch (IllegalStateException e) {
      broken = true;
    }
  }

  @Actor
  public void borrower() {
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
  public void look(ZZ_Result result) {
    result.r1 = workplace.wasShared() || broken;
    result.r2 = first.isDone() && second.isDone();
  }
}
