package org.basaltdb.core.table;

import java.util.Arrays;
import org.basaltdb.offheap.page.PageWord;

/** What a read tells its session besides the row. One thread at a time. */
public final class ReadContext {
  /** LOG-5: the log must be durable up to here before the result is shown; zero if it is. */
  public long requiredDurableLsn;

  /** The page that has to be read from the device first, if the read said so. */
  public int coldPage;

  /**
   * Whether that page is worth a frame: one of rows that were looked for. Not one of a scan, but
   * for guests, which many homes may lead to; nor of a large value, which is read through.
   */
  public boolean coldPageIsWanted;

  /** A page whose image the session has read, and the word that it had then. */
  private int heldPage = -1;

  private long heldWord;
  private long heldImage;

  /**
   * Entries of the index that were followed to a cold page without finding the key there, and the
   * words that those pages had: so a row that several entries may lead to is found with one image.
   */
  private long[] missedEntries = new long[4];

  private long[] missedWords = new long[4];
  private int missedCount;

  /** Where the copy of a large value stands that met a cold page: see {@link OverflowChains}. */
  int chainColumn = -1;

  int chainPage;
  long chainLeft;
  long chainTo;
  int assembledBytes;

  /** Where the copy of a page for a scan stands that met a cold guest: see {@link PageScanner}. */
  int scanSlot = -1;

  long scanWord;

  /** The session has read a page, which was COLD. */
  public void hold(int page, long word, long image) {
    heldPage = page;
    heldWord = word;
    heldImage = image;
  }

  /** Begins a read: nothing is left of the one before. */
  public void begin() {
    missedCount = 0;
    requiredDurableLsn = 0;
    heldPage = -1;
    chainColumn = -1;
    scanSlot = -1;
  }

  /** Whether the copy of a large value is to be gone on with. */
  public boolean isCompleting() {
    return chainColumn >= 0;
  }

  /** The row that an entry leads to, of a page that is COLD, has another key. */
  void noteMissed(long entry, long word) {
    if (missedCount == missedEntries.length) {
      missedEntries = Arrays.copyOf(missedEntries, missedCount * 2);
      missedWords = Arrays.copyOf(missedWords, missedCount * 2);
    }
    missedEntries[missedCount] = entry;
    missedWords[missedCount++] = word;
  }

  /**
   * Whether an entry was followed for nothing since the read began (COLD-1: it still is, if the
   * page has the word that it had then).
   */
  boolean hasMissed(long entry, long word) {
    for (int i = 0; i < missedCount; i++) {
      if (missedEntries[i] == entry && missedWords[i] == word) {
        return true;
      }
    }
    return false;
  }

  /**
   * The image of a page that is COLD.
   *
   * @param word of the page, as it is now
   * @return its address; zero if it has to be read first
   */
  long imageOf(int page, long word, boolean wanted) {
    assert PageWord.state(word) == PageWord.COLD : Long.toHexString(word);
    if (page == heldPage && word == heldWord) {
      return heldImage;
    }
    coldPage = page;
    coldPageIsWanted = wanted;
    return 0;
  }
}
