package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// Pages are changed, and leave memory when they may, while the cleaner copies, writes and settles
/// them: a page that comes back is what it was.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "nothing is lost")
@Outcome(
    id = "STALE",
    expect = Expect.FORBIDDEN,
    desc = "CLEAN-1: an image from before a change was taken for the page")
@Outcome(expect = Expect.FORBIDDEN, desc = "CLEAN-1: not what the page was")
@State
public class CleanerWrite {
  private static final PooledPages PAGES = new PooledPages();

  @Actor
  public void writer(L_Result result) {
    int page = ThreadLocalRandom.current().nextInt(PooledPages.pageCount());
    PAGES.leave(page);
    result.r1 = PAGES.change(page);
  }

  @Actor
  public void cleaner() {
    PAGES.clean();
  }
}
