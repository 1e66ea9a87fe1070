package org.basaltdb.offheap.memory;

import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Errno;

/// Memory that was asked for cannot be had: the budget would be exceeded, a region is at its
/// capacity, or the operating system refused. Nothing was changed.
public final class BudgetExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// For whom memory was asked.
  private final Owner owner;

  /// How much was asked for.
  private final long requestedBytes;

  /// How much was in use.
  private final long usedBytes;

  /// How much may be in use.
  private final long limitBytes;

  private BudgetExhaustedException(
      String message, Owner owner, long requestedBytes, long usedBytes, long limitBytes) {
    super(message);
    this.owner = owner;
    this.requestedBytes = requestedBytes;
    this.usedBytes = usedBytes;
    this.limitBytes = limitBytes;
  }

  static BudgetExhaustedException overLimit(
      Owner owner, long requestedBytes, long usedBytes, long limitBytes) {
    return new BudgetExhaustedException(
        "memory budget exceeded; found "
            + usedBytes
            + " bytes in use and "
            + requestedBytes
            + " more asked for; expected at most "
            + limitBytes
            + "; for "
            + owner
            + "; raise the memory budget or delete data",
        owner,
        requestedBytes,
        usedBytes,
        limitBytes);
  }

  static BudgetExhaustedException regionFull(
      String region, Owner owner, long requestedBytes, long usedBytes, long capacityBytes) {
    return new BudgetExhaustedException(
        "region at its capacity; found "
            + usedBytes
            + " bytes in use and "
            + requestedBytes
            + " more asked for; expected at most "
            + capacityBytes
            + "; in region "
            + region
            + " for "
            + owner
            + "; raise the memory budget or delete data",
        owner,
        requestedBytes,
        usedBytes,
        capacityBytes);
  }

  static BudgetExhaustedException refused(
      String subject,
      Owner owner,
      long requestedBytes,
      long usedBytes,
      long limitBytes,
      String reason) {
    return new BudgetExhaustedException(
        "the operating system refused memory; found "
            + reason
            + " for "
            + requestedBytes
            + " bytes with "
            + usedBytes
            + " in use; expected them within the limit of "
            + limitBytes
            + "; in "
            + subject
            + " for "
            + owner
            + "; lower the memory budget, or give the process more memory (ulimit -v,"
            + " vm.overcommit_memory, vm.max_map_count)",
        owner,
        requestedBytes,
        usedBytes,
        limitBytes);
  }

  static BudgetExhaustedException refused(
      String subject,
      Owner owner,
      long requestedBytes,
      long usedBytes,
      long limitBytes,
      long negatedErrno) {
    return refused(
        subject, owner, requestedBytes, usedBytes, limitBytes, Errno.describe((int) -negatedErrno));
  }

  /// For whom memory was asked.
  public Owner owner() {
    return owner;
  }

  /// How many bytes were asked for.
  public long requestedBytes() {
    return requestedBytes;
  }

  /// How many bytes were in use: of the budget, or of the region when that is full.
  public long usedBytes() {
    return usedBytes;
  }

  /// How many bytes may be in use: of the budget, or the region's capacity when that is full.
  public long limitBytes() {
    return limitBytes;
  }
}
