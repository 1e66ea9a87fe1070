package org.basaltdb.wal;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/// Two threads commit to one log at the same time, and nobody else does: the one that follows is
/// woken by the one that leads, covered or to lead in its turn.
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "both records on disk")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "LOG-11: a follower slept through its wake-up, and nobody led")
@State
public class FollowerWoken {
  private static final TwoCommitters COMMITTERS = new TwoCommitters();

  private volatile boolean firstDone;
  private volatile boolean secondDone;

  @Actor
  @SuppressWarnings("ThreadPriorityCheck") // the other one needs the processor
  public void first(ZZ_Result result) {
    result.r1 = COMMITTERS.commit(0);
    firstDone = true;
    while (!secondDone) {
      Thread.yield();
    }
  }

  @Actor
  @SuppressWarnings("ThreadPriorityCheck") // the other one needs the processor
  public void second(ZZ_Result result) {
    result.r2 = COMMITTERS.commit(1);
    secondDone = true;
    while (!firstDone) {
      Thread.yield();
    }
  }
}
