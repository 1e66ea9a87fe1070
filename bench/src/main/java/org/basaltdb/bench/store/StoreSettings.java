package org.basaltdb.bench.store;

import java.nio.file.Path;
import org.basaltdb.bench.workload.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What a store is opened with.
 *
 * @param directory an existing directory for the store alone: empty, or with what an earlier
 *     process left in it
 * @param rows rows it has to hold, for engines that want to know
 * @param payloadBytes bytes of every payload
 * @param mode what happens to a write
 * @param memory how much memory it gets; null means that there is plenty, as the engine sees fit
 */
public record StoreSettings(
    Path directory, int rows, int payloadBytes, Mode mode, @Nullable Memory memory) {

  /** A store with payloads of the usual length and plenty of memory. */
  public StoreSettings(Path directory, int rows, Mode mode) {
    this(directory, rows, Payload.BYTES, mode, null);
  }

  /**
   * Less memory than there are rows: the others are on disk.
   *
   * @param budgetBytes memory for everything, at least {@code poolBytes}
   * @param poolBytes memory for rows out of that
   */
  public record Memory(long budgetBytes, long poolBytes) {}

  /** Bytes of a row as its user sees it: an 8-byte key and the payload. */
  public int rowBytes() {
    return Long.BYTES + payloadBytes;
  }

  boolean isUsual() {
    return payloadBytes == Payload.BYTES && memory == null;
  }

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
