package org.basaltdb.wal;

import java.io.Closeable;
import java.io.IOException;

/// Takes what is published in the ring to the segments. Everything here is done by the leader: the
/// thread that holds the leadership of [GroupCommit], one at any instant.
///
/// ```
///        durable        released = written        sealed                 tail
///  -- on disk --|-- with the system --|-- checksummed --|-- published or not --|
/// ```
///
/// - LOG-12 `written` is a block boundary, and no block is written twice (LOG-2): what is written
///   is whole blocks of published records, and at a sync the log is padded to the next boundary
///   first.
/// - LOG-13 `durable` moves only after every segment with unsynced bytes below it was synced.
/// - LOG-17 A segment gets its first byte after the one before it was synced to its end, whatever
///   durability its records have: so a record in a later segment proves that those before it were
///   whole once ([LogScan]).
///
/// Thread rules: the leader only, except [#durable()] and the counters, which any thread reads.
final class LogWriter implements Closeable {
  /// The most that is written at a time when nobody waits for a sync: it bounds how long a
  /// committer waits to become leader.
  private static final int EARLY_WRITE_BYTES = 1 << 20;

  /// How often the leader looks again for a record to be published, before it lets another thread
  /// have the processor.
  private static final int PUBLISH_SPINS = 200;

  private final LogRing ring;
  private final SegmentDirectory directory;
  private final FlusherSignal signal;
  private final RecordChecksum checksum;
  private OpenSegment segment;

  /// Records below are checksummed; a frame boundary.
  private long sealed;

  /// Blocks below are with the file system.
  private long written;

  /// The end of the newest sealed record that is to be synced within the interval, or at once.
  private long intervalEnd;

  /// Everything below is on disk.
  private final PaddedLong durable;

  private final PaddedLong writtenBytes = new PaddedLong(0);
  private final PaddedLong batchCount = new PaddedLong(0);
  private final PaddedLong syncCount = new PaddedLong(0);

  /// Goes on at `start`, below which everything is on disk.
  LogWriter(
      LogRing ring,
      SegmentDirectory directory,
      FlusherSignal signal,
      OpenSegment segment,
      long start) {
    this.ring = ring;
    this.directory = directory;
    this.signal = signal;
    this.segment = segment;
    checksum = new RecordChecksum(ring.base(), ring.capacityBytes());
    sealed = start;
    written = start;
    durable = new PaddedLong(start);
  }

  long durable() {
    return durable.getVolatile();
  }

  long writtenBytes() {
    return writtenBytes.getOpaque();
  }

  long batchCount() {
    return batchCount.getOpaque();
  }

  long syncCount() {
    return syncCount.getOpaque();
  }

  /// Writes and syncs everything that is claimed.
  void commit() throws IOException {
    commit((byte) 0);
  }

  /// Commits, and then leaves the mark of an orderly close behind everything else, if there is
  /// room: one more block, which also tells that what is before it was on disk.
  void commitAndMarkClosed() throws IOException {
    if (durable.getPlain() != ring.tail()) {
      commit((byte) 0);
    }
    commit(RecordLayout.CLOSED_FLAG);
  }

  private void commit(byte paddingFlags) throws IOException {
    long end = ring.padToBlock(durable.getPlain(), paddingFlags);
    sealAllTo(end);
    writeTo(end);
    sync();
    durable.setVolatile(end);
    batchCount.addOrdered(1);
    ring.release(end);
  }

  /// Whether a sealed or published record waits for the sync of its interval.
  boolean hasIntervalRecord() {
    seal(ring.tail());
    return intervalEnd > durable.getPlain();
  }

  /// Writes whole blocks of published records, at most [#EARLY_WRITE_BYTES], and syncs nothing.
  ///
  /// @return whether anything was written
  boolean writeEarly() throws IOException {
    seal(Math.min(written + EARLY_WRITE_BYTES, ring.tail()));
    long end = Math.min(RecordLayout.blockFloor(sealed), written + EARLY_WRITE_BYTES);
    if (end <= written) {
      return false;
    }
    writeTo(end);
    ring.release(end);
    return true;
  }

  /// Seals published records up to `end`, or to the first that is not published.
  private void seal(long end) {
    while (sealed < end) {
      long address = ring.address(sealed);
      int length = RecordLayout.lengthAcquire(address);
      if (length == 0) {
        return;
      }
      long frameBytes = RecordLayout.frameBytes(sealed, length - RecordLayout.HEADER_BYTES);
      RecordLayout.checksum(address, checksum.ofFrame(address, frameBytes));
      sealed += frameBytes;
      if (RecordLayout.durabilityCode(address) >= Durability.INTERVAL.code()) {
        intervalEnd = sealed;
      }
    }
  }

  /// Seals everything up to `end`, where a frame ends. Records that are claimed and not published
  /// are waited for: their owners have nothing to do but to copy them (LOG-1).
  @SuppressWarnings(
      "ThreadPriorityCheck") // what is waited for is a thread that has lost its processor in
  // mid-copy
  private void sealAllTo(long end) {
    int spins = 0;
    while (true) {
      seal(end);
      if (sealed >= end) {
        assert sealed == end : sealed + " is not " + end;
        return;
      }
      if (++spins < PUBLISH_SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private void writeTo(long end) throws IOException {
    while (written < end) {
      if (written == segment.endLsn()) {
        enterNextSegment();
      }
      long pieceEnd = Math.min(end, ring.ringEnd(written));
      int length = (int) (pieceEnd - written);
      segment.write(ring.address(written), length, written);
      writtenBytes.addOrdered(length);
      written = pieceEnd;
    }
  }

  /// Goes on in the prepared segment (LOG-16). Whatever fails, each segment has one owner that
  /// closes it: the directory until it is taken, then the writer.
  private void enterNextSegment() throws IOException {
    sync();
    OpenSegment full = segment;
    segment = directory.takePrepared();
    signal.raise(); // the one after it may be due
    full.close();
  }

  private void sync() throws IOException {
    segment.sync();
    syncCount.addOrdered(1);
  }

  /// Closes the segment that is written. Makes nothing durable.
  @Override
  public void close() throws IOException {
    segment.close();
  }
}
