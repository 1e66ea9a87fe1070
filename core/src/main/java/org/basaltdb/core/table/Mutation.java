package org.basaltdb.core.table;

import org.basaltdb.wal.Durability;

/**
 * One write to one row: what a session asks, and what came of it. Reused; filled by the session
 * before the command is queued, read by it after the command is done. In between it belongs to the
 * holder of the writer token.
 */
public final class Mutation {
  public static final byte INSERT = 1;
  public static final byte UPSERT = 2;
  public static final byte UPDATE = 3;
  public static final byte DELETE = 4;

  /** Nothing was there, nothing was done. */
  public static final int ABSENT = 0;

  public static final int INSERTED = 1;
  public static final int REPLACED = 2;
  public static final int DELETED = 3;

  /** An INSERT found its key taken; nothing was done. */
  public static final int DUPLICATE = 4;

  /** The log has no room now; nothing was done, the command steps aside and comes back. */
  public static final int NO_LOG_SPACE = 5;

  /**
   * Something has to be written first, for a checkpoint or so that a page can leave memory; nothing
   * was done, the command steps aside and comes back.
   */
  public static final int NO_ROOM = 6;

  /**
   * {@link #missingPage} is not in memory; nothing was done, the command steps aside and comes
   * back.
   */
  public static final int PAGE_MISSING = 7;

  public byte kind;

  /** Row image; for a DELETE the key image. */
  public long imageAddress;

  public int imageBytes;

  /** UPDATE: bits of the columns to change, one bit a column; zero changes all. */
  public long setMaskAddress;

  /** The key of a table whose key is one eight-byte column. */
  public long keyWord;

  /** Key image of any key. */
  public long keyImageAddress;

  /** See {@link org.basaltdb.offheap.hash.KeyHash}. */
  public long hashWord;

  public Durability durability = Durability.SYNC;

  /** In recovery: end of the record that is replayed, so that none is written; else zero. */
  public long replayedLsn;

  /** One of {@link #ABSENT} ... {@link #PAGE_MISSING}. */
  public int outcome;

  /** The page to be fetched, if the outcome says that one is missing. */
  public int missingPage;

  /** End of the log record, to be durable before a SYNC write is acknowledged; zero if none. */
  public long endLsn;

  /** ASIDE-1: nothing was changed; the page is fetched, and the command comes back. */
  void stepAsideFor(int page) {
    outcome = PAGE_MISSING;
    missingPage = page;
  }
}
