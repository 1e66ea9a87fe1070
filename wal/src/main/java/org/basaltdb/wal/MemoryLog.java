package org.basaltdb.wal;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.basaltdb.offheap.memory.Memory;

/// The log of a database that lives in memory only: it hands out positions and counts, and keeps
/// nothing. Everything is durable at once, as far as anything is.
///
/// Each claim gets a scratch of its own to copy its record to, one of [#SCRATCH_COUNT], until it is
/// published; so that many claims may be open at a time. The scratch is found from the LSN:
/// positions rise in steps of [#STEP_BYTES], and where in its step an LSN lies tells the scratch.
///
/// - MEMLOG-1 A scratch belongs to at most one claim that is not published: its bit in the free set
///   is cleared by compare-and-set when it is claimed, and set again when it is published.
public final class MemoryLog implements CommitLog {
  /// The longest payload: as long as that of a log with the default buffer.
  private static final int MAX_PAYLOAD_BYTES =
      LogOptions.maxPayloadBytes(LogOptions.DEFAULT_BUFFER_BYTES);

  /// How many claims can be open at a time.
  static final int SCRATCH_COUNT = Long.SIZE;

  /// Bytes of a scratch that is kept; one for a longer record is made for it and freed after.
  static final int SCRATCH_BYTES = 16 << 10;

  private static final long NAP_NANOS = 10_000;

  private static final int STEP_BYTES = SCRATCH_COUNT * RecordLayout.ALIGNMENT_BYTES;

  /// One bit a scratch: not in use.
  private final PaddedLong freeScratches = new PaddedLong(-1L);

  private final PaddedLong tail = new PaddedLong(STEP_BYTES);
  private final PaddedLong lastSync = new PaddedLong(0);
  private final PaddedLong appendedBytes = new PaddedLong(0);

  /// The kept memory of all scratches, one after the other.
  private final long scratches =
      Memory.allocate((long) SCRATCH_COUNT * SCRATCH_BYTES, RecordLayout.BLOCK_BYTES);

  /// The address of the memory made for one long record, by scratch; 0 for none.
  private final AtomicLongArray longScratches = new AtomicLongArray(SCRATCH_COUNT);

  private volatile boolean closed;

  /// A log without records.
  public MemoryLog() {}

  @Override
  public long claim(int payloadBytes) {
    if (payloadBytes < 0 || payloadBytes > MAX_PAYLOAD_BYTES) {
      throw payloadOutOfRange(payloadBytes);
    }
    checkOpen();
    int scratch = takeScratch();
    if (scratch < 0) {
      return NO_SPACE;
    }
    if (payloadBytes > SCRATCH_BYTES) {
      longScratches.set(scratch, allocateLong(scratch, payloadBytes));
    }
    appendedBytes.getAndAdd(payloadBytes);
    long step = (payloadBytes + (long) STEP_BYTES) & -STEP_BYTES;
    return tail.getAndAdd(step) + (long) scratch * RecordLayout.ALIGNMENT_BYTES;
  }

  private long allocateLong(int scratch, int payloadBytes) {
    try {
      return Memory.allocate(payloadBytes, RecordLayout.ALIGNMENT_BYTES);
    } catch (Throwable exhausted) {
      giveBackScratch(scratch);
      throw exhausted;
    }
  }

  @Override
  public long payloadAddress(long lsn) {
    int scratch = scratchOf(lsn);
    long made = longScratches.getPlain(scratch);
    return made != 0 ? made : scratches + (long) scratch * SCRATCH_BYTES;
  }

  @Override
  public void publish(
      long lsn, int payloadBytes, byte recordType, byte flags, Durability durability) {
    if (durability == Durability.SYNC) {
      lastSync.raise(endLsn(lsn, payloadBytes));
    }
    releaseScratch(lsn, payloadBytes);
  }

  @Override
  public void publishPadding(long lsn, int payloadBytes) {
    releaseScratch(lsn, payloadBytes);
  }

  @Override
  public long endLsn(long lsn, int payloadBytes) {
    return ((lsn & -STEP_BYTES) + payloadBytes + STEP_BYTES) & -STEP_BYTES;
  }

  @Override
  public long tail() {
    return tail.getVolatile();
  }

  @Override
  public long durableLsn() {
    return tail.getVolatile();
  }

  @Override
  public long lastSyncLsn() {
    return lastSync.getVolatile();
  }

  /// Returns at once.
  @Override
  public void awaitDurable(long lsn) {
    assert lsn <= tail.getVolatile() : lsn;
  }

  /// Lets another thread run: the scratches are in use for as long as it takes to copy a record.
  @Override
  @SuppressWarnings(
      "ThreadPriorityCheck") // what is waited for is a thread that has lost its processor in
  // mid-copy
  public void awaitSpace(int payloadBytes) {
    checkOpen();
    if (freeScratches.getVolatile() == 0) {
      Thread.yield();
    }
  }

  /// Returns at once.
  @Override
  public void flush() {
    checkOpen();
  }

  @Override
  public boolean failed() {
    return false;
  }

  @Override
  public int maxPayloadBytes() {
    return MAX_PAYLOAD_BYTES;
  }

  @Override
  public long recycleBefore(long lsn) {
    return tail.getVolatile();
  }

  @Override
  public LogStats stats() {
    long end = tail.getVolatile();
    return new LogStats(end, end, appendedBytes.getVolatile(), 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    while (freeScratches.getVolatile() != -1L) {
      LockSupport.parkNanos(this, NAP_NANOS);
    }
    Memory.free(scratches);
  }

  private void checkOpen() {
    if (closed) {
      throw new LogClosedException("in a database that lives in memory only");
    }
  }

  private static IllegalArgumentException payloadOutOfRange(int payloadBytes) {
    return new IllegalArgumentException(
        "log record out of range; found "
            + payloadBytes
            + " bytes; expected 0 to "
            + MAX_PAYLOAD_BYTES);
  }

  private static int scratchOf(long lsn) {
    return (int) (lsn & (STEP_BYTES - 1)) / RecordLayout.ALIGNMENT_BYTES;
  }

  /// A scratch that is nobody's, or -1. Threads begin at different bits, so that they meet seldom.
  private int takeScratch() {
    int first = (int) Thread.currentThread().threadId();
    while (true) {
      long free = freeScratches.getVolatile();
      if (free == 0) {
        return -1;
      }
      int scratch =
          (Long.numberOfTrailingZeros(Long.rotateRight(free, first)) + first) & (SCRATCH_COUNT - 1);
      if (freeScratches.compareAndSet(free, free & ~(1L << scratch))) {
        return scratch;
      }
    }
  }

  private void releaseScratch(long lsn, int payloadBytes) {
    int scratch = scratchOf(lsn);
    assert (freeScratches.getVolatile() >>> scratch & 1) == 0 : "MEMLOG-1: published twice: " + lsn;
    if (payloadBytes > SCRATCH_BYTES) {
      Memory.free(longScratches.getPlain(scratch));
      longScratches.set(scratch, 0);
    }
    giveBackScratch(scratch);
  }

  private void giveBackScratch(int scratch) {
    long free = freeScratches.getVolatile();
    while (!freeScratches.compareAndSet(free, free | 1L << scratch)) {
      free = freeScratches.getVolatile();
    }
  }
}
