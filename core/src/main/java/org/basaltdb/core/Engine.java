package org.basaltdb.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.SleepingIdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.basaltdb.core.catalog.Catalog;
import org.basaltdb.core.checkpoint.CheckpointFiles;
import org.basaltdb.core.checkpoint.CheckpointRestore;
import org.basaltdb.core.checkpoint.Checkpointer;
import org.basaltdb.core.checkpoint.ReplayPages;
import org.basaltdb.core.checkpoint.Restored;
import org.basaltdb.core.error.BackpressureException;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.error.CorruptPageFileException;
import org.basaltdb.core.error.InvalidOptionsException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.partition.CommandQueue;
import org.basaltdb.core.partition.Loan;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.recovery.DatabaseDirectory;
import org.basaltdb.core.recovery.DeferredLog;
import org.basaltdb.core.recovery.LogReplay;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.wal.CommitLog;
import org.basaltdb.wal.Log;
import org.basaltdb.wal.LogException;
import org.basaltdb.wal.LogOptions;
import org.basaltdb.wal.MemoryLog;
import org.jspecify.annotations.Nullable;

/// The parts of an open database, put together and taken apart.
///
/// Two kinds of announcement keep a close, which unmaps everything, away from whoever is inside
/// (MEM-1, CLOSE-1). Both are slots of [Epochs], and whoever announced himself looks at the mark of
/// the close before he touches anything:
///
/// | announcement | by whom | how long | also holds back |
/// |---|---|---|---|
/// | `epochs` | reads, while they walk shared memory | about a microsecond, never over a wait | the reuse of unlinked blocks |
/// | `gate` | writes, from the first look at the session to the acknowledgement | as long as a sync or a full ring takes | nothing |
final class Engine {
  private static final long SLEEPING_IDLE_NANOS = TimeUnit.MICROSECONDS.toNanos(10);
  private static final long CLOSE_REPORT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int SPARE_SEGMENT_COUNT = LogOptions.DEFAULT_SPARE_SEGMENT_COUNT;

  /// Operations on files that have failed to read where they fail, unless the disk is full.
  private static final Set<String> READING = Set.of("open", "read", "size");

  private final String name;
  private final Options options;
  private final @Nullable DatabaseDirectory directory;
  private final MemoryBudget budget;
  private final Epochs epochs;
  private final Epochs gate;
  private final List<Partition> partitions;
  private final CommandQueue[] queues;
  private final Catalog catalog;
  private final CommitLog log;

  /// Null for a database that lives in memory only.
  private final @Nullable Checkpointer checkpointer;

  private final long replayedRecordCount;
  private final Lifecycle lifecycle;
  private final long fullTimeoutNanos;

  /// What the log had made durable when it was closed, zero if that is not known; valid once
  /// [Lifecycle#awaitEnd] has returned.
  private volatile long finalDurableLsn;

  private Engine(
      String name,
      Options options,
      @Nullable DatabaseDirectory directory,
      MemoryBudget budget,
      Epochs epochs,
      List<Partition> partitions,
      Catalog catalog,
      CommitLog log,
      @Nullable Checkpointer checkpointer,
      long replayedRecordCount) {
    this.name = name;
    this.options = options;
    this.directory = directory;
    this.budget = budget;
    this.epochs = epochs;
    this.gate = new Epochs(options.seam().clock());
    this.partitions = partitions;
    this.queues = partitions.stream().map(Partition::queue).toArray(CommandQueue[]::new);
    this.catalog = catalog;
    this.log = log;
    this.checkpointer = checkpointer;
    this.replayedRecordCount = replayedRecordCount;
    this.lifecycle = new Lifecycle(name);
    this.fullTimeoutNanos = options.backpressureTimeout().toNanos();
  }

  /// Opens the database of a directory, or creates one there.
  static Engine open(Path path, Options options) {
    Seam seam = options.seam();
    DatabaseDirectory directory = DatabaseDirectory.open(path, seam, options.partitions());
    try {
      checkPartitions(options, directory.manifest().partitionCount());
      return assemble(
          "database " + path,
          options,
          directory,
          directory.manifest().partitionCount(),
          directory.manifest().hashSeed());
    } catch (Throwable failure) {
      closeAfter(directory, failure);
      throw failure;
    }
  }

