package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.basaltdb.offheap.memory.Memory;

/// A record whose payload follows from its number and its length, so that a replayed one can be
/// checked byte by byte.
record TestRecord(
    long lsn, long sequence, int payloadBytes, byte type, byte flags, Durability durability) {
  /// The shortest payload: the record's number.
  static final int MIN_PAYLOAD_BYTES = Long.BYTES;

  void write(long address) {
    Memory.putLong(address, sequence);
    for (int offset = Long.BYTES; offset < payloadBytes; offset++) {
      Memory.putByte(address + offset, byteAt(sequence, offset));
    }
  }

  /// Reads a record and checks every byte of it.
  static TestRecord read(
      long lsn, byte type, byte flags, Durability durability, long address, int payloadBytes) {
    long sequence = Memory.getLong(address);
    for (int offset = Long.BYTES; offset < payloadBytes; offset++) {
      if (Memory.getByte(address + offset) != byteAt(sequence, offset)) {
        assertThat(Memory.getByte(address + offset))
            .as("byte %d of record %d at %d", offset, sequence, lsn)
            .isEqualTo(byteAt(sequence, offset));
      }
    }
    return new TestRecord(lsn, sequence, payloadBytes, type, flags, durability);
  }

  private static byte byteAt(long sequence, int offset) {
    return (byte) (((sequence * 31 + offset) * 0x9E3779B97F4A7C15L) >>> 56);
  }
}
