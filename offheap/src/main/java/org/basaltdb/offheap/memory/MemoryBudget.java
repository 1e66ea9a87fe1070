package org.basaltdb.offheap.memory;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.concurrent.atomic.AtomicLong;

/// How many bytes the parts of a database may take together, and how many each takes now.
///
/// BUDGET-1 The sum over the owners never exceeds the limit: bytes are reserved before they are
/// taken, and a reservation that would exceed it throws and changes nothing.
///
/// Thread rules: all methods may be called by any thread. [#reserve] is lock-free; its total is
/// exact, a figure of one owner may lag behind the total for as long as another thread is between
/// the two updates.
public final class MemoryBudget {
  /// Who takes memory.
  public enum Owner {
    /// Frames that hold data pages.
    FRAMES,
    /// Blocks of indexes.
    INDEX,
    /// Pages of overflow values.
    OVERFLOW,
    /// Buffers of the log.
    LOG,
    /// Buffers of sessions.
    SESSIONS,
    /// Page state words.
    PAGE_TABLE,
    /// Everything else.
    OTHER
  }

  private static final VarHandle USED;

  static {
    try {
      USED =
          MethodHandles.lookup()
              .findVarHandle(MemoryBudget.class, "used", long.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  private final long limitBytes;
  private final EnumMap<Owner, AtomicLong> usedByOwner = new EnumMap<>(Owner.class);

  @SuppressWarnings("unused") // through USED
  private volatile long used;

  /// A budget of which nothing is used.
  ///
  /// @param limitBytes at least 1
  /// @throws IllegalArgumentException if it is not
  public MemoryBudget(long limitBytes) {
    if (limitBytes < 1) {
      throw new IllegalArgumentException(
          "memory budget out of range; found " + limitBytes + " bytes; expected at least 1");
    }
    this.limitBytes = limitBytes;
    for (Owner owner : Owner.values()) {
      usedByOwner.put(owner, new AtomicLong());
    }
  }

  /// Reserves `bytes` for `owner`, before the memory is taken.
  ///
  /// @param bytes zero or more
  /// @throws BudgetExhaustedException if the limit would be exceeded; nothing is reserved then
  /// @throws IllegalArgumentException if `bytes` is negative
  public void reserve(Owner owner, long bytes) {
    checkNotNegative(bytes);
    while (true) {
      long before = (long) USED.getVolatile(this);
      if (bytes > limitBytes - before) {
        throw BudgetExhaustedException.overLimit(owner, bytes, before, limitBytes);
      }
      if ((boolean) USED.compareAndSet(this, before, before + bytes)) {
        counter(owner).getAndAdd(bytes);
        return;
      }
    }
  }

  /// Gives back what was reserved for `owner`, after the memory was let go.
  ///
  /// @param bytes zero or more, at most what the owner has
  /// @throws IllegalArgumentException if `bytes` is negative
  public void release(Owner owner, long bytes) {
    checkNotNegative(bytes);
    long ownerBefore = counter(owner).getAndAdd(-bytes);
    assert ownerBefore >= bytes : owner + " released " + bytes + " bytes of " + ownerBefore;
    long before = (long) USED.getAndAdd(this, -bytes);
    assert before >= bytes : "BUDGET-1: released " + bytes + " bytes of " + before;
  }

  /// Moves reserved bytes from one owner to another; the total stays and nothing can fail.
  ///
  /// @throws IllegalArgumentException if `bytes` is negative
  public void transfer(Owner from, Owner to, long bytes) {
    checkNotNegative(bytes);
    if (from == to) {
      return;
    }
    long before = counter(from).getAndAdd(-bytes);
    assert before >= bytes : from + " handed on " + bytes + " bytes of " + before;
    counter(to).getAndAdd(bytes);
  }

  /// How many bytes `owner` has reserved.
  public long used(Owner owner) {
    return counter(owner).get();
  }

  /// How many bytes are reserved in all.
  public long used() {
    return (long) USED.getVolatile(this);
  }

  /// How many bytes may be reserved in all.
  public long limitBytes() {
    return limitBytes;
  }

  /// The memory limit of the control group this process runs in, versions 1 and 2: the least along
  /// the path to the root.
  ///
  /// @return bytes; [Long#MAX_VALUE] when there is none, or none that can be read
  public static long cgroupLimitBytes() {
    return cgroupLimitBytes(Path.of("/"));
  }

  /// As [#cgroupLimitBytes()], of the file tree below `root`.
  static long cgroupLimitBytes(Path root) {
    try {
      return CgroupMemory.limitBytes(root);
    } catch (IOException | RuntimeException unreadable) {
      return Long.MAX_VALUE;
    }
  }

  private AtomicLong counter(Owner owner) {
    return requireNonNull(usedByOwner.get(owner));
  }

  private static void checkNotNegative(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "byte count out of range; found " + bytes + "; expected zero or more");
    }
  }
}
