package org.basaltdb.core.table;

/** What a read tells its session besides the row. One thread at a time. */
public final class ReadContext {
  /** LOG-5: the log must be durable up to here before the result is shown; zero if it is. */
  public long requiredDurableLsn;
}
