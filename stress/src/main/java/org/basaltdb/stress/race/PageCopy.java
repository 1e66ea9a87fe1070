package org.basaltdb.stress.race;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/// A reader copies a page while the writer changes it.
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "before the change")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "after the change")
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "turned away by the word")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "READ-3: a copy of a page in the middle of a change was believed")
@State
public class PageCopy {
  private final int page = PageArena.take();

  @Actor
  public void writer() {
    PageArena.change(page, 1);
  }

  @Actor
  public void reader(J_Result result) {
    result.r1 = PageArena.read(page);
  }
}
