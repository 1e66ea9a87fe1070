package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Does something for each partition while a database is opened, by as many threads as there are
/// processors: partitions share nothing that is not safe to share.
///
/// What is short is done by the calling thread alone, since a thread costs more than it saves.
public final class EachPartition {
  /// Bytes to be read or replayed from which on it is worth other threads.
  private static final long WORTHWHILE_BYTES = 1 << 20;

  private EachPartition() {}

  /// What is done.
  public interface Step {
    /// Does it for one partition. What it writes is seen by the thread that called [#run].
    void run(int partition) throws IOException;
  }

  /// Does it, and returns when it is done for all. An interrupt does not end the wait, and stays
  /// set.
  ///
  /// @param bytes that are to be read or replayed in all of them together
  /// @throws IOException if a step threw it. Of several failures the one of the lowest partition is
  ///   thrown, with the others added
  public static void run(int partitionCount, long bytes, Step step) throws IOException {
    int threadCount =
        bytes < WORTHWHILE_BYTES
            ? 1
            : Math.min(partitionCount, Runtime.getRuntime().availableProcessors());
    Throwable[] failures = new Throwable[partitionCount];
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < partitionCount; i = next.getAndIncrement()) {
            failures[i] = failureOf(step, i);
          }
        };
    Thread[] helpers = new Thread[threadCount - 1];
    for (int i = 0; i < helpers.length; i++) {
      helpers[i] = Thread.ofPlatform().daemon().name("basalt-open-" + i).start(work);
    }
    work.run();
    joinAll(helpers);
    throwFirst(failures);
  }

  private static @Nullable Throwable failureOf(Step step, int partition) {
    try {
      step.run(partition);
      return null;
    } catch (Throwable failure) {
      return failure;
    }
  }

  private static void joinAll(Thread[] helpers) {
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void throwFirst(Throwable[] failures) throws IOException {
    Throwable first = null;
    for (Throwable failure : failures) {
      if (first == null) {
        first = failure;
      } else if (failure != null) {
        first.addSuppressed(failure);
      }
    }
    switch (first) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(first);
    }
  }
}
