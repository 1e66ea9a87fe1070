package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A scan copies pages with rows whose writer asked for SYNC, before they are on disk.
@JCStressTest
@Outcome(id = "DURABLE", expect = Expect.ACCEPTABLE, desc = "shown, and on disk")
@Outcome(id = "MADE_TO_WAIT", expect = Expect.ACCEPTABLE, desc = "to be shown when it is on disk")
@Outcome(id = "FORGOTTEN", expect = Expect.ACCEPTABLE, desc = "nobody can tell any more")
@Outcome(id = "ASK_WRITER", expect = Expect.ACCEPTABLE, desc = "READ-6: locked for too long")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "LOG-5: a row was shown that a crash could take back, and its writer asked for SYNC")
@State
public class SyncScanned {
  private static final SlowDisk DISK = new SlowDisk();

  @Actor
  public void writer() {
    DISK.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = DISK.scan(ThreadLocalRandom.current().nextInt());
  }
}
