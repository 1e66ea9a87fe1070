package org.basaltdb.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// The segment files of an open log: those that hold log, the one that is prepared to come next,
/// and those that wait for reuse.
///
/// ```
///   (nothing) --create--> .new --zero-fill, header, sync, rename--> .log --recycle: rename--> .spare --delete--> (nothing)
///                                                                    ^                           |
///                                                                    +--- header, sync, rename --+
/// ```
///
/// - SEG-1 Between a rename and anything that relies on it the directory is synced: a file is
///   re-headed only when its name `.spare` is durable, and holds log only when its name `.log` is.
///   So after a crash a name says what its file is.
/// - SEG-2 A segment is let go of only when all of it lies below a position that the caller gave up
///   (STORE-2) and it is not the one that is written.
/// - LOG-16 What was replayed is on disk before the log is appended to. A system that failed to
///   write a page may take it for written from then on, and show it to whoever reads: a sync alone
///   would change nothing. So whatever no record says was on disk is written again first, as a rule
///   the last block or two.
///
/// Thread rules: any thread; one lock, under which files are renamed and opened, never filled.
final class SegmentDirectory implements Closeable {
  private static final int REWRITE_BYTES = 1 << 20;

  private final FileLayer files;
  private final Path directory;
  private final UUID databaseId;
  private final long segmentBytes;
  private final int spareLimit;
  private final long maxBytes;

  /// Segments that hold log or are prepared to, the oldest first. Guarded by this.
  private final Deque<Segment> live = new ArrayDeque<>();

  /// Files that wait to become segments. Guarded by this.
  private final Deque<Path> spares = new ArrayDeque<>();

  /// The segment after the one that is written. Guarded by this.
  private @Nullable OpenSegment prepared;

  /// The number of the segment that is written. Guarded by this.
  private long currentNumber;

  /// Guarded by this.
  private long bytes;

  /// Guarded by this.
  private long recycledCount;

  /// Guarded by this.
  private long createdCount;

  SegmentDirectory(FileLayer files, LogOptions options) {
    this.files = files;
    directory = options.directory();
    databaseId = options.databaseId();
    segmentBytes = options.segmentBytes();
    spareLimit = options.spareSegmentCount();
    maxBytes = options.maxBytes();
  }

  FileLayer files() {
    return files;
  }

  UUID databaseId() {
    return databaseId;
  }

  long segmentBytes() {
    return segmentBytes;
  }

  long maxBytes() {
    return maxBytes;
  }

  /// Whether there may be one more segment (LOG-19).
  synchronized boolean hasRoom() {
    return !spares.isEmpty() || bytes <= maxBytes - SegmentLayout.fileBytes(segmentBytes);
  }

  /// Bytes of all files of the log, but for one that is being made.
  synchronized long bytes() {
    return bytes;
  }

  /// Guarded by this. Here and not where it is asked for, which allocates nothing.
  private void recount() {
    bytes = spares.size() * SegmentLayout.fileBytes(segmentBytes);
    for (Segment segment : live) {
      bytes += SegmentLayout.fileBytes(segment.bytes());
    }
  }

  /// Takes over what a scan found: segments that hold no log become spares, unfinished files go,
  /// and so do spares that do not fit. Then makes all names durable: some may have been given just
  /// before the process was killed (SEG-1).
  synchronized void takeOver(List<Segment> segments, List<Segment> idle, SegmentListing listing)
      throws IOException {
    live.addAll(segments);
    for (Path unfinished : listing.unfinished()) {
      files.delete(unfinished);
    }
    for (Path spare : listing.spares()) {
      if (spares.size() < spareLimit
          && files.size(spare) == SegmentLayout.fileBytes(segmentBytes)) {
        spares.addLast(spare);
      } else {
        files.delete(spare);
      }
    }
    for (Segment segment : idle) {
      retire(segment, spares);
    }
    recount();
    files.syncDirectory(directory);
  }

  /// Makes everything in the segments that hold log durable: a scan may have read what was only in
  /// the page cache (LOG-16).
  ///
  /// @param syncedUpTo below here the log says itself that it is on disk
  /// @param end of the log
  synchronized void makeDurable(long syncedUpTo, long end) throws IOException {
    for (Segment segment : live) {
      try (DataFile file = files.open(segment.path(), OpenMode.OPEN_EXISTING, true)) {
        long from = Math.max(segment.baseLsn(), RecordLayout.blockFloor(syncedUpTo));
        long to = Math.min(segment.endLsn(), RecordLayout.blockCeiling(end));
        if (from < to) {
          rewrite(file, segment.fileOffset(from), to - from);
        }
        file.sync();
      }
    }
  }

