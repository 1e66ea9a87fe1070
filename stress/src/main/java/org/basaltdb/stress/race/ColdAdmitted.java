package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/// As [ColdRead], and what was read gets a frame: the writer, which brings pages in too, finds in
/// each page what it put there last.
@JCStressTest
@Outcome(id = "CURRENT, (CURRENT|NOT_COLD)", expect = Expect.ACCEPTABLE, desc = "nothing is lost")
@Outcome(
    id = "STALE, .*",
    expect = Expect.FORBIDDEN,
    desc = "COLD-1: an image that was read under another word got a frame: a change is lost")
@Outcome(expect = Expect.FORBIDDEN, desc = "COLD-1: not what the page was")
@State
public class ColdAdmitted {
  private static final PooledPages PAGES = new PooledPages();

  @Actor
  public void writer(LL_Result result) {
    result.r1 = PAGES.step();
  }

  @Actor
  public void reader(LL_Result result) {
    result.r2 = PAGES.readAndAdmit(ThreadLocalRandom.current().nextInt(PooledPages.pageCount()));
  }
}