  /// Opens a database that lives in memory only.
  static Engine openInMemory(Options options) {
    return assemble(
        "database in memory",
        options,
        null,
        options.partitions(),
        options.seam().randomness().nextLong());
  }

  private static void checkPartitions(Options options, int partitionCount) {
    if (options.partitionsChosen() && options.partitions() != partitionCount) {
      throw new InvalidOptionsException(
          List.of(
              "partitions: found "
                  + options.partitions()
                  + ", expected "
                  + partitionCount
                  + ", which was fixed when the database was created"));
    }
  }

  private static Engine assemble(
      String name,
      Options options,
      @Nullable DatabaseDirectory directory,
      int partitionCount,
      long hashSeed) {
    CheckpointFiles files = directory == null ? null : checkpointFiles(options, directory);
    int count = files == null ? 0 : files.count();
    BasaltException first = null;
    // CUT-5: for a checkpoint that is damaged, or whose parts are, the one before stands in; for
    // the
    // only one the log, which is whole then.
    for (int place = 0; place <= Math.min(count, 1); place++) {
      try {
        return assemble(name, options, directory, files, place, partitionCount, hashSeed);
      } catch (CorruptManifestException | CorruptPageException | CorruptPageFileException e) {
        first = passedOver(first, e);
      } catch (CorruptLogException e) {
        if (first == null) {
          throw e;
        }
        first = passedOver(first, e);
      } catch (RuntimeException e) {
        if (first != null) {
          e.addSuppressed(first);
        }
        throw e;
      }
    }
    throw Objects.requireNonNull(first);
  }

  private static BasaltException passedOver(
      @Nullable BasaltException first, BasaltException damaged) {
    if (first != null) {
      first.addSuppressed(damaged);
      return first;
    }
    System.getLogger("org.basaltdb")
        .log(
            Level.WARNING,
            "the newest checkpoint is damaged; the one before it is tried: {0}",
            String.valueOf(damaged.getMessage()));
    return damaged;
  }

  private static Engine assemble(
      String name,
      Options options,
      @Nullable DatabaseDirectory directory,
      @Nullable CheckpointFiles files,
      int place,
      int partitionCount,
      long hashSeed) {
    MemoryBudget budget = new MemoryBudget(options.memoryBudgetBytes());
    Epochs epochs = new Epochs(options.seam().clock());
    DeferredLog deferred = new DeferredLog();
    AtomicReference<@Nullable Checkpointer> wakeable = new AtomicReference<>();
    Partition.Shared shared =
        new Partition.Shared(
            partitionCount,
            budget,
            epochs,
            options.seam().clock(),
            deferred,
            options.ringCapacity(),
            options.writerMode() == WriterMode.DEDICATED,
            options.numa(),
            directory != null,
            options.poolBytes(),
            () -> wake(wakeable.get()));
    List<Partition> partitions = new ArrayList<>(partitionCount);
    Catalog catalog = new Catalog(partitions, epochs, deferred, hashSeed);
    CommitLog log = null;
    Restored restored = Restored.NOTHING;
    Checkpointer checkpointer = null;
    try {
      for (int number = 0; number < partitionCount; number++) {
        partitions.add(Partition.create(number, shared));
      }
      if (files != null) {
        restored = restore(name, new CheckpointRestore(files, partitions, catalog, budget), place);
      }
      boolean keepOlder = restored.hasOlder();
      ReplayPages.BeforeWriting settling =
          () -> {
            if (files != null) {
              files.settle(place, keepOlder);
            }
          };
      LogReplay replay =
          new LogReplay(
              catalog,
              partitionCount,
              restored,
              files == null ? null : new ReplayPages(name, files, partitions, budget, settling),
              budget,
              settling);
      log =
          directory == null
              ? new MemoryLog()
              : openLog(options, directory, budget, restored, replay);
      deferred.attach(log);
      if (directory != null) {
        directory.complete();
      }
      if (files != null) {
        checkpointer =
            new Checkpointer(
                name,
                files,
                partitions,
                catalog,
                log,
                budget,
                options.checkpointLogBytes(),
                restored);
        wakeable.set(checkpointer);
      }
      partitions.forEach(Partition::opened);
      Engine engine =
          new Engine(
              name,
              options,
              directory,
              budget,
              epochs,
              List.copyOf(partitions),
              catalog,
              log,
              checkpointer,
              replay.recordCount());
      engine.startWriters();
      if (checkpointer != null) {
        checkpointer.start();
      }
      return engine;
    } catch (Throwable failure) {
      takeApart(partitions, catalog, log, failure);
      closeAfter(files, failure);
      if (failure instanceof RuntimeException e) {
        throw Failures.named(e);
      }
      throw failure;
    }
  }

