package org.basaltdb.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.recovery.Manifest;
import org.basaltdb.core.table.MutationRecordLayout;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.wal.Durability;
import org.basaltdb.wal.LogOptions;
import org.jspecify.annotations.Nullable;

/// How a database is opened. Immutable; what is not set keeps its default.
///
/// ```java
/// Options options =
///     Options.builder().memoryBudgetBytes(8L << 30).durability(Durability.INTERVAL).build();
/// ```
public final class Options {
  /// The least memory budget: an empty database with its log buffer fits.
  public static final long MIN_MEMORY_BUDGET_BYTES = 16L << 20;

  /// The most commands that can wait for a partition.
  public static final int MAX_RING_CAPACITY = 1 << 20;

  /// The most sessions that the pool can have.
  public static final int MAX_SESSION_POOL_SIZE = 1 << 12;

  /// The most writes that a session can have in flight.
  public static final int MAX_SUBMIT_SLOTS = 1 << 14;

  /// The least that pages can be given.
  public static final long MIN_POOL_BYTES = (long) BufferPool.MIN_FRAMES * BlockPool.BLOCK_BYTES;

  /// Of the budget, in percent, what pages take at most by default; a tenth is for indexes, the
  /// rest for the log, buffers and what lies between.
  private static final int DEFAULT_POOL_PERCENT = 70;

  private static final long DEFAULT_CHECKPOINT_LOG_BYTES = 1L << 30;
  private static final long MIN_CHECKPOINT_LOG_BYTES = 64L << 10;
  private static final long MAX_CHECKPOINT_LOG_BYTES = 1L << 50;
  private static final long MAX_LOG_BYTES = 1L << 60;

  private final long memoryBudgetBytes;
  private final long poolBytes;
  private final int partitions;
  private final boolean partitionsChosen;
  private final Durability durability;
  private final Duration interval;
  private final WriterMode writerMode;
  private final WriterIdle writerIdle;
  private final int ringCapacity;
  private final Duration backpressureTimeout;
  private final int sessionPoolSize;
  private final int submitSlots;
  private final long logSegmentBytes;
  private final int logBufferBytes;
  private final long checkpointLogBytes;
  private final long maxLogBytes;
  private final boolean numa;
  private final Seam seam;

  private Options(Builder builder) {
    this.memoryBudgetBytes = builder.memoryBudgetBytes;
    this.poolBytes =
        builder.poolBytes == 0
            ? builder.memoryBudgetBytes / 100 * DEFAULT_POOL_PERCENT
            : builder.poolBytes;
    this.partitions = builder.partitions;
    this.partitionsChosen = builder.partitionsChosen;
    this.durability = builder.durability;
    this.interval = builder.interval;
    this.writerMode = builder.writerMode;
    this.writerIdle = builder.writerIdle;
    this.ringCapacity = builder.ringCapacity;
    this.backpressureTimeout = builder.backpressureTimeout;
    this.sessionPoolSize = builder.sessionPoolSize;
    this.submitSlots = builder.submitSlots;
    this.logSegmentBytes = builder.logSegmentBytes;
    this.logBufferBytes = builder.logBufferBytes;
    this.checkpointLogBytes = builder.checkpointLogBytes;
    this.maxLogBytes =
        builder.maxLogBytes == 0
            ? 2 * minLogBytes(builder.checkpointLogBytes, builder.logSegmentBytes)
            : builder.maxLogBytes;
    this.numa = builder.numa;
    this.seam = builder.seam;
  }

  /// All defaults.
  public static Options defaults() {
    return builder().build();
  }

  /// A builder with all defaults.
  public static Builder builder() {
    return new Builder();
  }

  /// The most bytes of memory outside the heap that the database takes.
  public long memoryBudgetBytes() {
    return memoryBudgetBytes;
  }

  /// The most bytes of memory that pages of a database on disk take.
  public long poolBytes() {
    return poolBytes;
  }

  /// The partitions of a database that is created.
  public int partitions() {
    return partitions;
  }

  boolean partitionsChosen() {
    return partitionsChosen;
  }

  /// The durability of writes that do not say otherwise.
  public Durability durability() {
    return durability;
  }

  /// The time from one sync of what was written with [Durability#INTERVAL] to the next.
  public Duration interval() {
    return interval;
  }

  /// Who carries writes out.
  public WriterMode writerMode() {
    return writerMode;
  }

