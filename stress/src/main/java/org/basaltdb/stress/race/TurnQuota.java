package org.basaltdb.stress.race;

import org.basaltdb.core.partition.CommandQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// Writers leave with commands still waiting, because their turn is over. Nobody waits for a
/// command, so a hand-over finds no successor, and whoever leaves has to look after the rest.
@JCStressTest
@Outcome(id = "6", expect = Expect.ACCEPTABLE, desc = "all carried out")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-6: commands wait, the token is free, and nobody is about to try it")
@State
public class TurnQuota {
  private final CommandQueue queue = new CommandQueue(new QuietHost.Hasty(), 8, false);
  private final WatchedCommand.Workplace workplace = new WatchedCommand.Workplace();
  private final WatchedCommand[] commands = new WatchedCommand[6];

  public TurnQuota() {
    for (int i = 0; i < commands.length; i++) {
      commands[i] = new WatchedCommand(workplace);
    }
  }

  @Actor
  public void first() {
    for (int i = 0; i < 3; i++) {
      queue.submit(commands[i], 0);
    }
  }

  @Actor
  public void second() {
    for (int i = 3; i < 6; i++) {
      queue.submit(commands[i], 0);
    }
  }

  @Arbiter
  public void look(I_Result result) {
    for (WatchedCommand command : commands) {
      if (command.isDone()) {
        result.r1++;
      }
    }
  }
}
