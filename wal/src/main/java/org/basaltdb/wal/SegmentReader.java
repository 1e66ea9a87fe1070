package org.basaltdb.wal;

import java.io.IOException;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;

/// Reads segments through a window of memory that moves over them.
///
/// Thread rules: one thread.
final class SegmentReader implements AutoCloseable {
  /// Bytes of the window, until a longer record needs more.
  private static final int WINDOW_BYTES = 4 << 20;

  private final FileLayer files;

  private Segment segment;
  private DataFile file;

  private long window;
  private int windowBytes;
  private RecordChecksum checksum;
  private long windowFrom;
  private long windowTo;

  /// Opens a segment whose header was found good.
  SegmentReader(FileLayer files, Segment segment) throws IOException {
    this.files = files;
    this.segment = segment;
    windowBytes = (int) Math.min(WINDOW_BYTES, segment.bytes());
    window = Memory.allocate(windowBytes, RecordLayout.BLOCK_BYTES);
    checksum = new RecordChecksum(window, windowBytes);
    try {
      file = files.open(segment.path(), OpenMode.OPEN_EXISTING, true);
    } catch (IOException | RuntimeException unopened) {
      Memory.free(window);
      throw unopened;
    }
  }

  Segment segment() {
    return segment;
  }

  /// Goes on with another segment.
  void open(Segment next) throws IOException {
    if (next.equals(segment)) {
      return;
    }
    file.close();
    file = files.open(next.path(), OpenMode.OPEN_EXISTING, true);
    segment = next;
    windowFrom = 0;
    windowTo = 0;
  }

  /// Where `length` bytes of the log from `lsn` on are in memory, until the next call.
  ///
  /// @return 0 if the segment ends before
  long address(long lsn, long length) throws IOException {
    if (length > segment.endLsn() - lsn) {
      return 0;
    }
    if (lsn < windowFrom || lsn + length > windowTo) {
      load(lsn, length);
    }
    return window + (lsn - windowFrom);
  }

  /// The end of the positions that are in memory.
  long windowTo() {
    return windowTo;
  }

  /// The checksum of a frame at an address from [#address].
  int checksumOfFrame(long address, long frameBytes) {
    return checksum.ofFrame(address, frameBytes);
  }

  private void load(long lsn, long length) throws IOException {
    long from = windowBegin(lsn);
    long needed = RecordLayout.blockCeiling(lsn + length) - from;
    if (needed > windowBytes) {
      grow(Math.toIntExact(needed));
    }
    long to = Math.min(from + windowBytes, segment.endLsn());
    windowTo = 0;
    file.read(window, (int) (to - from), segment.fileOffset(from));
    windowFrom = from;
    windowTo = to;
  }

  /// Going on, the block before stays: a scan looks at the next block and then goes on in this one.
  private long windowBegin(long lsn) {
    long from = RecordLayout.blockFloor(lsn);
    return lsn == windowTo && lsn > windowFrom ? from - RecordLayout.BLOCK_BYTES : from;
  }

  private void grow(int bytes) {
    long larger = Memory.allocate(bytes, RecordLayout.BLOCK_BYTES);
    Memory.free(window);
    window = larger;
    windowBytes = bytes;
    checksum = new RecordChecksum(window, windowBytes);
  }

  @Override
  public void close() throws IOException {
    Memory.free(window);
    file.close();
  }
}
