package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A batch looks rows up while the writer changes, moves and removes rows of the same few pages.
@JCStressTest
@JCStressMeta(RowMoved.class)
@State
public class BatchMoved {
  private static final RowChurn CHURN = new RowChurn();

  @Actor
  public void writer() {
    CHURN.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = CHURN.readBatch(ThreadLocalRandom.current().nextInt(CHURN.keyCount()));
  }
}
