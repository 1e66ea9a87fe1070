package org.basaltdb.stress.race;

import java.util.concurrent.ThreadLocalRandom;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/// A reader reads a cold page from its slot, without token or frame, while the page comes in, is
/// changed, written to another slot and evicted, or given back; its number and its slot are used
/// again at once.
@JCStressTest
@Outcome(id = "CURRENT", expect = Expect.ACCEPTABLE, desc = "what it was at some moment")
@Outcome(id = "NOT_COLD", expect = Expect.ACCEPTABLE, desc = "not cold, or not any more")
@Outcome(
    id = "DAMAGED",
    expect = Expect.FORBIDDEN,
    desc = "COLD-1: a slot that was reused is reported as damage")
@Outcome(
    id = "NO_IMAGE",
    expect = Expect.FORBIDDEN,
    desc = "COLD-1: the image was looked up under another word")
@Outcome(expect = Expect.FORBIDDEN, desc = "COLD-1: not what the page was")
@State
public class ColdRead {
  private static final PooledPages PAGES = new PooledPages();

  @Actor
  public void writer() {
    PAGES.step();
  }

  @Actor
  public void reader(L_Result result) {
    result.r1 = PAGES.read(ThreadLocalRandom.current().nextInt(PooledPages.pageCount()));
  }
}
