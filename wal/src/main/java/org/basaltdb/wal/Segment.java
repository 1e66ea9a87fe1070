package org.basaltdb.wal;

import java.nio.file.Path;

/// A segment file of the log: which positions it holds.
///
/// @param number 1, 2, 3...
/// @param baseLsn the first position it holds
/// @param bytes how many positions it holds
/// @param generation the log generation that prepared it, which is that of its first record
/// @param path its file
record Segment(long number, long baseLsn, long bytes, int generation, Path path) {
  /// The first position after it.
  long endLsn() {
    return baseLsn + bytes;
  }

  long fileOffset(long lsn) {
    assert lsn >= baseLsn && lsn <= endLsn() : lsn + " is not in " + this;
    return SegmentLayout.fileOffset(baseLsn, lsn);
  }
}
