package org.basaltdb.wal;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.Memory;
import org.jspecify.annotations.Nullable;

/// The write-ahead log in files.
///
/// ```
///   claim, copy, publish          awaitDurable                        recycleBefore
///        v                             v                                    v
///   +---------+   whole blocks   +-----------+   pwrite, fdatasync   +------------------+
///   | LogRing | ---------------> | LogWriter | --------------------> | SegmentDirectory |
///   +---------+   by a leader    +-----------+                       +------------------+
///                of GroupCommit        ^                                    ^
///                                      +------------- Flusher --------------+
///                            intervals, virtual threads, early writes, next segment
/// ```
///
/// Each open begins a *generation*: a record that says where the log ended, on disk before anything
/// is appended (LOG-4, see [GenerationLayout]).
public final class Log implements CommitLog {
  private final LogOptions options;
  private final LogRecovery recovery;
  private final long firstLsn;
  private final SegmentDirectory directory;
  private final LogRing ring;
  private final LogWriter writer;
  private final GroupCommit group;
  private final SegmentSupply supply;
  private final Flusher flusher;

  /// Guarded by this.
  private boolean closed;

  private Log(
      LogOptions options,
      Seam seam,
      LogRecovery recovery,
      SegmentDirectory directory,
      OpenSegment segment,
      long firstLsn) {
    this.options = options;
    this.recovery = recovery;
    this.directory = directory;
    this.firstLsn = firstLsn;
    FlusherSignal signal = new FlusherSignal();
    String where = "in " + options.directory();
    int generation = recovery.generation();
    ring =
        new LogRing(
            options.bufferBytes(),
            firstLsn,
            segment.endLsn(),
            generation,
            options.memoryBudget(),
            signal);
    writer = new LogWriter(ring, directory, signal, segment, firstLsn);
    group = new GroupCommit(writer, ring, signal, where);
    supply = new SegmentSupply(directory, ring, segment.segment().number() + 1, generation, where);
    flusher = new Flusher(group, ring, supply, signal, seam.clock(), options.intervalNanos());
  }

  /// Opens the log of a directory, or begins one there: reads it, replays it, cuts off what was
  /// torn, and begins a generation.
  ///
  /// @param replay is given the records from [LogOptions#replayFromLsn] on, on the calling thread,
  ///   before the method returns
  /// @throws LogCorruptException if something is missing or damaged that was on disk once; no file
  ///   was touched then
  /// @throws LogForeignException if the log is another database's; no file was touched then
  /// @throws LogFormatException if the log is of a newer format; no file was touched then
  /// @throws org.basaltdb.offheap.memory.BudgetExhaustedException if the budget has no room for the
  ///   ring
  /// @throws IOException if the files cannot be read or written
  @SuppressWarnings("exports") // a log is opened by the engine, which reads the module of the seam
  public static Log open(LogOptions options, Seam seam, RecordVisitor replay) throws IOException {
    Log log = openWithoutFlusher(options, seam, replay);
    log.flusher.start();
    return log;
  }

  /// As [#open]; the caller does the flusher's work ([Flusher#work]), so that a run can be repeated
  /// step by step.
  static Log openWithoutFlusher(LogOptions options, Seam seam, RecordVisitor replay)
      throws IOException {
    FileLayer files = seam.files();
    SegmentListing listing = SegmentListing.read(files, options.directory(), options.databaseId());
    LogScan.Result found = LogScan.run(files, options, listing.segments(), replay);
    replay.replayed();
    makeDirectory(files, options.directory());
    SegmentDirectory directory = new SegmentDirectory(files, options);
    directory.takeOver(
        found == null ? List.of() : found.live(),
        found == null ? List.of() : found.idle(),
        listing);
    if (found != null) {
      directory.makeDurable(found.syncedUpTo(), found.endLsn());
    }
    return begin(options, seam, directory, found);
  }

