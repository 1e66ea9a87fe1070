package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZJ_Result;

/// A reader finds a page marked, touches it and copies it, while it is evicted and its frame is
/// given to another page.
@JCStressTest
@Outcome(id = "false, 0", expect = Expect.ACCEPTABLE, desc = "read, and so it stays")
@Outcome(id = "true, -1", expect = Expect.ACCEPTABLE, desc = "gone before it was touched")
@Outcome(
    id = "true, 0",
    expect = Expect.FORBIDDEN,
    desc = "WORD-4: evicted by a word that was not MARKED any more")
@Outcome(
    id = "true, .*",
    expect = Expect.FORBIDDEN,
    desc = "WORD-3: a touch brought a word back whose frame is another page's")
@Outcome(expect = Expect.FORBIDDEN, desc = "WORD-4: neither touched nor evicted")
@State
public class PageEvicted {
  private static final int OTHER = 2;

  private final int page = PageArena.takeMarked();

  @Actor
  public void evictor(ZJ_Result result) {
    int frame = PageArena.TABLE.evict(page);
    if (frame >= 0) {
      PageArena.fill(frame, OTHER);
      result.r1 = true;
    }
  }

  @Actor
  public void reader(ZJ_Result result) {
    PageArena.TABLE.touch(page);
    result.r2 = PageArena.read(page);
  }
}
