package org.basaltdb.wal;

import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;

/// A ring of four blocks, without files: one thread appends, another does what the leader of a
/// commit does to the ring. Every word of a payload tells its place.
final class SmallRing {
  static final String APPENDED = "APPENDED";
  static final String FULL = "FULL";
  static final String DIRTY = "DIRTY";
  static final String TAKEN = "TAKEN";
  static final String NOTHING = "NOTHING";
  static final String HALF = "HALF";

  private static final int CAPACITY_BYTES = 4 * RecordLayout.BLOCK_BYTES;
  private static final int PAYLOAD_BYTES = 200;
  private static final int GENERATION = 1;
  private static final int PAD_EVERY = 8;

  /// As many segments as it ever needs are prepared.
  private static final long PREPARED = 1L << 60;

  private final LogRing ring =
      new LogRing(
          CAPACITY_BYTES,
          0,
          PREPARED,
          GENERATION,
          new MemoryBudget(Long.MAX_VALUE),
          new FlusherSignal());

  /// What lies in a broken ring tells nothing more.
  private volatile boolean broken;

  /// Records below were taken; the leader's.
  private long taken;

  private int takes;

  /// Appends a record, if there is room.
  String append() {
    if (broken) {
      return FULL;
    }
    long lsn = ring.claim(PAYLOAD_BYTES);
    if (lsn < 0) {
      return FULL;
    }
    long payload = ring.address(lsn) + RecordLayout.PAYLOAD_OFFSET;
    boolean clean = true;
    for (int offset = 0; offset < PAYLOAD_BYTES; offset += Long.BYTES) {
      clean &= Memory.getLong(payload + offset) == 0;
      Memory.putLong(payload + offset, lsn + offset);
    }
    ring.publish(
        lsn, PAYLOAD_BYTES, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, Durability.NONE);
    if (!clean) {
      broken = true;
      return DIRTY;
    }
    return APPENDED;
  }

  /// Takes what is published, and frees the blocks that are done with.
  String take() {
    if (broken) {
      return NOTHING;
    }
    if (takes++ % PAD_EVERY == 0) {
      ring.padToBlock(taken, (byte) 0);
    }
    long begin = taken;
    long end = ring.tail();
    boolean whole = end >= taken;
    while (whole && taken < end) {
      long address = ring.address(taken);
      int length = RecordLayout.lengthAcquire(address);
      if (length == 0) {
        break;
      }
      whole = isWhole(address, length);
      taken += RecordLayout.frameBytes(taken, length - RecordLayout.HEADER_BYTES);
    }
    if (!whole) {
      broken = true;
      return HALF;
    }
    long free = RecordLayout.blockFloor(taken);
    if (free > ring.released()) {
      ring.release(free);
    }
    return taken > begin ? TAKEN : NOTHING;
  }

  private boolean isWhole(long address, int length) {
    if (RecordLayout.lsn(address) != taken
        || RecordLayout.version(address) != RecordLayout.VERSION
        || RecordLayout.generation(address) != GENERATION) {
      return false;
    }
    if (RecordLayout.type(address) == RecordType.PADDING) {
      return true;
    }
    boolean whole = length == RecordLayout.HEADER_BYTES + PAYLOAD_BYTES;
    for (int offset = 0; whole && offset < PAYLOAD_BYTES; offset += Long.BYTES) {
      whole = Memory.getLong(address + RecordLayout.PAYLOAD_OFFSET + offset) == taken + offset;
    }
    return whole;
  }
}
