package org.basaltdb.bench.store;

import java.util.OptionalLong;

/**
 * What one thread does with a store. It owns whatever buffers the engine lets its users keep
 * between calls. An absent row or a torn one is never an exception: it is counted by the measuring
 * code as wrong.
 */
public interface StoreClient extends AutoCloseable {

  /**
   * Copies the whole row of a key out of the store and returns the key that the copy carries; any
   * other value if absent.
   */
  long read(long key);

  /**
   * Like {@link #read} for the first {@code count} keys, by the engine's call for many keys if it
   * has one; returns how many were found.
   */
  default int readAll(long[] keys, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      if (read(keys[i]) == keys[i]) {
        found++;
      }
    }
    return found;
  }

  /** Copies the payload of a key into an array that the caller owns; false if the row is absent. */
  boolean copyPayload(long key, byte[] target);

  /** Writes the whole row of a key, whether it exists or not. */
  void write(long key, long version);

  /**
   * Copies the row out, raises its version, writes the whole row back; false if the row is absent.
   */
  boolean readModifyWrite(long key);

  /**
   * Reads of the disk so far, where the engine counts them: one that rises by a read of a row while
   * no other client reads tells that the row was not in memory. May take microseconds.
   */
  default OptionalLong deviceReadCount() {
    return OptionalLong.empty();
  }

  /**
   * Said after each pass: lets go of what would hold other clients up while this one is idle. The
   * next call takes it again.
   */
  default void pause() {}

  @Override
  void close();
}
