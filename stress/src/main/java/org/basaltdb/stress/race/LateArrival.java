package org.basaltdb.stress.race;

import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A command is put into the ring just as the writer finds the ring empty and leaves. Nobody waits
/// for either command, so nobody comes later who could find what was left.
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "both carried out")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-1: producer saw the token held, holder saw the ring empty; the command stays")
@State
public class LateArrival {
  private final CommandQueue queue = new CommandQueue(QuietHost.REAL_CLOCK, 4, false);
  private final SlowCommand first = new SlowCommand();
  private final SlowCommand second = new SlowCommand();

  /// Makes the release of the token slow that follows it.
  private static final class SlowCommand extends Command {
    @Override
    protected int execute() {
      SlowStores.delay(3);
      return FINISHED;
    }
  }

  @Actor
  public void first() {
    SlowStores.delay(1);
    queue.submit(first, 0);
  }

  @Actor
  public void second() {
    SlowStores.delay(2);
    queue.submit(second, 0);
  }

  @Arbiter
  public void look(ZZ_Result result) {
    result.r1 = first.isDone();
    result.r2 = second.isDone();
  }
}
