package org.basaltdb.bench.store;

import java.util.OptionalLong;

/**
 * A store whose rows outlive its process, and that is opened again after the process was killed.
 */
public interface DurableStore extends Store {

  /**
   * Brings all that was written to where an open finds it without a log, if it has one: what is
   * written after that is the log's tail.
   */
  @Override
  void checkpoint();

  /** Makes everything durable that was written before. */
  void sync();

  /**
   * Bytes of log written since a moment that only {@link #checkpoint} moves; empty where there is
   * no log.
   */
  OptionalLong logBytes();

  /** Writes that the open repeated from the log; empty where there is no log. */
  OptionalLong replayedCount();

  /** Rows in the store, counted and not estimated. May take seconds. */
  long rowCount();
}
