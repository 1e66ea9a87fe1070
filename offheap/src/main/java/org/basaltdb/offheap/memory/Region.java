package org.basaltdb.offheap.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.posix.Posix;

/// One large range of memory at an address that never moves: reserved once, committed from its
/// start as it is needed, extents given back when they are empty, unmapped at the end.
///
/// ```
///  base                          committed                         capacity
///   |  extent | extent | (given back) | extent |  not accessible      |
///   |<------------- readable, accounted ------>|                      |
/// ```
///
/// - REGION-1 Every committed byte that was not given back is reserved in the budget, before it can
///   be touched.
/// - REGION-2 A committed byte stays readable until [#close]: given back it reads as zero, and a
///   reader that holds a stale address never faults.
/// - REGION-3 Huge pages, the NUMA node and the fork rule are set for the whole range before its
///   first byte is touched.
///
/// In portable mode the range comes from [PortableMemory], is accessible from the start, and what
/// is given back is zeroed but stays accounted, for it stays with the process.
///
/// Thread rules: [#commitTo], [#giveBack], [#takeBack] and [#close] are called by one thread at a
/// time, each call ordered after the one before (the writer's token does both); the counters may be
/// read by any thread.
public final class Region implements AutoCloseable {
  /// What memory is committed and given back in: a huge page, 2 MiB.
  public static final long EXTENT_BYTES = 2L << 20;

  /// In place of a node: memory of any.
  public static final int ANY_NODE = -1;

