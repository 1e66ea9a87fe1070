package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// Of two commands on one key the first lacks its page and steps aside, in the turn of whichever
/// thread is the writer; the second comes through the ring, or by a caller that would pass by it.
@JCStressTest
@Outcome(id = "12", expect = Expect.ACCEPTABLE, desc = "in the order in which they came")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "ASIDE-2: a command passed one on the same key that is aside")
@State
public class KeyOrder {
  private static final int PAGE = 7;
  private static final int FETCH_SPINS = 100;
  private static final int WORK_SPINS = 20;

  private volatile boolean inMemory;

  /// What was done to the key, a digit each. The holder's of the token.
  private int history;

  private final CommandQueue queue = new CommandQueue(new Fetching(), 8, false);
  private final OnKey first = new OnKey(1);
  private final OnKey second = new OnKey(2);
  private final Command[] others = {new Other(), new Other(), new Other(), new Other()};

  private final class Fetching extends QuietHost {
    @Override
    public void fetch(int page, int aside) {
      spin(FETCH_SPINS);
      inMemory = true;
    }
  }

  private final class OnKey extends Command {
    private final int digit;

    OnKey(int digit) {
      this.digit = digit;
    }

    @Override
    protected int execute() {
      if (digit == 1 && !inMemory) {
        return missingPage(PAGE);
      }
      history = history * 10 + digit;
      return FINISHED;
    }
  }

  private static final class Other extends Command {
    @Override
    protected int execute() {
      spin(WORK_SPINS);
      return FINISHED;
    }
  }

  private static void spin(int count) {
    for (int i = 0; i < count; i++) {
      Thread.onSpinWait();
    }
  }

  @Actor
  public void session() {
    queue.submit(first, 0);
    if (ThreadLocalRandom.current().nextBoolean()) {
      queue.submit(second, 0);
    } else {
      queue.run(second, 0);
    }
  }

  @Actor
  public void another() {
    for (Command other : others) {
      queue.run(other, 0);
    }
  }

  @Arbiter
  public void look(I_Result result) {
    result.r1 = history;
  }
}
