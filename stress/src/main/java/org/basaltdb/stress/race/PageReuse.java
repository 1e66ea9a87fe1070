package org.basaltdb.stress.race;

import org.basaltdb.offheap.page.PageTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// A reader copies a page while the writer frees it, and gives the number the same frame again with
/// other bytes in it.
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before it was freed")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "in its second life")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "turned away by the word")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "READ-4: a copy begun in a page's first life was believed in its second")
@State
public class PageReuse {
  private final int page = PageArena.take();

  @Actor
  public void writer() {
    PageTable table = PageArena.TABLE;
    int frame = table.free(page);
    PageArena.fill(frame, 1);
    table.allocate(page, frame);
  }

  @Actor
  public void reader(J_Result result) {
    result.r1 = PageArena.read(page);
  }
}
