package org.basaltdb.core.partition;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// A session abandons its command while the writer carries it out: the slot is freed exactly once,
/// and not before the writer has done with the slot's bytes, which the session then uses anew.
@JCStressTest
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE, desc = "freed when the writer was done")
@Outcome(
    id = "false, .*",
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-3: the slot is never free again, or was freed twice")
@Outcome(
    id = "true, false",
    expect = Expect.FORBIDDEN,
    desc = "TOKEN-3: the session had the slot back while the writer read its bytes")
@State
public class AbandonedCommand {
  private final Slot command = new Slot();
  private volatile boolean broken;

  /// Reads its bytes twice, as a command that copies a row and then its key does.
  private static final class Slot extends Command {
    private volatile long bytes = 1;
    private volatile boolean unchanged = true;

    Slot() {
      arm();
    }

    @Override
    protected int execute() {
      long before = bytes;
      Thread.onSpinWait();
      unchanged = bytes == before;
      return FINISHED;
    }
  }

  @Actor
  public void writer() {
    try {
      command.begin();
      command.execute();
      command.finish();
    } catch (IllegalStateException e) {
      broken = true;
    }
  }

  @Actor
  public void session() {
    command.abandon();
    if (command.isFree()) {
      command.bytes = 2;
    }
  }

  @Arbiter
  public void look(ZZ_Result result) {
    result.r1 = command.isFree() && !broken;
    result.r2 = command.unchanged;
  }
}