  private static void wake(@Nullable Checkpointer checkpointer) {
    if (checkpointer != null) {
      checkpointer.wake();
    }
  }

  private static void closeAfter(@Nullable CheckpointFiles files, Throwable failure) {
    try {
      if (files != null) {
        files.closePages();
      }
    } catch (IOException further) {
      failure.addSuppressed(further);
    }
  }

  private static CheckpointFiles checkpointFiles(Options options, DatabaseDirectory directory) {
    try {
      return new CheckpointFiles(
          options.seam().files(),
          directory.path(),
          directory.manifest().databaseId(),
          directory.manifest().partitionCount());
    } catch (IOException e) {
      throw new NotReadableException(
          directory.path().toString(),
          "a directory that cannot be listed: " + FileErrorException.brief(e),
          e);
    }
  }

  private static Restored restore(String name, CheckpointRestore checkpoints, int place) {
    try {
      return checkpoints.restore(place);
    } catch (IOException e) {
      throw new NotReadableException(
          name, "a checkpoint that cannot be read: " + FileErrorException.brief(e), e);
    }
  }

  private static CommitLog openLog(
      Options options,
      DatabaseDirectory directory,
      MemoryBudget budget,
      Restored restored,
      LogReplay replay) {
    LogOptions logOptions =
        new LogOptions(
            directory.logPath(),
            directory.manifest().databaseId(),
            options.logSegmentBytes(),
            options.logBufferBytes(),
            options.interval().toNanos(),
            restored.replayFromLsn(),
            directory.isComplete(),
            SPARE_SEGMENT_COUNT,
            budget,
            restored.keepFromLsn(),
            restored.knownDurableLsn(),
            options.maxLogBytes());
    try (replay) {
      return Log.open(logOptions, options.seam(), replay);
    } catch (IOException e) {
      throw cannotUseLog(directory.path().toString(), e);
    }
  }

  private static BasaltException cannotUseLog(String path, IOException e) {
    String found = "a log that cannot be opened: " + FileErrorException.brief(e);
    boolean whileWriting =
        e instanceof FileErrorException error
            && (error.diskFull() || !READING.contains(error.operation()));
    return whileWriting
        ? new NotWritableException(path, found, e)
        : new NotReadableException(path, found, e);
  }

  private static void takeApart(
      List<Partition> partitions, Catalog catalog, @Nullable CommitLog log, Throwable failure) {
    Teardown teardown = new Teardown(failure);
    partitions.forEach(partition -> teardown.step(partition::stopWriter));
    if (log != null) {
      teardown.step(log::close);
    }
    teardown.step(catalog::free);
    partitions.forEach(partition -> teardown.step(partition::close));
  }