  /// What dedicated writers do when idle.
  public WriterIdle writerIdle() {
    return writerIdle;
  }

  /// The most commands that wait for a partition.
  public int ringCapacity() {
    return ringCapacity;
  }

  /// How long a write waits for room where the most commands are waiting.
  public Duration backpressureTimeout() {
    return backpressureTimeout;
  }

  /// The most sessions that are lent at a time.
  public int sessionPoolSize() {
    return sessionPoolSize;
  }

  /// The most writes that a session has in flight.
  public int submitSlots() {
    return submitSlots;
  }

  /// The bytes of a log segment.
  public long logSegmentBytes() {
    return logSegmentBytes;
  }

  /// The bytes of the buffer between writers and the log's files.
  public int logBufferBytes() {
    return logBufferBytes;
  }

  /// The bytes of the longest row that is accepted: what half the log's buffer holds, and never
  /// more than 24 MiB. Large values count in full. A longer one is refused with
  /// [org.basaltdb.core.error.RowTooLargeException] before anything changes.
  public int maxRowBytes() {
    return MutationRecordLayout.maxImageBytes(LogOptions.maxPayloadBytes(logBufferBytes));
  }

  /// The bytes of log after which a checkpoint is made.
  public long checkpointLogBytes() {
    return checkpointLogBytes;
  }

  /// The most bytes that the files of the log take.
  public long maxLogBytes() {
    return maxLogBytes;
  }

  /// What two checkpoints need between them, and what is written before and behind.
  private static long minLogBytes(long checkpointLogBytes, long logSegmentBytes) {
    return 2 * checkpointLogBytes + 4 * logSegmentBytes;
  }

  /// Whether memory and dedicated writers are bound to NUMA nodes.
  public boolean numa() {
    return numa;
  }

  Seam seam() {
    return seam;
  }

  /// Collects options. Values are checked by [#build], all at once. Not for use by several threads.
  public static final class Builder {
    private static final Duration MIN_INTERVAL = Duration.ofNanos(LogOptions.MIN_INTERVAL_NANOS);
    private static final Duration MAX_INTERVAL = Duration.ofDays(1);

    private long memoryBudgetBytes = MemoryLimit.defaultBudgetBytes();
    private long poolBytes;
    private int partitions =
        Math.min(Runtime.getRuntime().availableProcessors(), Manifest.MAX_PARTITION_COUNT);
    private boolean partitionsChosen;
    private Durability durability = Durability.SYNC;
    private Duration interval = Duration.ofNanos(LogOptions.DEFAULT_INTERVAL_NANOS);
    private WriterMode writerMode = WriterMode.CALLER_RUNS;
    private WriterIdle writerIdle = WriterIdle.BACKOFF;
    private int ringCapacity = 1024;
    private Duration backpressureTimeout = Duration.ofSeconds(1);
    private int sessionPoolSize = 32;
    private int submitSlots = 64;
    private long logSegmentBytes = LogOptions.DEFAULT_SEGMENT_BYTES;
    private int logBufferBytes = LogOptions.DEFAULT_BUFFER_BYTES;
    private long checkpointLogBytes = DEFAULT_CHECKPOINT_LOG_BYTES;
    private long maxLogBytes;
    private boolean numa = true;
    private Seam seam = Seam.system();

    private Builder() {}

    /// The most bytes of memory outside the heap that the database takes; what would go beyond
    /// fails with [org.basaltdb.core.error.MemoryBudgetExceededException] before it changed
    /// anything. At least [#MIN_MEMORY_BUDGET_BYTES] and at most the limit of the process's control
    /// group. Default: half of the machine's memory, or of that limit.
    public Builder memoryBudgetBytes(long bytes) {
      this.memoryBudgetBytes = bytes;
      return this;
    }

    /// The most bytes of memory that pages take, in all partitions together; the rest of the budget
    /// is for indexes, the log and buffers. When there are more pages, those that were not read for
    /// the longest time leave memory, and are read from disk when they are wanted. One large value
    /// may go beyond it while it is written, and each partition has 64 pages (512 KiB) in any case.
    /// From [#MIN_POOL_BYTES] to the budget; 0 for the default, which is 70 % of the budget.
    /// Without meaning for a database that lives in memory only.
    public Builder poolBytes(long bytes) {
      this.poolBytes = bytes;
      return this;
    }

