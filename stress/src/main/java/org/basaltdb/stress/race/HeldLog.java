package org.basaltdb.stress.race;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.LogStats;

/// A log whose disk is slow: what was published becomes durable when the test says so, and not
/// before. One claim at a time.
final class HeldLog implements CommitLog {
  private static final int MAX_PAYLOAD_BYTES = 1 << 20;
  private static final int HEADER_BYTES = 32;

  private final long scratch = Memory.allocate(MAX_PAYLOAD_BYTES, Long.BYTES);
  private volatile long tail = HEADER_BYTES;
  private volatile long durable = HEADER_BYTES;
  private volatile long lastSync;

  /// The disk catches up.
  void makeDurable() {
    durable = tail;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  public long claim(int payloadBytes) {
    long lsn = tail;
    tail = endLsn(lsn, payloadBytes);
    return lsn;
  }

  @Override
  public long payloadAddress(long lsn) {
    return scratch;
  }

  @Override
  public void publish(
      long lsn, int payloadBytes, byte recordType, byte flags, Durability durability) {
    if (durability == Durability.SYNC) {
      lastSync = endLsn(lsn, payloadBytes);
    }
  }

  @Override
  public void publishPadding(long lsn, int payloadBytes) {
    throw new IllegalStateException("a write of this test failed after its claim");
  }

  @Override
  public long endLsn(long lsn, int payloadBytes) {
    return lsn + HEADER_BYTES + (payloadBytes + 7 & -8);
  }

  @Override
  public long tail() {
    return tail;
  }

  @Override
  public long durableLsn() {
    return durable;
  }

  @Override
  public long lastSyncLsn() {
    return lastSync;
  }

  @Override
  public void awaitDurable(long lsn) {
    throw new IllegalStateException("no thread of this test waits for the disk");
  }

  @Override
  public void awaitSpace(int payloadBytes) {
    throw new IllegalStateException("there is always room");
  }

  @Override
  public void flush() {
    makeDurable();
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
    return 0;
  }

  @Override
  public LogStats stats() {
    return new LogStats(tail, durable, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  @Override
  public void close() {
    Memory.free(scratch);
  }
}
