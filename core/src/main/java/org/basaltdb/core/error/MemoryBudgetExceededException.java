package org.basaltdb.core.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The write needs memory beyond the budget given at open. Nothing was changed.
public final class MemoryBudgetExceededException extends BasaltException {
  @Serial private static final long serialVersionUID = 1L;

  private final String owner;
  private final long requestedBytes;
  private final long usedBytes;
  private final long limitBytes;

  /// States the failure.
  ///
  /// @param owner the part that asked
  /// @param requestedBytes the bytes it asked for
  /// @param usedBytes the bytes in use by all parts
  /// @param limitBytes the budget
  /// @param cause what led to it, or null
  public MemoryBudgetExceededException(
      String owner,
      long requestedBytes,
      long usedBytes,
      long limitBytes,
      @Nullable Throwable cause) {
    super(
        describe(
            "memory budget exceeded",
            requestedBytes
                + " bytes asked for by "
                + owner
                + " with "
                + usedBytes
                + " bytes in use",
            "at most " + limitBytes + " bytes in all",
            "the budget of this database",
            "delete rows, or open with a larger memoryBudgetBytes"),
        cause);
    this.owner = owner;
    this.requestedBytes = requestedBytes;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }

  /// Returns the part that asked.
  public String owner() {
    return owner;
  }

  /// Returns the bytes it asked for.
  public long requestedBytes() {
    return requestedBytes;
  }

  /// Returns the bytes in use by all parts.
  public long usedBytes() {
    return usedBytes;
  }

  /// Returns the budget.
  public long limitBytes() {
    return limitBytes;
  }
}