  private static final VarHandle COMMITTED;
  private static final VarHandle GIVEN_BACK;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      COMMITTED =
          lookup
              .findVarHandle(Region.class, "committedBytes", long.class)
              .withInvokeExactBehavior();
      GIVEN_BACK =
          lookup
              .findVarHandle(Region.class, "givenBackBytes", long.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  private final String name;
  private final long base;
  private final long capacityBytes;
  private final MemoryBudget budget;
  private final Owner owner;
  private final RangeSource source;

  /// One bit an extent: given back and not taken again.
  private final long[] givenBack;

  private long committedBytes;
  private long givenBackBytes;
  private boolean closed;

  private Region(
      String name,
      long base,
      long capacityBytes,
      MemoryBudget budget,
      Owner owner,
      RangeSource source) {
    this.name = name;
    this.base = base;
    this.capacityBytes = capacityBytes;
    this.budget = budget;
    this.owner = owner;
    this.source = source;
    this.givenBack =
        new long[Math.toIntExact((capacityBytes / EXTENT_BYTES + Long.SIZE - 1) / Long.SIZE)];
  }

  /// Reserves a range. Nothing of it is committed or accounted yet.
  ///
  /// @param name for messages, such as `partition 3 frames`
  /// @param capacityBytes at least 1; cut down to the budget's limit, then rounded up to a multiple
  ///   of [#EXTENT_BYTES]
  /// @param numaNode the node to bind to, or [#ANY_NODE]; ignored where there is one node, and
  ///   where binding is refused, which then is listed as a degradation
  /// @param budget what accounts for it
  /// @param owner whose it is
  /// @throws IllegalArgumentException if the capacity is out of range
  /// @throws BudgetExhaustedException if the system has no such range
  public static Region reserve(
      String name, long capacityBytes, int numaNode, MemoryBudget budget, Owner owner) {
    return reserve(
        name,
        capacityBytes,
        budget,
        owner,
        Posix.available()
            ? new MappedRanges(Posix.calls(), NumaTopology.system(), numaNode)
            : new PortableRanges());
  }

  static Region reserve(
      String name, long capacityBytes, MemoryBudget budget, Owner owner, RangeSource source) {
    if (capacityBytes < 1 || capacityBytes > 1L << 46) {
      throw new IllegalArgumentException(
          "capacity of region "
              + name
              + " out of range; found "
              + capacityBytes
              + " bytes; expected 1 to 2^46");
    }
    // more than the budget's limit can never be committed, and portable mode pays for reserving it
    long usableBytes = Math.min(capacityBytes, budget.limitBytes());
    long capacity = (usableBytes + EXTENT_BYTES - 1) & -EXTENT_BYTES;
    long base = source.reserve(name, owner, capacity);
    assert base > 0 && base % EXTENT_BYTES == 0 : base;
    return new Region(name, base, capacity, budget, owner, source);
  }

  /// The name for messages.
  public String name() {
    return name;
  }

  /// The address of the first byte, a multiple of [#EXTENT_BYTES]. Never changes.
  public long base() {
    return base;
  }

  /// How far the region can be committed: a multiple of [#EXTENT_BYTES].
  public long capacityBytes() {
    return capacityBytes;
  }

  /// How many bytes from the start are committed, given back or not: a multiple of [#EXTENT_BYTES].
  public long committedBytes() {
    return (long) COMMITTED.getOpaque(this);
  }

  /// How many committed bytes are given back now.
  public long givenBackBytes() {
    return (long) GIVEN_BACK.getOpaque(this);
  }

  /// Whose memory it is.
  public Owner owner() {
    return owner;
  }

  /// Commits whole extents until `bytes` from the start are usable; new bytes are zero. Does
  /// nothing when they are already.
  ///
  /// @throws BudgetExhaustedException if the budget, the region's capacity or the system does not
  ///   allow it; nothing is changed then
  /// @throws IllegalStateException if the region is closed
  public void commitTo(long bytes) {
    checkOpen();
    if (bytes <= committedBytes) {
      return;
    }
    if (bytes > capacityBytes) {
      throw BudgetExhaustedException.regionFull(
          name, owner, bytes - committedBytes, committedBytes, capacityBytes);
    }
    long target = (bytes + EXTENT_BYTES - 1) & -EXTENT_BYTES;
    long growth = target - committedBytes;
    budget.reserve(owner, growth);
    long result = source.commit(base + committedBytes, growth);
    if (result < 0) {
      budget.release(owner, growth);
      throw BudgetExhaustedException.refused(
          "region " + name, owner, growth, budget.used(), budget.limitBytes(), result);
    }
    COMMITTED.setOpaque(this, target);
  }

  /// Gives whole committed extents back to the system. They read as zero from then on, and must not
  /// be written before [#takeBack]. Extents that are given back already stay so.
  ///
  /// @param offset from the start of the region, a multiple of [#EXTENT_BYTES]
  /// @param length a multiple of [#EXTENT_BYTES]
  /// @throws IllegalArgumentException if that is not a range of whole committed extents
  /// @throws IllegalStateException if the region is closed
  public void giveBack(long offset, long length) {
    checkCommittedExtents(offset, length);
    for (long at = offset; at < offset + length; at += EXTENT_BYTES) {
      if (!isGivenBack(at)) {
        boolean released = source.giveBack(base + at, EXTENT_BYTES);
        flip(at);
        GIVEN_BACK.setOpaque(this, givenBackBytes + EXTENT_BYTES);
        if (released) {
          budget.release(owner, EXTENT_BYTES);
        }
      }
    }
  }

  /// Takes extents again that were given back; they are zero. Extents that were not given back stay
  /// as they are.
  ///
  /// @param offset from the start of the region, a multiple of [#EXTENT_BYTES]
  /// @param length a multiple of [#EXTENT_BYTES]
  /// @throws BudgetExhaustedException if the budget does not allow it; the extents before the one
  ///   it met are taken
  /// @throws IllegalArgumentException if that is not a range of whole committed extents
  /// @throws IllegalStateException if the region is closed
  public void takeBack(long offset, long length) {
    checkCommittedExtents(offset, length);
    for (long at = offset; at < offset + length; at += EXTENT_BYTES) {
      if (isGivenBack(at)) {
        if (source.releasesMemory()) {
          budget.reserve(owner, EXTENT_BYTES);
        }
        flip(at);
        GIVEN_BACK.setOpaque(this, givenBackBytes - EXTENT_BYTES);
      }
    }
  }

  /// Unmaps the range and releases what it had reserved. No thread may be inside any more. Again
  /// does nothing.
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    source.release(base, capacityBytes, committedBytes);
    budget.release(owner, committedBytes - (source.releasesMemory() ? givenBackBytes : 0));
  }

  @Override
  public String toString() {
    return name
        + " ["
        + committedBytes()
        + " of "
        + capacityBytes
        + " bytes at 0x"
        + Long.toHexString(base)
        + "]";
  }

  boolean isGivenBack(long offset) {
    long extent = offset / EXTENT_BYTES;
    return (givenBack[(int) (extent / Long.SIZE)] >>> extent & 1) != 0;
  }

  private void flip(long offset) {
    long extent = offset / EXTENT_BYTES;
    givenBack[(int) (extent / Long.SIZE)] ^= 1L << extent;
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("region " + name + " is closed");
    }
  }

  private void checkCommittedExtents(long offset, long length) {
    checkOpen();
    if (((offset | length) & (EXTENT_BYTES - 1)) != 0
        || offset < 0
        || length < 0
        || offset > committedBytes - length) {
      throw new IllegalArgumentException(
          "not a range of whole committed extents; found offset "
              + offset
              + ", length "
              + length
              + "; expected multiples of "
              + EXTENT_BYTES
              + " within "
              + committedBytes
              + " bytes; in region "
              + name);
    }
  }
}
