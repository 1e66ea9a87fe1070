package org.basaltdb.core.table;

import org.basaltdb.offheap.memory.MemoryBudget.Owner;

/** The pages that a checkpoint holds, while tables are restored from it. */
public interface RestoredPages {
  /**
   * Has a page loaded, if the checkpoint has an image of it.
   *
   * @return whether it has
   */
  boolean load(int page, Owner owner);

  /** The checkpoint may have an image of that page, but it is in use no more. */
  void drop(int page);
}
