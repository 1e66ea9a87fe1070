package org.basaltdb.wal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.basaltdb.offheap.memory.MemoryBudget;

/// How a log is opened.
///
/// @param directory where its segments are; made when missing. The caller holds a lock on it
/// @param databaseId stands in every segment: a log of another database is refused
/// @param segmentBytes bytes of log in a segment: a power of two from [#MIN_BUFFER_BYTES] to 2^40,
///   at least `bufferBytes`. Segments of other lengths that are there stay readable
/// @param bufferBytes bytes of the ring between appenders and disk: a power of two from
///   [#MIN_BUFFER_BYTES] to 2^30. Half of it is the longest payload
/// @param intervalNanos the time from one sync for [Durability#INTERVAL] to the next, in
///   nanoseconds, from 1,000,000: records wait at most half of it for their write, which leaves the
///   other half to the write itself
/// @param replayFromLsn records from here on are replayed; 0 for all. What lies below may be gone
/// @param mustExist whether there has to be a log already: then its absence is damage, where else a
///   log is begun
/// @param spareSegmentCount how many files of recycled segments are kept for reuse, 0 to 1,000
/// @param memoryBudget accounts for the ring
/// @param keepFromLsn segments from here on are kept though they are not replayed; 0 for none but
///   those that are
/// @param knownDurableLsn the log was on disk up to here once: if it ends before, it is corrupt
/// @param maxBytes the most bytes that its files take, at least two segments; claims that would
///   need more wait for [CommitLog#recycleBefore]. Files that are there when it is opened are taken
///   over, however many
@SuppressWarnings("exports") // a log is opened by the engine, which reads the module of the budget
public record LogOptions(
    Path directory,
    UUID databaseId,
    long segmentBytes,
    int bufferBytes,
    long intervalNanos,
    long replayFromLsn,
    boolean mustExist,
    int spareSegmentCount,
    MemoryBudget memoryBudget,
    long keepFromLsn,
    long knownDurableLsn,
    long maxBytes) {
  public static final int MIN_BUFFER_BYTES = 16 << 10;
  public static final int MAX_BUFFER_BYTES = 1 << 30;
  public static final long MAX_SEGMENT_BYTES = 1L << 40;
  public static final long MIN_INTERVAL_NANOS = 1_000_000;
  public static final int MAX_SPARE_SEGMENT_COUNT = 1_000;

  public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
  public static final int DEFAULT_BUFFER_BYTES = 32 << 20;
  public static final long DEFAULT_INTERVAL_NANOS = 100_000_000;
  public static final int DEFAULT_SPARE_SEGMENT_COUNT = 2;

  /// Checks all of them.
  ///
  /// @throws IllegalArgumentException if any is out of range; the message names every one that is
  public LogOptions {
    List<String> problems = new ArrayList<>();
    if (!isPowerOfTwo(bufferBytes, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES)) {
      problems.add(
          problem("bufferBytes", bufferBytes, powerOfTwo(MIN_BUFFER_BYTES, MAX_BUFFER_BYTES)));
    }
    if (!isPowerOfTwo(segmentBytes, MIN_BUFFER_BYTES, MAX_SEGMENT_BYTES)) {
      problems.add(
          problem("segmentBytes", segmentBytes, powerOfTwo(MIN_BUFFER_BYTES, MAX_SEGMENT_BYTES)));
    } else if (segmentBytes < bufferBytes) {
      problems.add(problem("segmentBytes", segmentBytes, "at least bufferBytes, " + bufferBytes));
    }
    if (maxBytes < 2 * SegmentLayout.fileBytes(segmentBytes)) {
      problems.add(problem("maxBytes", maxBytes, "at least two segments with their headers"));
    }
    if (intervalNanos < MIN_INTERVAL_NANOS) {
      problems.add(problem("intervalNanos", intervalNanos, "at least " + MIN_INTERVAL_NANOS));
    }
    if (replayFromLsn < 0) {
      problems.add(problem("replayFromLsn", replayFromLsn, "at least 0"));
    }
    if (spareSegmentCount < 0 || spareSegmentCount > MAX_SPARE_SEGMENT_COUNT) {
      problems.add(
          problem("spareSegmentCount", spareSegmentCount, "0 to " + MAX_SPARE_SEGMENT_COUNT));
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "log options out of range; " + String.join("; ", problems));
    }
  }

  /// The default of everything that has one.
  public static LogOptions of(Path directory, UUID databaseId, MemoryBudget memoryBudget) {
    return new LogOptions(
        directory,
        databaseId,
        DEFAULT_SEGMENT_BYTES,
        DEFAULT_BUFFER_BYTES,
        DEFAULT_INTERVAL_NANOS,
        0,
        false,
        DEFAULT_SPARE_SEGMENT_COUNT,
        memoryBudget,
        0,
        0,
        Long.MAX_VALUE);
  }

  /// All of it, to be changed.
  private static final class Draft {
    private final Path directory;
    private final UUID databaseId;
    private final MemoryBudget memoryBudget;
    private long segmentBytes;
    private int bufferBytes;
    private long intervalNanos;
    private long replayFromLsn;
    private boolean mustExist;
    private int spareSegmentCount;
    private long keepFromLsn;
    private long knownDurableLsn;
    private long maxBytes;

    Draft(LogOptions from) {
      directory = from.directory;
      databaseId = from.databaseId;
      memoryBudget = from.memoryBudget;
      segmentBytes = from.segmentBytes;
      bufferBytes = from.bufferBytes;
      intervalNanos = from.intervalNanos;
      replayFromLsn = from.replayFromLsn;
      mustExist = from.mustExist;
      spareSegmentCount = from.spareSegmentCount;
      keepFromLsn = from.keepFromLsn;
      knownDurableLsn = from.knownDurableLsn;
      maxBytes = from.maxBytes;
    }
  }

  private LogOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return new LogOptions(
        draft.directory,
        draft.databaseId,
        draft.segmentBytes,
        draft.bufferBytes,
        draft.intervalNanos,
        draft.replayFromLsn,
        draft.mustExist,
        draft.spareSegmentCount,
        draft.memoryBudget,
        draft.keepFromLsn,
        draft.knownDurableLsn,
        draft.maxBytes);
  }

  /// The same with other sizes.
  public LogOptions withSizes(long otherSegmentBytes, int otherBufferBytes) {
    return with(draft -> {
      draft.segmentBytes = otherSegmentBytes;
      draft.bufferBytes = otherBufferBytes;
    });
  }

  /// The same with another interval.
  public LogOptions withIntervalNanos(long otherIntervalNanos) {
    return with(draft -> draft.intervalNanos = otherIntervalNanos);
  }

  /// The same with another `keepFromLsn`.
  public LogOptions withKeepFromLsn(long otherKeepFromLsn) {
    return with(draft -> draft.keepFromLsn = otherKeepFromLsn);
  }

  /// The same with another `knownDurableLsn`.
  public LogOptions withKnownDurableLsn(long otherKnownDurableLsn) {
    return with(draft -> draft.knownDurableLsn = otherKnownDurableLsn);
  }

  /// The same with another `maxBytes`.
  public LogOptions withMaxBytes(long otherMaxBytes) {
    return with(draft -> draft.maxBytes = otherMaxBytes);
  }

  /// The same with another place where the replay begins.
  public LogOptions withReplayFromLsn(long otherReplayFromLsn) {
    return with(draft -> draft.replayFromLsn = otherReplayFromLsn);
  }

  /// The same, but there has to be a log already.
  public LogOptions withMustExist() {
    return with(draft -> draft.mustExist = true);
  }

  /// The same with another number of files kept for reuse.
  public LogOptions withSpareSegmentCount(int otherSpareSegmentCount) {
    return with(draft -> draft.spareSegmentCount = otherSpareSegmentCount);
  }

  /// The longest payload of a log with such a buffer.
  public static int maxPayloadBytes(int bufferBytes) {
    return bufferBytes / 2;
  }

  private static boolean isPowerOfTwo(long value, long least, long most) {
    return value >= least && value <= most && Long.bitCount(value) == 1;
  }

  private static String powerOfTwo(long least, long most) {
    return "a power of two from " + least + " to " + most;
  }

  private static String problem(String name, long found, String expected) {
    return name + ": found " + found + ", expected " + expected;
  }
}
