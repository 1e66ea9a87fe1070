package org.basaltdb.wal;

import java.io.IOException;
import org.basaltdb.offheap.file.DataFile;

/// A segment that is open for writing.
///
/// Thread rules: one thread at a time.
final class OpenSegment implements AutoCloseable {
  private final Segment segment;
  private final DataFile file;

  OpenSegment(Segment segment, DataFile file) {
    this.segment = segment;
    this.file = file;
  }

  Segment segment() {
    return segment;
  }

  long endLsn() {
    return segment.endLsn();
  }

  /// Writes whole blocks to the place of the positions from `lsn` on.
  void write(long address, int length, long lsn) throws IOException {
    assert lsn >= segment.baseLsn() && lsn + length <= segment.endLsn()
        : "LOG-7: " + lsn + " + " + length;
    file.write(address, length, segment.fileOffset(lsn));
  }

  void sync() throws IOException {
    file.sync();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
