package org.basaltdb.core;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressMeta;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// As [RowEvicted], where a thread of its own writes, which lends its partition to whoever gives a
/// page a frame.
@JCStressTest
@JCStressMeta(RowEvicted.class)
@State
public class RowEvictedByWriter {
  private static final TieredRows ROWS = new TieredRows(WriterMode.DEDICATED);

  @Actor
  public void writer(LL_Result result) {
    result.r1 = ROWS.write();
  }

  @Actor
  public void reader(LL_Result result) {
    result.r2 = ROWS.read();
  }
}