    /// How many partitions a database gets when it is created, 1 to 1024; fixed for its life.
    /// Writes to different partitions do not wait for each other. Default: the number of
    /// processors. Opening a database that has another number is an error if this was set, and
    /// ignored if it was not.
    public Builder partitions(int count) {
      this.partitions = count;
      this.partitionsChosen = true;
      return this;
    }

    /// The durability of writes that do not say otherwise. Default: [Durability#SYNC].
    public Builder durability(Durability value) {
      this.durability = value;
      return this;
    }

    /// The time from one sync of what was written with [Durability#INTERVAL] to the next: 1 ms to 1
    /// day. A crash takes as much as that, and what a slow disk adds. Default: 100 ms.
    public Builder interval(Duration value) {
      this.interval = value;
      return this;
    }

    /// Who carries writes out. Default: [WriterMode#CALLER_RUNS].
    public Builder writerMode(WriterMode value) {
      this.writerMode = value;
      return this;
    }

    /// What dedicated writers do when idle; means nothing where callers write. Default:
    /// [WriterIdle#BACKOFF].
    public Builder writerIdle(WriterIdle value) {
      this.writerIdle = value;
      return this;
    }

    /// The most commands that wait for a partition, 2 to [#MAX_RING_CAPACITY], rounded up to a
    /// power of two. Default: 1024.
    public Builder ringCapacity(int commandCount) {
      this.ringCapacity = commandCount;
      return this;
    }

    /// How long a write waits for room where the most commands are waiting, before it fails with
    /// [org.basaltdb.core.error.BackpressureException]; zero for not at all. Default: 1 s.
    public Builder backpressureTimeout(Duration value) {
      this.backpressureTimeout = value;
      return this;
    }

    /// The most sessions that [Basalt#withSession] lends at a time, 1 to [#MAX_SESSION_POOL_SIZE];
    /// they are made when first needed. Default: 32.
    public Builder sessionPoolSize(int sessionCount) {
      this.sessionPoolSize = sessionCount;
      return this;
    }

    /// The most writes that one session has submitted and not consumed, 1 to [#MAX_SUBMIT_SLOTS].
    /// Default: 64.
    public Builder submitSlots(int slotCount) {
      this.submitSlots = slotCount;
      return this;
    }

    /// The bytes of a log segment: a power of two, at least the log buffer. Default: 64 MiB.
    public Builder logSegmentBytes(long bytes) {
      this.logSegmentBytes = bytes;
      return this;
    }

    /// The bytes of the buffer between writers and the log's files: a power of two from 16 KiB to 1
    /// GiB. A row is logged in one piece, and half of the buffer is the longest piece, so it limits
    /// the rows too: see [Options#maxRowBytes()]. With the default of 32 MiB a row may have 16 MiB
    /// less 16 bytes; from 64 MiB on, the 24 MiB that no row may exceed.
    public Builder logBufferBytes(int bytes) {
      this.logBufferBytes = bytes;
      return this;
    }

    /// The bytes of log after which a checkpoint is made: from 64 KiB to 1 PiB. The log on disk is
    /// about twice as long, because the checkpoint before the newest one needs its part too; an
    /// open replays about as much at most. Default: 1 GiB.
    public Builder checkpointLogBytes(long bytes) {
      this.checkpointLogBytes = bytes;
      return this;
    }

    /// The most bytes that the files of the log take. A write that would need more waits until a
    /// checkpoint has let go of some; while checkpoints fail it ends with
    /// [org.basaltdb.core.error.ReadOnlyException]. At least twice `checkpointLogBytes` and four
    /// segments; 0 for the default, which is twice that: with the other defaults 4.5 GiB. A log
    /// that is longer when it is opened is taken as it is.
    public Builder maxLogBytes(long bytes) {
      this.maxLogBytes = bytes;
      return this;
    }

    /// Whether memory and dedicated writers are bound to NUMA nodes, where there are several.
    /// Default: true.
    public Builder numa(boolean value) {
      this.numa = value;
      return this;
    }

    /// Clock, files and random numbers other than the machine's. For tests.
    Builder seam(Seam value) {
      this.seam = value;
      return this;
    }

