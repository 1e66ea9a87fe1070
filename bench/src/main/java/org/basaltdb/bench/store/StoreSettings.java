package org.basaltdb.bench.store;

import java.nio.file.Path;

/**
 * What a store is opened with.
 *
 * @param directory an existing empty directory for the store alone
 * @param rows rows it has to hold, for engines that want to know
 * @param mode what happens to a write
 */
public record StoreSettings(Path directory, int rows, Mode mode) {

  /**
   * What happens to a write before it is acknowledged. An engine maps a mode that it lacks to the
   * next weaker one it has.
   */
  public enum Mode {
    /** Memory only: no file at all. */
    MEMORY,
    /** Files without a promise. */
    NONE,
    /** A log that is written and synced behind the writer's back. */
    INTERVAL,
    /** On disk before the call returns. */
    SYNC
  }
}
