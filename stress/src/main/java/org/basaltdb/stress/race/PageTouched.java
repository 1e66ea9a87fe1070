package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/// A reader finds a page marked, touches it and copies it, while the writer changes it.
@JCStressTest
@Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "before the change")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "after the change")
@Outcome(id = "-1, 1", expect = Expect.ACCEPTABLE, desc = "turned away by the word")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc =
        "WORD-2: a touch and a lock undid one another: a torn copy was believed, or the page"
            + " stays locked")
@State
public class PageTouched {
  private final int page = PageArena.takeMarked();

  @Actor
  public void writer() {
    PageArena.change(page, 1);
  }

  @Actor
  public void reader(JJ_Result result) {
    PageArena.TABLE.touch(page);
    result.r1 = PageArena.read(page);
  }

  @Arbiter
  public void look(JJ_Result result) {
    result.r2 = PageArena.read(page);
  }
}
