package org.basaltdb.stress.race;

import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.core.buffer.BufferPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/// The writer lets large values go that have left memory and notes each time that there is one,
/// while the cleaner takes the note and then looks for them.
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "the cleaner looks after each of them")
@Outcome(
    expect = Expect.FORBIDDEN,
    desc = "ASIDE-5: a value was let go, and the cleaner does not know that it has to look")
@State
public class ChainNoticed {
  private static final int VALUES = 8;

  private static final BufferPool PAGES = new ImagedMemory(RowChurn.EXPECTED_ROW_BYTES).pages();

  /// How many were let go, and how many of these the cleaner has found.
  private final AtomicInteger letGo = new AtomicInteger();

  private final AtomicInteger found = new AtomicInteger();
  private volatile boolean writerEnded;
  private volatile boolean cleanerEnded;

  @Actor
  @SuppressWarnings("ThreadPriorityCheck") // the cleaner may need the processor
  public void writer() {
    for (int value = 1; value <= VALUES; value++) {
      letGo.setOpaque(value); // as plain as the writer's own lists
      PAGES.noteColdChain();
      Window.open();
    }
    writerEnded = true;
    while (!cleanerEnded) {
      Thread.yield();
    }
  }

  @Actor
  @SuppressWarnings("ThreadPriorityCheck") // and so may the writer
  public void cleaner(Z_Result result) {
    while (!writerEnded) {
      if (PAGES.takeColdChains()) {
        found.set(letGo.getOpaque());
      } else {
        Thread.yield();
      }
    }
    result.r1 = found.get() < VALUES && !PAGES.takeColdChains();
    cleanerEnded = true; // the next state's writer has the pool after this
  }
}
