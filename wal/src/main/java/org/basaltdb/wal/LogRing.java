package org.basaltdb.wal;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.Region;

/// The buffer between appenders and disk: a ring of native memory in which the place of a log
/// position is the position modulo the ring's length.
///
/// ```
///       released                       tail                 limit = min(released + capacity, prepared)
///  ......|####### claimed ##############|..... zero ..........|
///         published  not yet  published
/// ```
///
/// `tail` is where the next claim begins. Below `released` everything was written to a file, and
/// its memory is zero again. Claims end at the limit: the ring's length past `released`, or the end
/// of the last segment that is prepared on disk.
///
/// - LOG-9 Ring memory that is not claimed is zero; so a record that is claimed and not published
///   has length zero.
///
/// - LOG-10 A byte is claimed only when its place on disk is allocated: a full disk stops claims,
///   never a record that was claimed.
///
/// Thread rules: claims and publishing by any number of threads; [#padToBlock] and [#release] by
/// the leader; [#prepared(long)] by the thread that prepares segments.
final class LogRing implements AutoCloseable {
  /// Flag in `tail`: the log is closed. It makes `tail` negative, so that every claim sees it and
  /// no compare-and-set succeeds.
  private static final long CLOSED = Long.MIN_VALUE;

  private final PaddedLong tail;
  private final PaddedLong released;
  private final PaddedLong prepared;

  /// The end of the newest record published with SYNC.
  private final PaddedLong lastSync;

  private final Region region;
  private final long base;
  private final long mask;
  private final int generation;

  /// Bits that change when the tail passes into another quarter of the ring.
  private final long quarterMask;

  private final FlusherSignal signal;

  /// A ring of zeroes.
  ///
  /// @param start the position at which the first claim begins, a multiple of the block
  /// @param preparedEnd the end of the segments that are prepared
  LogRing(
      int capacityBytes,
      long start,
      long preparedEnd,
      int generation,
      MemoryBudget budget,
      FlusherSignal signal) {
    assert Integer.bitCount(capacityBytes) == 1 : capacityBytes;
    assert RecordLayout.blockFloor(start) == start : start;
    region =
        Region.reserve(
            "log buffer", capacityBytes, Region.ANY_NODE, budget, MemoryBudget.Owner.LOG);
    try {
      region.commitTo(capacityBytes);
    } catch (RuntimeException exhausted) {
      region.close();
      throw exhausted;
    }
    base = region.base();
    mask = capacityBytes - 1L;
    quarterMask = -(capacityBytes / 4L);
    this.generation = generation;
    this.signal = signal;
    tail = new PaddedLong(start);
    released = new PaddedLong(start);
    prepared = new PaddedLong(preparedEnd);
    lastSync = new PaddedLong(0);
  }

  int capacityBytes() {
    return (int) (mask + 1);
  }

  int maxPayloadBytes() {
    return LogOptions.maxPayloadBytes(capacityBytes());
  }

  long base() {
    return base;
  }

  long address(long lsn) {
    return base + (lsn & mask);
  }

  /// The end of the ring that a frame at `lsn` must not cross (LOG-7).
  long ringEnd(long lsn) {
    return (lsn | mask) + 1;
  }

  /// Claims a frame. Lock-free: one compare-and-set when nobody interferes.
  ///
  /// @return its LSN; [CommitLog#NO_SPACE]; or, when the log is closed, a number below that
  long claim(int payloadBytes) {
    while (true) {
      long at = tail.getAcquire();
      if (at < 0) {
        return CLOSED;
      }
      long end = at + RecordLayout.frameBytes(at, payloadBytes);
      long start = at;
      if (end > ringEnd(at)) {
        start = ringEnd(at);
        end = start + RecordLayout.frameBytes(start, payloadBytes);
      }
      if (end > limit()) {
        return CommitLog.NO_SPACE;
      }
      if (tail.compareAndSet(at, end)) {
        if (start != at) {
          publishPad(at, start, 0, (byte) 0);
        }
        moved(at, end);
        return start;
      }
    }
  }

  /// Tells the flusher when the tail passed into another quarter of the ring, whatever moved it:
  /// when every commit is of one small record, only padding ever does.
  private void moved(long from, long to) {
    if (((from ^ to) & quarterMask) != 0) {
      signal.raise();
    }
  }

  /// Where claims end now.
  private long limit() {
    return Math.min(released.getAcquire() + mask + 1, prepared.getAcquire());
  }

  /// Where a claim would end that begins at `at`.
  private long claimEnd(long at, int payloadBytes) {
    long end = at + RecordLayout.frameBytes(at, payloadBytes);
    long ringEnd = ringEnd(at);
    return end <= ringEnd ? end : ringEnd + RecordLayout.frameBytes(ringEnd, payloadBytes);
  }

  /// Whether a claim of this length would succeed now, or would be refused because the log is
  /// closed.
  boolean hasSpace(int payloadBytes) {
    long at = tail.getAcquire();
    return at < 0 || claimEnd(at, payloadBytes) <= limit();
  }

  /// Whether it is the disk that stops a claim of this length, not the ring.
  boolean needsSegment(int payloadBytes) {
    return claimEnd(tail(), payloadBytes) > prepared.getAcquire();
  }