    /// Checks the options.
    ///
    /// @throws InvalidOptionsException if any is out of range; it names every one that is
    public Options build() {
      List<String> problems = new ArrayList<>();
      checkMemory(problems);
      if (poolBytes != 0) {
        range(problems, "poolBytes", poolBytes, MIN_POOL_BYTES, memoryBudgetBytes);
      }
      range(problems, "partitions", partitions, 1, Manifest.MAX_PARTITION_COUNT);
      range(problems, "ringCapacity", ringCapacity, 2, MAX_RING_CAPACITY);
      range(problems, "sessionPoolSize", sessionPoolSize, 1, MAX_SESSION_POOL_SIZE);
      range(problems, "submitSlots", submitSlots, 1, MAX_SUBMIT_SLOTS);
      present(problems, "durability", durability, Durability.values());
      present(problems, "writerMode", writerMode, WriterMode.values());
      present(problems, "writerIdle", writerIdle, WriterIdle.values());
      range(problems, "interval", interval, MIN_INTERVAL, MAX_INTERVAL);
      range(problems, "backpressureTimeout", backpressureTimeout, Duration.ZERO, MAX_INTERVAL);
      checkLog(problems);
      if (!problems.isEmpty()) {
        throw new InvalidOptionsException(problems);
      }
      return new Options(this);
    }

    private void checkMemory(List<String> problems) {
      long most = MemoryBudget.cgroupLimitBytes();
      if (memoryBudgetBytes < MIN_MEMORY_BUDGET_BYTES || memoryBudgetBytes > most) {
        problems.add(
            problem(
                "memoryBudgetBytes",
                memoryBudgetBytes,
                most == Long.MAX_VALUE
                    ? "at least " + MIN_MEMORY_BUDGET_BYTES
                    : MIN_MEMORY_BUDGET_BYTES + " to " + most + ", the control group's limit"));
      } else if (logBufferBytes > memoryBudgetBytes / 2) {
        problems.add(
            problem(
                "logBufferBytes",
                logBufferBytes,
                "at most half of memoryBudgetBytes, " + memoryBudgetBytes / 2));
      } else if (partitionsChosen && partitions > memoryBudgetBytes / Partition.MIN_BYTES) {
        problems.add(
            problem(
                "partitions",
                partitions,
                "at most "
                    + memoryBudgetBytes / Partition.MIN_BYTES
                    + ", for which memoryBudgetBytes has room"));
      }
    }

    private void checkLog(List<String> problems) {
      range(
          problems,
          "checkpointLogBytes",
          checkpointLogBytes,
          MIN_CHECKPOINT_LOG_BYTES,
          MAX_CHECKPOINT_LOG_BYTES);
      boolean bufferFits =
          powerOfTwo(
              problems,
              "logBufferBytes",
              logBufferBytes,
              LogOptions.MIN_BUFFER_BYTES,
              LogOptions.MAX_BUFFER_BYTES);
      boolean segmentFits =
          powerOfTwo(
              problems,
              "logSegmentBytes",
              logSegmentBytes,
              LogOptions.MIN_BUFFER_BYTES,
              LogOptions.MAX_SEGMENT_BYTES);
      if (maxLogBytes != 0 && segmentFits) {
        long least = minLogBytes(checkpointLogBytes, logSegmentBytes);
        range(problems, "maxLogBytes", maxLogBytes, least, MAX_LOG_BYTES);
      }
      if (bufferFits && segmentFits && logSegmentBytes < logBufferBytes) {
        problems.add(
            problem(
                "logSegmentBytes", logSegmentBytes, "at least logBufferBytes, " + logBufferBytes));
      }
    }

    private static boolean powerOfTwo(
        List<String> problems, String name, long found, long least, long most) {
      if (found >= least && found <= most && Long.bitCount(found) == 1) {
        return true;
      }
      problems.add(problem(name, found, "a power of two from " + least + " to " + most));
      return false;
    }

    private static void range(
        List<String> problems, String name, long found, long least, long most) {
      if (found < least || found > most) {
        problems.add(problem(name, found, least + " to " + most));
      }
    }

    private static void present(
        List<String> problems, String name, @Nullable Object found, Object[] choices) {
      if (found == null) {
        problems.add(problem(name, "null", "one of " + Arrays.toString(choices)));
      }
    }

    private static void range(
        List<String> problems,
        String name,
        @Nullable Duration found,
        Duration least,
        Duration most) {
      if (found == null) {
        problems.add(problem(name, "null", least + " to " + most));
      } else if (found.compareTo(least) < 0 || found.compareTo(most) > 0) {
        problems.add(problem(name, found, least + " to " + most));
      }
    }

    private static String problem(String name, Object found, String expected) {
      return name + ": found " + found + ", expected " + expected;
    }
  }
}
