package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// A partition failed in the middle of a change and takes no part in anything until the database is
/// opened again.
public final class PartitionFailedException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final int partition;

  /// States the failure.
  ///
  /// @param partition the number of the partition
  /// @param cause what led to it, or null
  public PartitionFailedException(int partition, @Nullable Throwable cause) {
    super(
        describe(
            "partition " + partition + " has failed",
            "a partition whose change was cut short",
            "a partition in order",
            "partition " + partition,
            "close and reopen the database, which rebuilds it from the log; report the cause"),
        cause);
    this.partition = partition;
  }

  /// Returns the number of the partition.
  public int partition() {
    return partition;
  }
}
