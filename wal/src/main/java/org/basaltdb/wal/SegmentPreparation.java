package org.basaltdb.wal;

import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Makes the next segment, in steps that are short, so that the thread can do something else in
/// between: from a file that waits for reuse, or by writing zeroes over all of a new one.
/// (Overwriting a block that was written before changes no metadata, which halves the time of a
/// sync; blocks that are only allocated do not help.)
///
/// Thread rules: one thread.
final class SegmentPreparation {
  /// Bytes of zeroes in a step.
  private static final int STEP_BYTES = 1 << 20;

  private final SegmentDirectory directory;
  private final long number;
  private final long baseLsn;
  private final int generation;
  private final boolean recycled;
  private Path path;
  private DataFile file;

  /// How much of the file is filled.
  private long filledTo;

  private SegmentPreparation(
      SegmentDirectory directory, long number, long baseLsn, int generation, @Nullable Path spare)
      throws IOException {
    this.directory = directory;
    this.number = number;
    this.baseLsn = baseLsn;
    this.generation = generation;
    recycled = spare != null;
    FileLayer files = directory.files();
    if (spare != null) {
      path = spare;
      file = files.open(path, OpenMode.OPEN_EXISTING, true);
      filledTo = fileBytes();
    } else {
      path = directory.path(number, SegmentLayout.NEW_SUFFIX);
      if (files.exists(path)) {
        files.delete(path);
      }
      file = files.open(path, OpenMode.CREATE_NEW, true);
    }
  }

  /// Begins to make segment `number`, which holds the log from `baseLsn` on.
  static SegmentPreparation begin(
      SegmentDirectory directory, long number, long baseLsn, int generation) throws IOException {
    return new SegmentPreparation(directory, number, baseLsn, generation, directory.takeSpare());
  }

  private long fileBytes() {
    return SegmentLayout.fileBytes(directory.segmentBytes());
  }

  /// The first position after the segment.
  long endLsn() {
    return baseLsn + directory.segmentBytes();
  }

  /// Does one step.
  ///
  /// @return the segment when it is done: on disk under its name, and known to the directory; else
  ///   null
  /// @throws IOException if the system fails it; nothing is lost by giving the segment up with
  ///   [#abandon]
  @Nullable OpenSegment step() throws IOException {
    if (filledTo < fileBytes()) {
      long to = Math.min(filledTo + STEP_BYTES, fileBytes());
      file.zeroFill(filledTo, to);
      filledTo = to;
      return null;
    }
    writeHeader();
    file.sync();
    file.close();
    Segment segment =
        new Segment(
            number,
            baseLsn,
            directory.segmentBytes(),
            generation,
            directory.path(number, SegmentLayout.SEGMENT_SUFFIX));
    OpenSegment opened = directory.publish(path, segment);
    path = segment.path();
    directory.prepared(opened, recycled);
    return opened;
  }

  private void writeHeader() throws IOException {
    long block = Memory.allocate(SegmentLayout.HEADER_BYTES, RecordLayout.BLOCK_BYTES);
    try {
      SegmentLayout.write(
          block, directory.databaseId(), number, baseLsn, directory.segmentBytes(), generation);
      RecordChecksum checksum = new RecordChecksum(block, SegmentLayout.HEADER_BYTES);
      SegmentLayout.checksum(block, checksum.ofSegmentHeader(block));
      file.write(block, SegmentLayout.HEADER_BYTES, 0);
    } finally {
      Memory.free(block);
    }
  }

  /// Gives the segment up, and the space its file takes back to the disk.
  void abandon() throws IOException {
    file.close();
    if (directory.files().exists(path)) {
      directory.files().delete(path);
    }
  }
}
