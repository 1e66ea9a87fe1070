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
 * <p>Threads: words are changed by the holder of the partition's writer token only, but for {@link
 * #touch}, and read by anyone. A reader may use a page number that it found in an index under its
 * epoch without a bounds check, because words are committed before the number is published and are
 * never given back.
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

  /**
   * RESIDENT, MARKED or COLD to FREE. Readers may still be copying from the frame.
   *
   * @return the frame; -1 if the page was COLD
   */
  public int free(int page) {
    while (true) {
      long word = word(page);
      boolean cold = PageWord.state(word) == PageWord.COLD;
      require(cold || PageWord.isInMemory(word), page, word, "in memory and unlocked, or COLD");
      if (moved(page, word, PageWord.FREE, 0)) {
        return cold ? -1 : PageWord.frame(word);
      }
    }
  }

  /** FREE to COLD, at open: a checkpoint has the page. */
  public void restore(int page) {
    long word = word(page);
    require(PageWord.state(word) == PageWord.FREE, page, word, "FREE");
    transition(page, word, PageWord.of(PageWord.COLD, 0, PageWord.version(word) + 2));
  }

  /** RESIDENT to MARKED: the next to leave memory unless somebody reads it. */
  public void mark(int page) {
    long word = word(page);
    require(PageWord.isReadable(word), page, word, "RESIDENT and unlocked");
    int frame = PageWord.frame(word);
    transition(page, word, PageWord.of(PageWord.MARKED, frame, PageWord.version(word) + 2));
  }

  /**
   * MARKED to RESIDENT, since somebody reads the page. Any thread. Does nothing to a word that is
   * not as it was seen.
   *
   * @param wordAddress where the word is
   * @param word as it was seen, MARKED
   */
  public static void touch(long wordAddress, long word) {
    assert PageWord.state(word) == PageWord.MARKED : Long.toHexString(word);
    int frame = PageWord.frame(word);
    long touched = PageWord.of(PageWord.RESIDENT, frame, PageWord.version(word) + 2);
    // Whether it won does not matter: the reader looks at the word again.
    Memory.compareAndSetLong(wordAddress, word, touched);
  }

  /** As {@link #touch(long, long)}, if the page is MARKED. */
  public void touch(int page) {
    long word = word(page);
    if (PageWord.state(word) == PageWord.MARKED) {
      touch(wordAddress(page), word);
    }
  }

  /**
   * MARKED to COLD. The page store has its image.
   *
   * @return its frame, which readers may still be copying from; -1 if somebody touched it: then it
   *     stays
   */
  public int evict(int page) {
    long word = word(page);
    if (PageWord.state(word) != PageWord.MARKED || !moved(page, word, PageWord.COLD, 0)) {
      return -1;
    }
    return PageWord.frame(word);
  }

  /**
   * COLD to RESIDENT: its image is in {@code frame}.
   *
   * @param word as it was when the image was read
   * @return false if something happened to the page since; then nothing changed
   */
  public boolean admit(int page, long word, int frame) {
    return PageWord.state(word) == PageWord.COLD && moved(page, word, PageWord.RESIDENT, frame);
  }

  private boolean moved(int page, long word, int state, int frame) {
    return Memory.compareAndSetLong(
        wordAddress(page), word, PageWord.of(state, frame, PageWord.version(word) + 2));
  }

  /**
   * Makes the version odd, so that readers hold off (READ-3: the stores that follow stay behind the
   * fence). Partner: {@link #unlock}, and the readers' acquire load of the word.
   *
   * @return byte offset of the frame from the base of the pool
   */
  public long lock(int page) {
    while (true) {
      long word = word(page);
      require(PageWord.isInMemory(word), page, word, "in memory and unlocked");
      long locked =
          PageWord.of(PageWord.RESIDENT, PageWord.frame(word), PageWord.version(word) + 1);
      if (Memory.compareAndSetLong(wordAddress(page), word, locked)) {
        VarHandle.storeStoreFence();
        return PageWord.frameOffset(word);
      }
      // A reader touched it: the only step that is not the holder's of the token.
      require(PageWord.state(word) == PageWord.MARKED, page, word(page), "unchanged");
    }
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
