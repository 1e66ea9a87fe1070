package org.basaltdb.core.partition;

import org.basaltdb.stress.race.QuietHost;
import org.basaltdb.stress.race.WatchedCommand;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/// A dedicated writer lends its partition between two commands, and goes on after it has it back.
@JCStressTest
@Outcome(id = "false, 4", expect = Expect.ACCEPTABLE, desc = "three commands and a loan, apart")
@Outcome(
    id = "true, .*",
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-5: the writer went on while its partition was lent")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-5: what one side wrote before the loan changed hands was lost on the other")
@State
public class LentByWriter {
  private final CommandQueue queue = new CommandQueue(QuietHost.REAL_CLOCK, 4, true);
  private final WatchedCommand.Workplace workplace = new WatchedCommand.Workplace();
  private volatile boolean returned;

  /// A protocol that broke says so with an exception.
  private volatile boolean broken;

  public LentByWriter() {
    for (int i = 0; i < 3; i++) {
      queue.submit(new WatchedCommand(workplace), 0);
    }
  }

  @Actor
  public void writer() {
    try {
      queue.startDuty();
      while (!returned) {
        queue.duty();
      }
      if (!broken) {
        queue.endDuty();
      }
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
    returned = true;
  }

  @Arbiter
  public void look(ZI_Result result) {
    result.r1 = workplace.wasShared() || broken;
    result.r2 = workplace.visits();
  }
}
