package org.basaltdb.stress.race;

import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/// A thread goes to sleep until its command is done, just as the writer finishes the command, or
/// leaves because its turn is over and names that thread its successor.
///
/// What is measured is whether the sleeper was ever woken: a wait that lasts to its deadline, which
/// is thousands of times longer than all the work there is, was not ended by anybody.
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "woken")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-6: the sleeper was chosen, or its command was done, and nobody woke it")
@State
public class ParkedSuccessor {
  private static final long DEADLINE_NANOS = 3_000_000_000L;
  private static final int WORK_SPINS = 600;

  /// Once a sleeper was forgotten the rest of the round only costs time.
  private static volatile boolean forgotten;

  private final QuietHost host = new QuietHost.Hasty();
  private final CommandQueue queue = new CommandQueue(host, 8, false);

  /// Two turns' worth: then the sleeper's command is the one that is left.
  private final LongCommand[] others = {
    new LongCommand(), new LongCommand(), new LongCommand(), new LongCommand()
  };

  private final LongCommand own = new LongCommand();

  private static final class LongCommand extends Command {
    @Override
    protected int execute() {
      for (int i = 0; i < WORK_SPINS; i++) {
        Thread.onSpinWait();
      }
      return FINISHED;
    }
  }

  @Actor
  public void writer() {
    queue.borrow(); // so that all of them stand in the ring before the first one runs
    for (LongCommand other : others) {
      queue.submit(other, 0);
    }
    queue.giveBack();
  }

  @Actor
  public void sleeper(Z_Result result) {
    if (forgotten) {
      return;
    }
    queue.submit(own, 0);
    long begin = System.nanoTime();
    queue.await(own, host.nanoTime() + DEADLINE_NANOS);
    if (System.nanoTime() - begin >= DEADLINE_NANOS) {
      forgotten = true;
      result.r1 = true;
    }
  }
}