  private static void rewrite(DataFile file, long offset, long length) throws IOException {
    int pieceBytes = (int) Math.min(length, REWRITE_BYTES);
    long buffer = Memory.allocate(pieceBytes, RecordLayout.BLOCK_BYTES);
    try {
      for (long done = 0; done < length; done += pieceBytes) {
        int bytes = (int) Math.min(pieceBytes, length - done);
        file.read(buffer, bytes, offset + done);
        file.write(buffer, bytes, offset + done);
      }
    } finally {
      Memory.free(buffer);
    }
  }

  /// Opens the newest segment to append to it.
  synchronized OpenSegment openNewest() throws IOException {
    Segment newest = live.getLast();
    currentNumber = newest.number();
    return new OpenSegment(newest, files.open(newest.path(), OpenMode.OPEN_EXISTING, true));
  }

  /// A file that waits to become a segment, or null.
  synchronized @Nullable Path takeSpare() {
    Path spare = spares.pollFirst();
    recount();
    return spare;
  }

  Path path(long number, String suffix) {
    return directory.resolve(SegmentLayout.fileName(number, suffix));
  }

  /// Gives a finished file its name as a segment, durably, and opens it.
  OpenSegment publish(Path finished, Segment segment) throws IOException {
    files.rename(finished, segment.path());
    files.syncDirectory(directory);
    return new OpenSegment(segment, files.open(segment.path(), OpenMode.OPEN_EXISTING, true));
  }

  /// Makes a segment the one that comes next.
  synchronized void prepared(OpenSegment next, boolean recycled) {
    assert prepared == null : next.segment();
    prepared = next;
    live.addLast(next.segment());
    recount();
    if (recycled) {
      recycledCount++;
    } else {
      createdCount++;
    }
  }

  /// The segment that comes next is being written from now on.
  synchronized OpenSegment takePrepared() {
    OpenSegment next = prepared;
    if (next == null) {
      throw new IllegalStateException("LOG-10: the log was claimed beyond its prepared segments");
    }
    prepared = null;
    currentNumber = next.segment().number();
    return next;
  }

  synchronized boolean hasPrepared() {
    return prepared != null;
  }

  /// Lets go of the segments below `lsn`, but not of the one that is written.
  ///
  /// @return the first position that is left
  synchronized long recycleBefore(long lsn) throws IOException {
    Deque<Path> renamed = new ArrayDeque<>(spares);
    boolean changed = false;
    try {
      while (live.getFirst().number() < currentNumber && live.getFirst().endLsn() <= lsn) {
        retire(live.getFirst(), renamed);
        live.removeFirst();
        changed = true;
      }
    } finally {
      if (changed) {
        recount(); // also if the directory cannot be synced
        files.syncDirectory(directory);
        spares.clear();
        spares.addAll(renamed);
        recount();
      }
    }
    return live.getFirst().baseLsn();
  }

  /// Renames or deletes the file of a segment. Guarded by this. The directory is synced by the
  /// caller, before anybody can take the spare (SEG-1).
  private void retire(Segment segment, Deque<Path> target) throws IOException {
    Path spare = path(segment.number(), SegmentLayout.SPARE_SUFFIX);
    // a number is used twice when a segment was prepared and not reached before a crash; its file
    // may be a spare still, even one that is just being made into another segment
    if (target.size() < spareLimit && segment.bytes() == segmentBytes && !files.exists(spare)) {
      files.rename(segment.path(), spare);
      target.addLast(spare);
    } else {
      files.delete(segment.path());
    }
  }

  synchronized int liveCount() {
    return live.size() - (prepared == null ? 0 : 1);
  }

  synchronized int spareCount() {
    return spares.size();
  }

  synchronized long recycledCount() {
    return recycledCount;
  }

  synchronized long createdCount() {
    return createdCount;
  }

  /// Closes the prepared segment, if there is one.
  @Override
  public synchronized void close() throws IOException {
    if (prepared != null) {
      prepared.close();
      prepared = null;
    }
  }
}
