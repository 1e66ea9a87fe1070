package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/// A command steps aside in the turn of a borrower, who may not fetch its page, just as the
/// command's session goes to sleep until it is done.
///
/// As in [ParkedSuccessor], what is measured is whether the sleeper was woken before its deadline,
/// which is thousands of times longer than all the work there is.
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "woken, or it did not sleep")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-6: the command is aside, the borrower has left, and its session sleeps")
@State
public class AsideWoken {
  private static final int PAGE = 7;
  private static final long DEADLINE_NANOS = 3_000_000_000L;

  /// More than a waiter spins before it sleeps.
  private static final int LONGEST_LOAN_SPINS = 2_000;

  /// Once a sleeper was forgotten the rest of the round only costs time.
  private static volatile boolean forgotten;

  private volatile boolean inMemory;
  private volatile boolean lent;
  private final QuietHost host = new Fetching();
  private final CommandQueue queue = new CommandQueue(host, 4, false);
  private final Command command = new OnPage();

  private final class Fetching extends QuietHost {
    @Override
    public void fetch(int page, int aside) {
      inMemory = true;
    }

    @Override
    public void requestFetch(int page, int aside) {
      // the session looks after it: it has not gone to sleep yet
    }
  }

  private final class OnPage extends Command {
    @Override
    protected int execute() {
      return inMemory ? FINISHED : missingPage(PAGE);
    }
  }

  @Actor
  public void session(Z_Result result) {
    if (forgotten) {
      return;
    }
    while (!lent) {
      Thread.onSpinWait();
    }
    queue.submit(command, 0);
    long begin = System.nanoTime();
    queue.await(command, begin + DEADLINE_NANOS);
    if (System.nanoTime() - begin >= DEADLINE_NANOS) {
      forgotten = true;
      result.r1 = true;
    }
  }

  @Actor
  public void borrower() {
    queue.borrow();
    lent = true;
    for (int spins = ThreadLocalRandom.current().nextInt(LONGEST_LOAN_SPINS); spins > 0; spins--) {
      Thread.onSpinWait();
    }
    queue.giveBackForNow();
  }
}
