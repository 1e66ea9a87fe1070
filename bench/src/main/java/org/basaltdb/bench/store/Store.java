package org.basaltdb.bench.store;

import java.util.OptionalLong;
import org.basaltdb.bench.workload.Keys;

/**
 * One engine, open on one data set. Closing it closes what its clients hold; they are closed first.
 */
public interface Store extends AutoCloseable {

  /** A new client, to be used by one thread at a time. */
  StoreClient newClient();

  /**
   * Writes the rows at positions {@code from} (inclusive) to {@code to} (exclusive) of the load
   * order, version 0, on the calling thread, in the fastest way that the engine offers for keys in
   * random order.
   */
  void load(Keys keys, int from, int to);

  /**
   * Brings what was loaded into the state in which it is read at its best; not part of any
   * measurement.
   */
  default void settle() {}

  /**
   * Waits until what the engine does behind its callers' backs is done: said after each turn, so
   * that one subject's background work does not fall into another's turn. The time is nobody's.
   */
  default void rest() {}

  /** Makes a checkpoint, for engines that do so on request. */
  default void checkpoint() {
    throw new UnsupportedOperationException(description() + ": no checkpoint on request");
  }

  /** Bytes that the files of the log take now; 0 where the engine does not tell. */
  default long logFileBytes() {
    return 0;
  }

  /** The most bytes that they may take; 0 where the engine has no limit. */
  default long logLimitBytes() {
    return 0;
  }

  /** Bytes of memory that the primary index holds, where the engine tells. */
  default OptionalLong indexBytes() {
    return OptionalLong.empty();
  }

  /** One line for people: the engine's version and what was chosen for it. */
  String description();

  @Override
  void close();
}