  private static void closeAfter(DatabaseDirectory directory, Throwable failure) {
    try {
      directory.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void startWriters() {
    if (options.writerMode() == WriterMode.DEDICATED) {
      for (Partition partition : partitions) {
        partition.startWriter("basalt-writer-" + partition.number(), idleStrategy());
      }
    }
  }

  private IdleStrategy idleStrategy() {
    return switch (options.writerIdle()) {
      case SPIN -> new BusySpinIdleStrategy();
      case YIELD -> new YieldingIdleStrategy();
      case BACKOFF -> new BackoffIdleStrategy();
      case SLEEP -> new SleepingIdleStrategy(SLEEPING_IDLE_NANOS);
    };
  }

  String name() {
    return name;
  }

  Options options() {
    return options;
  }

  /// The directory, or null for a database that lives in memory only.
  @Nullable DatabaseDirectory directory() {
    return directory;
  }

  MemoryBudget budget() {
    return budget;
  }

  Epochs epochs() {
    return epochs;
  }

  Epochs gate() {
    return gate;
  }

  List<Partition> partitions() {
    return partitions;
  }

  CommandQueue queue(int partition) {
    return queues[partition];
  }

  Catalog catalog() {
    return catalog;
  }

  CommitLog log() {
    return log;
  }

  long replayedRecordCount() {
    return replayedRecordCount;
  }

  /// What makes its checkpoints, or null if it lives in memory only.
  @Nullable Checkpointer checkpointer() {
    return checkpointer;
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  /// How long a write waits for room in a full ring.
  long fullTimeoutNanos() {
    return fullTimeoutNanos;
  }

  /// Has a command carried out, and returns when it is done.
  ///
  /// @throws BackpressureException if there was no room for it; then it did not run
  void run(Command command, int partition) {
    if (!queues[partition].run(command, fullTimeoutNanos)) {
      throw full(partition);
    }
  }

  BackpressureException full(int partition) {
    return new BackpressureException(
        "the command ring of partition " + partition,
        fullTimeoutNanos,
        queues[partition].capacity(),
        "slow down, await submitted writes, or open with a larger ringCapacity");
  }

  /// Waits until the log is on disk up to a position: the end of a record.
  void awaitDurable(long endLsn) {
    try {
      // The log counts a record as durable when its first byte is; the last byte before the end
      // belongs to it.
      log.awaitDurable(endLsn - 1);
    } catch (LogException e) {
      throw Failures.named(e);
    }
  }

  /// Whether a record that ends there is on disk; also to be asked after the close.
  boolean isDurable(long endLsn) {
    return endLsn <= (lifecycle.isOpen() ? log.durableLsn() : finalDurableLsn);
  }

  /// Closes everything, in the thread that set the mark: waits for those inside, carries out what
  /// they submitted, and gives all memory, files and threads back.
  void close() {
    awaitIdle(gate, "writers");
    awaitIdle(epochs, "readers");
    // Submitted and not awaited: the thread that submitted left the gate, its command may still be
    // in a ring. Who gives a partition
    // back carries out what waits there; a dedicated writer does so when it is stopped.
    Teardown teardown = new Teardown(null);
    teardown.step(() -> Loan.of(partitions.stream().map(Partition::queue).toList()).close());
    teardown.step(this::stopCheckpointer);
    partitions.forEach(partition -> teardown.step(partition::stopWriter));
    teardown.step(this::closeLog);
    teardown.step(catalog::free);
    partitions.forEach(partition -> teardown.step(partition::close));
    teardown.step(this::unlock);
    if (teardown.failure() instanceof RuntimeException failure) {
      throw failure;
    }
  }

  private void stopCheckpointer() {
    Checkpointer running = checkpointer;
    if (running != null) {
      running.close();
      try {
        running.closeFiles();
      } catch (IOException e) {
        throw new NotWritableException(
            name, "page files that cannot be closed: " + FileErrorException.brief(e), e);
      }
    }
  }

  private void closeLog() {
    try {
      log.close();
    } catch (UncheckedIOException e) {
      finalDurableLsn = Long.MAX_VALUE; // everything is on disk all the same
      throw new NotWritableException(name, "files of the log that cannot be closed: " + e, e);
    }
    finalDurableLsn = Long.MAX_VALUE;
  }

  private void unlock() {
    DatabaseDirectory locked = directory;
    if (locked == null) {
      return;
    }
    try {
      locked.close();
    } catch (IOException e) {
      throw new NotWritableException(
          locked.path().toString(),
          "a lock that cannot be given back: " + FileErrorException.brief(e),
          e);
    }
  }

  /// Waits for as long as it takes: to unmap under a reader would end the process. Says so now and
  /// then.
  private void awaitIdle(Epochs announced, String who) {
    while (!announced.awaitIdle(options.seam().clock().nanoTime() + CLOSE_REPORT_NANOS)) {
      System.getLogger("org.basaltdb")
          .log(Level.WARNING, "the close of {0} still waits for {1} that are inside", name, who);
    }
  }
}
