package org.basaltdb.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;

/// The files of a log as they lie in its directory.
///
/// @param segments by number, their headers checked
/// @param spares files of segments that wait for reuse
/// @param unfinished files of segments that were never finished
record SegmentListing(List<Segment> segments, List<Path> spares, List<Path> unfinished) {
  /// Reads the directory, if there is one, and the header of every segment. Changes nothing.
  ///
  /// @throws LogCorruptException if a header or the length of a file is not what it was made
  /// @throws LogForeignException if a segment is another database's
  /// @throws LogFormatException if a segment is of a newer format
  static SegmentListing read(FileLayer files, Path directory, UUID databaseId) throws IOException {
    List<Segment> segments = new ArrayList<>();
    List<Path> spares = new ArrayList<>();
    List<Path> unfinished = new ArrayList<>();
    if (!files.exists(directory)) {
      return new SegmentListing(segments, spares, unfinished);
    }
    long block = Memory.allocate(SegmentLayout.HEADER_BYTES, RecordLayout.BLOCK_BYTES);
    try {
      RecordChecksum checksum = new RecordChecksum(block, SegmentLayout.HEADER_BYTES);
      for (Path path : files.list(directory)) {
        String name = fileName(path);
        if (SegmentLayout.numberOf(name, SegmentLayout.SPARE_SUFFIX) != 0) {
          spares.add(path);
        } else if (SegmentLayout.numberOf(name, SegmentLayout.NEW_SUFFIX) != 0) {
          unfinished.add(path);
        } else if (SegmentLayout.numberOf(name, SegmentLayout.SEGMENT_SUFFIX) != 0) {
          segments.add(readHeader(files, path, databaseId, block, checksum));
        }
      }
    } finally {
      Memory.free(block);
    }
    segments.sort((left, right) -> Long.compare(left.number(), right.number()));
    return new SegmentListing(segments, spares, unfinished);
  }

  private static Segment readHeader(
      FileLayer files, Path path, UUID databaseId, long block, RecordChecksum checksum)
      throws IOException {
    try (DataFile file = files.open(path, OpenMode.OPEN_EXISTING, true)) {
      long fileBytes = file.size();
      if (fileBytes < SegmentLayout.HEADER_BYTES) {
        throw corrupt(
            path,
            fileBytes,
            "a file of " + fileBytes + " bytes",
            "a header of " + SegmentLayout.HEADER_BYTES + " bytes");
      }
      file.read(block, SegmentLayout.HEADER_BYTES, 0);
      checkHeader(path, databaseId, block, checksum);
      Segment segment =
          new Segment(
              SegmentLayout.segmentNumber(block),
              SegmentLayout.baseLsn(block),
              SegmentLayout.segmentBytes(block),
              SegmentLayout.generation(block),
              path);
      long expectedBytes = SegmentLayout.fileBytes(segment.bytes());
      if (fileBytes != expectedBytes) {
        throw corrupt(
            path,
            Math.min(fileBytes, expectedBytes),
            "a file of " + fileBytes + " bytes",
            "one of " + expectedBytes + ", as its header says");
      }
      return segment;
    }
  }

  private static void checkHeader(Path path, UUID databaseId, long block, RecordChecksum checksum) {
    if (SegmentLayout.magic(block) != SegmentLayout.MAGIC) {
      throw corrupt(
          path,
          SegmentLayout.MAGIC_OFFSET,
          "0x" + Long.toHexString(SegmentLayout.magic(block)),
          "the magic number of a log segment, 0x" + Long.toHexString(SegmentLayout.MAGIC));
    }
    int computed = checksum.ofSegmentHeader(block);
    if (SegmentLayout.checksum(block) != computed) {
      throw corrupt(
          path,
          SegmentLayout.CHECKSUM_OFFSET,
          "checksum 0x" + Integer.toHexString(SegmentLayout.checksum(block)),
          "0x" + Integer.toHexString(computed) + ", that of the segment's header");
    }
    if (SegmentLayout.version(block) != SegmentLayout.VERSION) {
      throw new LogFormatException(
          "segment version",
          SegmentLayout.version(block),
          SegmentLayout.VERSION,
          path.toString(),
          SegmentLayout.VERSION_OFFSET);
    }
    if (!SegmentLayout.databaseId(block).equals(databaseId)) {
      throw new LogForeignException(path.toString(), SegmentLayout.databaseId(block), databaseId);
    }
    long numberOfName = SegmentLayout.numberOf(fileName(path), SegmentLayout.SEGMENT_SUFFIX);
    if (SegmentLayout.segmentNumber(block) != numberOfName) {
      throw corrupt(
          path,
          SegmentLayout.SEGMENT_NUMBER_OFFSET,
          "segment number " + SegmentLayout.segmentNumber(block),
          numberOfName + ", as in the file's name");
    }
  }

  private static String fileName(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  private static LogCorruptException corrupt(
      Path path, long offset, String found, String expected) {
    return new LogCorruptException(path.toString(), offset, found, expected);
  }
}
