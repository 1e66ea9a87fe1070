package org.basaltdb.core.checkpoint;

import java.util.List;

/// What an open restored.
///
/// @param cutLsns of the checkpoint, by partition; none if there was none
/// @param olderCutLsn smallest cut of the one before; -1 if there is none
public record Restored(List<Long> cutLsns, long olderCutLsn) {
  /// There was no checkpoint.
  public static final Restored NOTHING = new Restored(List.of(), -1);

  /// Whether there was a checkpoint.
  public boolean exists() {
    return !cutLsns.isEmpty();
  }

  /// Whether there is one before it that may have to stand in.
  public boolean hasOlder() {
    return olderCutLsn >= 0;
  }

  /// From where the log is replayed; 0 without a checkpoint.
  public long replayFromLsn() {
    return cutLsns.stream().mapToLong(Long::longValue).min().orElse(0);
  }

  /// The log was on disk up to here when the checkpoint was published.
  public long knownDurableLsn() {
    return cutLsns.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /// From where the log is kept for the case that the checkpoint before has to stand in, or, if
  /// there is none before, the log from its begin; 0 for nothing more than what is replayed.
  public long keepFromLsn() {
    return hasOlder() ? olderCutLsn : exists() ? 1 : 0;
  }

  /// Whether a record at that position changed the partition before its cut.
  public boolean covers(int partition, long lsn) {
    return exists() && lsn < cutLsns.get(partition);
  }

  /// Whether a change of the catalog at that position came before the cuts: none came in between.
  public boolean coversCatalog(long lsn) {
    return covers(0, lsn);
  }
}
