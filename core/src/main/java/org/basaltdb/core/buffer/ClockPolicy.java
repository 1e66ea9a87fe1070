package org.basaltdb.core.buffer;

/// Second chance: a hand goes round over all page numbers, marks what it finds unmarked, and evicts
/// what is marked still when it comes by again (F. J. Corbató, "A Paging Experiment with the
/// Multics System", 1968). What is cold costs it a look at eight bytes that follow one another.
///
/// Thread rules: as [EvictionPolicy].
public final class ClockPolicy implements EvictionPolicy {
  private int hand;

  @Override
  public boolean evictOne(Residents residents) {
    int count = residents.pageCount();
    // Once around marks all that may leave, the second time finds one that nobody read meanwhile.
    for (long left = 2L * count + 1; left > 0; left--) {
      int page = hand < count ? hand : 0;
      hand = page + 1;
      if (!residents.mayLeave(page)) {
        continue;
      }
      if (!residents.isMarked(page)) {
        residents.mark(page);
      } else if (residents.evict(page)) {
        return true;
      }
    }
    return false;
  }
}
