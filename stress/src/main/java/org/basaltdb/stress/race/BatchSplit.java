package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A batch looks rows up while the index splits under it, again and again.
@JCStressTest
@JCStressMeta(RowSplit.class)
@State
public class BatchSplit {
  private static final IndexSplits SPLITS = new IndexSplits();

  @Actor
  public void writer() {
    SPLITS.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = SPLITS.readBatch();
  }
}