  /// Makes the directory if it is not there, and its name durable in any case: an open that was cut
  /// short may have made it and got no further (SEG-1). The names in it are synced when the
  /// directory is taken over.
  private static void makeDirectory(FileLayer files, Path path) throws IOException {
    if (!files.exists(path)) {
      files.createDirectories(path);
    }
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      files.syncDirectory(parent);
    }
  }

  /// Begins a generation where the log ends: in its last segment, at the next block boundary, or in
  /// a new segment where that has no room or another length.
  private static Log begin(
      LogOptions options, Seam seam, SegmentDirectory directory, LogScan.@Nullable Result found)
      throws IOException {
    long end = found == null ? options.segmentBytes() : found.endLsn();
    int generation = found == null ? 1 : Math.addExact(found.lastGeneration(), 1);
    Segment last = found == null || found.live().isEmpty() ? null : found.live().getLast();
    long start = RecordLayout.blockCeiling(end);
    OpenSegment segment;
    if (last != null && last.bytes() == options.segmentBytes() && start < last.endLsn()) {
      segment = directory.openNewest();
    } else {
      start = (end + options.segmentBytes() - 1) & -options.segmentBytes();
      segment = prepareNow(directory, found == null ? 1 : found.nextNumber(), start, generation);
    }
    LogRecovery recovery =
        new LogRecovery(
            found == null ? LogVerdict.CLEAN : found.verdict(),
            found == null || found.closedInOrder(),
            options.replayFromLsn(),
            end,
            found == null ? 0 : found.recordCount(),
            generation);
    try {
      writeGeneration(segment, start, generation, end, options, seam);
      return new Log(options, seam, recovery, directory, segment, start + RecordLayout.BLOCK_BYTES);
    } catch (IOException | RuntimeException unopened) {
      segment.close();
      throw unopened;
    }
  }

  private static OpenSegment prepareNow(
      SegmentDirectory directory, long number, long baseLsn, int generation) throws IOException {
    SegmentPreparation preparation =
        SegmentPreparation.begin(directory, number, baseLsn, generation);
    try {
      while (preparation.step() == null) {
        // one more step
      }
    } catch (IOException failed) {
      preparation.abandon();
      throw failed;
    }
    return directory.takePrepared();
  }

  /// Puts the generation's first record on disk (LOG-4).
  private static void writeGeneration(
      OpenSegment segment,
      long lsn,
      int generation,
      long previousEnd,
      LogOptions options,
      Seam seam)
      throws IOException {
    long block = Memory.allocate(RecordLayout.BLOCK_BYTES, RecordLayout.BLOCK_BYTES);
    try {
      GenerationLayout.write(
          block + RecordLayout.PAYLOAD_OFFSET,
          previousEnd,
          options.databaseId(),
          seam.clock().currentTimeMicros());
      RecordLayout.publish(
          block,
          lsn,
          GenerationLayout.PAYLOAD_BYTES,
          RecordType.GENERATION,
          (byte) 0,
          Durability.SYNC,
          generation);
      RecordChecksum checksum = new RecordChecksum(block, RecordLayout.BLOCK_BYTES);
      RecordLayout.checksum(block, checksum.ofFrame(block, RecordLayout.BLOCK_BYTES));
      segment.write(block, RecordLayout.BLOCK_BYTES, lsn);
      segment.sync();
    } finally {
      Memory.free(block);
    }
  }

  /// What was found when the log was opened.
  public LogRecovery recovery() {
    return recovery;
  }

  Flusher flusher() {
    return flusher;
  }

  @Override
  public long claim(int payloadBytes) {
    checkPayloadBytes(payloadBytes);
    group.checkNotFailed();
    long lsn = ring.claim(payloadBytes);
    return lsn >= 0 ? lsn : refuse(lsn, payloadBytes);
  }

  private long refuse(long refusal, int payloadBytes) {
    if (refusal != NO_SPACE) {
      throw closedException();
    }
    if (ring.needsSegment(payloadBytes)) {
      supply.checkNotFull();
    }
    return NO_SPACE;
  }

  @Override
  public long payloadAddress(long lsn) {
    return ring.address(lsn) + RecordLayout.PAYLOAD_OFFSET;
  }

  @Override
  public void publish(
      long lsn, int payloadBytes, byte recordType, byte flags, Durability durability) {
    assert RecordType.isReplayed(recordType) : recordType;
    ring.publish(lsn, payloadBytes, recordType, flags, durability);
  }

  @Override
  public void publishPadding(long lsn, int payloadBytes) {
    ring.publishPadding(lsn, payloadBytes);
  }

  @Override
  public long endLsn(long lsn, int payloadBytes) {
    return lsn + RecordLayout.frameBytes(lsn, payloadBytes);
  }

  @Override
  public long tail() {
    return ring.tail();
  }

  @Override
  public long durableLsn() {
    return writer.durable();
  }

  @Override
  public long lastSyncLsn() {
    return ring.lastSync();
  }

  @Override
  public void awaitDurable(long lsn) {
    if (lsn > ring.tail()) {
      throw new IllegalArgumentException(
          "awaited a log position that nobody claimed; found "
              + lsn
              + "; expected at most "
              + ring.tail());
    }
    group.awaitDurable(lsn);
  }

  @Override
  public void requestDurable(long lsn) {
    group.requestDurable(lsn);
  }

  @Override
  public void awaitSpace(int payloadBytes) {
    checkPayloadBytes(payloadBytes);
    boolean mayWrite = !Thread.currentThread().isVirtual();
    boolean interrupted = false;
    try {
      while (!ring.hasSpace(payloadBytes)) {
        group.checkNotFailed();
        if (ring.needsSegment(payloadBytes)) {
          supply.checkNotFull();
        }
        ring.padToRingEnd(payloadBytes);
        if (!mayWrite || !group.writeEarly()) {
          flusher.requestSpace();
          group.awaitProgress(payloadBytes);
          interrupted |= Thread.interrupted();
        }
      }
      if (ring.closed()) {
        throw closedException();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void requestSpace(int payloadBytes) {
    checkPayloadBytes(payloadBytes);
    if (!ring.hasSpace(payloadBytes)) {
      ring.padToRingEnd(payloadBytes);
      flusher.requestSpace();
    }
  }

  @Override
  public void flush() {
    group.checkNotFailed();
    group.awaitDurable(ring.tail() - 1);
  }

  @Override
  public boolean failed() {
    return group.failed();
  }

  @Override
  public int maxPayloadBytes() {
    return ring.maxPayloadBytes();
  }

  @Override
  public long recycleBefore(long lsn) {
    long durable = writer.durable();
    if (lsn > durable) {
      throw new IllegalArgumentException(
          "log recycled beyond what is on disk; found LSN "
              + lsn
              + "; expected at most "
              + durable);
    }
    try {
      long first = directory.recycleBefore(lsn);
      supply.recycled();
      flusher.segmentsRecycled();
      return first;
    } catch (IOException failed) {
      throw new UncheckedIOException(
          "segments of the log in " + options.directory() + " were not let go", failed);
    }
  }

  @Override
  public boolean awaitsRecycling() {
    return supply.limited();
  }

  @Override
  public void recyclingFailed(Throwable cause) {
    supply.recyclingFailed(cause);
  }

  @Override
  public LogStats stats() {
    long tailLsn = ring.tail();
    return new LogStats(
        tailLsn,
        writer.durable(),
        tailLsn - firstLsn,
        writer.writtenBytes(),
        writer.batchCount(),
        writer.syncCount(),
        directory.liveCount(),
        directory.spareCount(),
        directory.recycledCount(),
        directory.createdCount(),
        directory.bytes());
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    ring.refuseClaims();
    flusher.stop();
    group.commitAndMarkClosed();
    IOException unclosed = closeEach(supply, directory, writer);
    ring.close();
    group.checkNotFailed();
    if (unclosed != null) {
      throw new UncheckedIOException(
          "the log in " + options.directory() + " is on disk, but its files were not closed",
          unclosed);
    }
  }

  private static @Nullable IOException closeEach(Closeable... parts) {
    IOException first = null;
    for (Closeable part : parts) {
      try {
        part.close();
      } catch (IOException unclosed) {
        if (first == null) {
          first = unclosed;
        } else {
          first.addSuppressed(unclosed);
        }
      }
    }
    return first;
  }

  private void checkPayloadBytes(int payloadBytes) {
    if (payloadBytes < 0 || payloadBytes > ring.maxPayloadBytes()) {
      throw new IllegalArgumentException(
          "log record out of range; found "
              + payloadBytes
              + " bytes; expected 0 to "
              + ring.maxPayloadBytes()
              + ", half the log's buffer; write it in several frames");
    }
  }

  private LogClosedException closedException() {
    return new LogClosedException("in " + options.directory());
  }
}
