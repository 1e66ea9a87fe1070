package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Does what an open consists of in steps that share nothing but what is safe to share, as a rule
/// one a partition, by several threads.
///
/// What is short is done by the calling thread alone, since a thread costs more than it saves.
public final class OpenSteps {
  /// Bytes to be read or replayed from which on it is worth other threads.
  private static final long WORTHWHILE_BYTES = 1 << 20;

  private OpenSteps() {}

  /// What is done.
  public interface Step {
    /// Does one step. What it writes is seen by the thread that called [#run].
    void run(int number) throws IOException;
  }

  /// Does all steps by as many threads as there are processors, and returns when they are done. An
  /// interrupt does not end the wait, and stays set.
  ///
  /// @param stepCount they are numbered from 0
  /// @param bytes that are to be read or replayed in all of them together
  /// @throws IOException if a step threw it. Of several failures the one of the lowest step is
  ///   thrown, with the others added
  public static void run(int stepCount, long bytes, Step step) throws IOException {
    run(stepCount, bytes, Runtime.getRuntime().availableProcessors(), step);
  }

  /// As [#run(int, long, Step)], of steps that wait for the device about as long as they compute:
  /// by twice as many threads.
  public static void runReads(int stepCount, long bytes, Step step) throws IOException {
    run(stepCount, bytes, 2 * Runtime.getRuntime().availableProcessors(), step);
  }

  private static void run(int stepCount, long bytes, int mostThreads, Step step)
      throws IOException {
    int threadCount = bytes < WORTHWHILE_BYTES ? 1 : Math.min(stepCount, mostThreads);
    Throwable[] failures = new Throwable[stepCount];
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          for (int i = next.getAndIncrement(); i < stepCount; i = next.getAndIncrement()) {
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

  private static @Nullable Throwable failureOf(Step step, int number) {
    try {
      step.run(number);
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