  /// Fills the rest of the ring with padding, when a frame of this length does not fit there. A
  /// frame longer than what the ring has beside that rest would else never find room.
  void padToRingEnd(int payloadBytes) {
    long at = tail.getAcquire();
    if (at < 0) {
      return;
    }
    long ringEnd = ringEnd(at);
    if (at + RecordLayout.frameBytes(at, payloadBytes) > ringEnd
        && at != ringEnd - mask - 1
        && ringEnd <= limit()
        && tail.compareAndSet(at, ringEnd)) {
      publishPad(at, ringEnd, 0, (byte) 0);
      moved(at, ringEnd);
    }
  }

  /// Pads the log to the next block boundary; by a whole block when it is on one, if there is room.
  /// Room for less than a block there is always, for the limit is a boundary. Works on a closed log
  /// too, for the last commit.
  ///
  /// @param syncedUpTo what the padding tells (LOG-3)
  /// @param flags of the padding record
  /// @return the end of the log, a block boundary
  long padToBlock(long syncedUpTo, byte flags) {
    while (true) {
      long word = tail.getAcquire();
      long at = word & ~CLOSED;
      long end = RecordLayout.blockFloor(at) + RecordLayout.BLOCK_BYTES;
      if (end > limit()) {
        assert RecordLayout.blockFloor(at) == at : at;
        return at;
      }
      if (tail.compareAndSet(word, end | (word & CLOSED))) {
        publishPad(at, end, syncedUpTo, flags);
        moved(at, end);
        return end;
      }
    }
  }

  private void publishPad(long at, long end, long syncedUpTo, byte flags) {
    long address = address(at);
    int payloadBytes = (int) (end - at) - RecordLayout.HEADER_BYTES;
    assert payloadBytes >= PaddingLayout.PAYLOAD_BYTES
        : "LOG-8: " + (end - at) + " bytes left at " + at;
    PaddingLayout.syncedUpTo(address + RecordLayout.PAYLOAD_OFFSET, syncedUpTo);
    RecordLayout.publish(
        address, at, payloadBytes, RecordType.PADDING, flags, Durability.NONE, generation);
  }

  /// Makes a claimed record visible to the leader; or padding, if anything is thrown (LOG-1): the
  /// store that publishes is the last step, so until then the place is still the claimer's.
  void publish(long lsn, int payloadBytes, byte type, byte flags, Durability durability) {
    long address = address(lsn);
    assert RecordLayout.length(address) == 0 : "LOG-9: published twice, or never claimed: " + lsn;
    try {
      if (durability == Durability.SYNC) {
        lastSync.raise(lsn + RecordLayout.frameBytes(lsn, payloadBytes));
      }
      RecordLayout.publish(address, lsn, payloadBytes, type, flags, durability, generation);
    } catch (Throwable unpublished) {
      publishPadding(lsn, payloadBytes);
      throw unpublished;
    }
  }

  /// Makes padding of a claimed record that cannot be written.
  void publishPadding(long lsn, int payloadBytes) {
    long address = address(lsn);
    assert RecordLayout.length(address) == 0 : "LOG-9: published twice, or never claimed: " + lsn;
    if (payloadBytes > 0) {
      Memory.fill(address + RecordLayout.PAYLOAD_OFFSET, payloadBytes, (byte) 0);
    }
    RecordLayout.publish(
        address, lsn, payloadBytes, RecordType.PADDING, (byte) 0, Durability.NONE, generation);
  }

  /// The next position to be claimed.
  long tail() {
    return tail.getVolatile() & ~CLOSED;
  }

  boolean closed() {
    return tail.getAcquire() < 0;
  }

  /// Refuses claims from now on.
  void refuseClaims() {
    long at = tail.getVolatile();
    while (at >= 0 && !tail.compareAndSet(at, at | CLOSED)) {
      at = tail.getVolatile();
    }
  }

  long lastSync() {
    return lastSync.getVolatile();
  }

  /// Everything below is written, and its memory free.
  long released() {
    return released.getAcquire();
  }

  /// Frees what was written up to `end`, a block boundary: zeroes it (LOG-9), then lets claims have
  /// it. By the leader.
  void release(long end) {
    long from = released.getPlain();
    assert RecordLayout.blockFloor(end) == end && end >= from : end;
    while (from < end) {
      long pieceEnd = Math.min(end, ringEnd(from));
      zeroBlocks(address(from), pieceEnd - from);
      from = pieceEnd;
    }
    released.setRelease(end);
  }

  /// Not [Memory#fill], which makes a slice that the compiler does not always see through: a commit
  /// allocates nothing.
  private static void zeroBlocks(long address, long length) {
    for (long offset = 0; offset < length; offset += 4 * Long.BYTES) {
      Memory.putLong(address + offset, 0);
      Memory.putLong(address + offset + Long.BYTES, 0);
      Memory.putLong(address + offset + 2 * Long.BYTES, 0);
      Memory.putLong(address + offset + 3 * Long.BYTES, 0);
    }
  }

  long prepared() {
    return prepared.getAcquire();
  }

  /// Lets claims go up to `end`: the segments up to there are on disk.
  void prepared(long end) {
    assert end >= prepared.getPlain() : end;
    prepared.setRelease(end);
  }

  /// Gives the memory back. Nobody may be inside.
  @Override
  public void close() {
    region.close();
  }
}
