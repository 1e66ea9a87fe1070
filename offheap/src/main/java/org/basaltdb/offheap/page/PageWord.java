package org.basaltdb.offheap.page;

/**
 * The 64-bit state word of a page number: lock, version and place in one.
 *
 * <pre>
 * bits    field
 *  0-35   version   odd while a writer changes the page
 * 36-59   frame     block of the partition's pool that holds the page
 * 60-63   state     FREE, RESIDENT, MARKED or COLD
 * </pre>
 *
 * <pre>
 *            allocate                lock
 *   FREE ---------------> RESIDENT ------------> RESIDENT
 *  (even) <-------------   (even)  <------------   (odd)
 *   | ^ ^      free        |  ^ ^      unlock        ^
 *   | | |             mark |  | | touch: any reader  |
 *   | | |      free        v  | |                    |
 *   | | +--------------- MARKED-+     lock           |
 *   | |                    |  +----------------------+
 *   | |              evict |
 *   | |      free          v
 *   | +------------------ COLD ----> RESIDENT in another frame: admit
 *   +-------------------->
 *          restore
 * </pre>
 *
 * Every step is a compare-and-set but unlock, and all but <i>touch</i> are the holder's of the
 * partition's writer token.
 *
 * <ul>
 *   <li>WORD-1 (READ-4): every transition raises the version and none resets it, so a reader that
 *       finds the word unchanged knows that nothing happened to the page in between.
 *   <li>WORD-2: only the holder of the partition's writer token makes a version odd, and it makes
 *       it even again before it lets the token go.
 *   <li>WORD-3: the frame means something in RESIDENT and MARKED only; in the others it is zero.
 *   <li>WORD-4: a page leaves memory only by a word that was MARKED throughout: nobody who began
 *       after the mark has read it. (The idea is vmcache's, see {@link PageTable}.)
 * </ul>
 */
public final class PageWord {
  public static final int FRAME_SHIFT = 36;
  public static final int STATE_SHIFT = 60;
  public static final long VERSION_MASK = (1L << FRAME_SHIFT) - 1;
  public static final int FRAME_BITS = STATE_SHIFT - FRAME_SHIFT;
  public static final int MAX_FRAMES = 1 << FRAME_BITS;

  public static final int FREE = 0;
  public static final int RESIDENT = 1;

  /** In memory, and the next to leave it unless somebody reads it. */
  public static final int MARKED = 2;

  /** Not in memory: the page store has its newest image. */
  public static final int COLD = 3;

  private static final long FRAME_MASK = MAX_FRAMES - 1L;

  /** All but the version, and of the version the bit that says whether a writer is inside. */
  private static final long PLACE_AND_LOCK = ~VERSION_MASK | 1;

  private PageWord() {}

  public static long of(int state, int frame, long version) {
    assert frame >= 0 && frame < MAX_FRAMES : frame;
    return ((long) state << STATE_SHIFT) | ((long) frame << FRAME_SHIFT) | (version & VERSION_MASK);
  }

  public static int state(long word) {
    return (int) (word >>> STATE_SHIFT);
  }

  public static int frame(long word) {
    return (int) ((word >>> FRAME_SHIFT) & FRAME_MASK);
  }

  public static long version(long word) {
    return word & VERSION_MASK;
  }

  /** True while a writer is inside the page. */
  public static boolean isLocked(long word) {
    return (word & 1) != 0;
  }

  /** True if the page has a frame and nobody is inside: it may be copied from, or looked at. */
  public static boolean isInMemory(long word) {
    int state = state(word);
    return (state == RESIDENT || state == MARKED) && !isLocked(word);
  }

  /** True if a reader may copy from the frame: resident, not marked, and not being written. */
  public static boolean isReadable(long word) {
    return (word & ((0xFL << STATE_SHIFT) | 1)) == (long) RESIDENT << STATE_SHIFT;
  }

  /** Byte offset of the page's frame from the base of its pool. */
  public static long frameOffset(long word) {
    return ((word >>> FRAME_SHIFT) & FRAME_MASK) << PageLayout.PAGE_SHIFT;
  }

  /**
   * Byte offset of a page's home, the frame of the page's own number, where most pages are. A
   * reader that guesses it has the row's address without waiting for the word, and finds out by
   * {@link #isReadableAtHome} whether it may use it. Page numbers have more bits than frames: the
   * upper ones are left away here and there, so that what is compared is what is read.
   */
  public static long homeOffset(int page) {
    return (page & FRAME_MASK) << PageLayout.PAGE_SHIFT;
  }

  /**
   * True if a reader may copy from the frame of the page's own number: the page is readable there.
   */
  public static boolean isReadableAtHome(long word, int page) {
    return (word & PLACE_AND_LOCK)
        == ((long) RESIDENT << STATE_SHIFT | (page & FRAME_MASK) << FRAME_SHIFT);
  }

  /** The word with its version raised by one, wrapping within its own bits. */
  public static long next(long word) {
    return (word & ~VERSION_MASK) | ((word + 1) & VERSION_MASK);
  }
}
