package org.basaltdb.stress.race;

import org.basaltdb.offheap.page.PageTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// A reader copies a page while it leaves memory, another page uses its frame, and it comes back
/// into the same frame, unchanged.
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before it left, or after it came back")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "turned away by the word")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "WORD-3: a copy of another page's bytes was believed, for the word was as before")
@State
public class PageReloaded {
  private static final int OTHER = 2;

  private static final int PAUSE_SPINS = 4;

  private final int page = PageArena.take();

  @Actor
  public void writer() {
    PageTable table = PageArena.TABLE;
    table.mark(page);
    int frame = table.evict(page);
    if (frame < 0) {
      return; // not without a reader that touches
    }
    long word = table.word(page);
    PageArena.fill(frame, OTHER);
    PageArena.pause(PAUSE_SPINS);
    PageArena.fill(frame, 0);
    table.admit(page, word, frame);
  }

  @Actor
  public void reader(J_Result result) {
    result.r1 = PageArena.read(page, PAUSE_SPINS);
  }
}
