package org.basaltdb.wal;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.basaltdb.offheap.memory.Memory;

/// CRC32C over records and segment headers in one range of native memory, with the processor's
/// instruction for it. Allocates nothing once it is made.
///
/// Thread rules: one thread at a time.
final class RecordChecksum {
  private final CRC32C crc = new CRC32C();
  private final ByteBuffer bytes;
  private final long base;

  /// For the range of `length` bytes at `base`.
  RecordChecksum(long base, int length) {
    this.base = base;
    this.bytes = Memory.byteBuffer(base, length);
  }

  /// The checksum of the frame at `address`: of everything after the field that holds it. The
  /// generation, which is among that, seeds it: CRC32C maps different generations to different
  /// checksums of bytes that are otherwise the same (LOG-4).
  int ofFrame(long address, long frameBytes) {
    crc.reset();
    update(address + RecordLayout.LENGTH_OFFSET, (int) frameBytes - RecordLayout.LENGTH_OFFSET);
    return (int) crc.getValue();
  }

  /// The checksum of the segment header at `address`: of the whole block without the field that
  /// holds it.
  int ofSegmentHeader(long address) {
    int after = SegmentLayout.CHECKSUM_OFFSET + Integer.BYTES;
    crc.reset();
    update(address, SegmentLayout.CHECKSUM_OFFSET);
    update(address + after, SegmentLayout.HEADER_BYTES - after);
    return (int) crc.getValue();
  }

  private void update(long address, int length) {
    int offset = (int) (address - base);
    bytes.limit(offset + length).position(offset);
    crc.update(bytes);
  }
}
