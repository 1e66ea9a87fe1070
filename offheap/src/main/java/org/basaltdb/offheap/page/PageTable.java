package org.basaltdb.offheap.page;

import java.lang.invoke.VarHandle;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.Region;

/**
 * The flat off-heap array of {@linkplain PageWord state words} of one partition, one per page
 * number. A page is found by its number alone: no hash, no lock (the idea is vmcache's: Leis et
 * al., "Virtual-Memory Assisted Buffer Management", SIGMOD 2023, with the frame number kept in the
 * word rather than in the MMU).
 *
 * <p>Threads: words are changed by the holder of the partition's writer token only and read by
 * anyone. A reader may use a page number that it found in an index under its epoch without a bounds
 * check, because words are committed before the number is published and are never given back.
 */
public final class PageTable {
  private final Region region;
  private final long base;
  private long committedPages;

  /**
   * @param region eight bytes for each of at most 2^28 page numbers; committed as numbers come into
   *     use
   */
  public PageTable(Region region) {
    this.region = region;
    this.base = region.base();
    // An empty place of an index bucket names page zero, and a batch looks at its word.
    commit(1);
  }

  /** Address of the word of page zero. */
  public long base() {
    return base;
  }

  /**
   * Makes the words of pages below {@code pageCount} usable; all of them start FREE.
   *
   * @throws org.basaltdb.offheap.memory.BudgetExhaustedException if the region is full or memory is
   *     short; nothing changed
   */
  public void commit(long pageCount) {
    if (pageCount > committedPages) {
      region.commitTo(pageCount << 3);
      committedPages = pageCount;
    }
  }

  public long wordAddress(int page) {
    assert page >= 0 && page < committedPages : page;
    return base + ((long) page << 3);
  }

  /** The word, for the writer itself. */
  public long word(int page) {
    return Memory.getLong(wordAddress(page));
  }

  /** FREE to RESIDENT in {@code frame}. The frame must be formatted before. */
  public void allocate(int page, int frame) {
    long word = word(page);
    require(PageWord.state(word) == PageWord.FREE, page, word, "FREE");
    transition(page, word, PageWord.of(PageWord.RESIDENT, frame, PageWord.version(word) + 2));
  }

  /** RESIDENT to FREE. Returns the frame, which readers may still be copying from. */
  public int free(int page) {
    long word = word(page);
    require(PageWord.isReadable(word), page, word, "RESIDENT and unlocked");
    transition(page, word, PageWord.of(PageWord.FREE, 0, PageWord.version(word) + 2));
    return PageWord.frame(word);
  }

  /**
   * Makes the version odd, so that readers hold off (READ-3: the stores that follow stay behind the
   * fence). Partner: {@link #unlock}, and the readers' acquire load of the word.
   *
   * @return byte offset of the frame from the base of the pool
   */
  public long lock(int page) {
    long word = word(page);
    require(PageWord.isReadable(word), page, word, "RESIDENT and unlocked");
    transition(page, word, PageWord.next(word));
    VarHandle.storeStoreFence();
    return PageWord.frameOffset(word);
  }

  /** Makes the version even again; what was stored under the lock is visible with it. */
  public void unlock(int page) {
    long address = wordAddress(page);
    long word = Memory.getLong(address);
    assert PageWord.isLocked(word) : "WORD-2: unlock of page " + page + " that is not locked";
    Memory.putLongRelease(address, PageWord.next(word));
  }

  /** A compare-and-set, so that a second writer, which the token forbids, is found out here. */
  private void transition(int page, long from, long to) {
    if (!Memory.compareAndSetLong(wordAddress(page), from, to)) {
      require(false, page, word(page), "0x" + Long.toHexString(from));
    }
  }

  private static void require(boolean holds, int page, long word, String expected) {
    if (!holds) {
      throw new IllegalStateException(
          "WORD-2: page "
              + page
              + " is in state "
              + PageWord.state(word)
              + ", version "
              + PageWord.version(word)
              + "; expected "
              + expected
              + "; the partition's writer protocol was broken");
    }
  }
}
