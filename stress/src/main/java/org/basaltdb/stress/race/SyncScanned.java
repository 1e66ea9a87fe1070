package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A scan copies pages with rows whose writer asked for SYNC, before they are on disk.
@JCStressTest
@JCStressMeta(SyncShown.class)
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
