package org.basaltdb.core.partition;

import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.IdleStrategy;

/// The thread that writes a partition for all callers, for machines with cores to spare. It holds
/// the writer token from start to close and lends the partition between two commands (TOKEN-5).
public final class DedicatedWriter implements AutoCloseable {
  private static final int CLOSE_RETRY_MILLIS = 5_000;

  private final CommandQueue queue;
  private final String name;
  private final AgentRunner runner;
  private final CountDownLatch started = new CountDownLatch(1);

  private DedicatedWriter(
      CommandQueue queue, String name, IdleStrategy idleStrategy, Consumer<Thread> onThreadStart) {
    this.queue = queue;
    this.name = name;
    // A throwable of a command stays with the command; one that gets as far as the runner is the
    // queue's own and fails the partition.
    this.runner = new AgentRunner(idleStrategy, queue::fail, null, new Duty(onThreadStart));
  }

  /// Starts the thread.
  ///
  /// @param queue made for a dedicated writer
  /// @param name of the thread
  /// @param idleStrategy what the thread does while there is nothing to do; owned by it from now on
  /// @param onThreadStart called once on the new thread, for instance to bind it to processors
  public static DedicatedWriter start(
      CommandQueue queue, String name, IdleStrategy idleStrategy, Consumer<Thread> onThreadStart) {
    DedicatedWriter writer = new DedicatedWriter(queue, name, idleStrategy, onThreadStart);
    AgentRunner.startOnThread(
        writer.runner,
        work -> {
          Thread thread = new Thread(work, name);
          thread.setDaemon(true);
          return thread;
        });
    writer.awaitStarted();
    return writer;
  }

  /// A runner closed before its thread ran would end the duty on the closing thread.
  private void awaitStarted() {
    boolean interrupted = false;
    while (true) {
      try {
        started.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Carries out what still waits and ends the thread; returns when it has ended. Nothing may be
  /// submitted any more.
  @Override
  public void close() {
    // The runner would pass an interrupt of this thread on to the writer, which is not meant.
    boolean interrupted = Thread.interrupted();
    runner.close(
        CLOSE_RETRY_MILLIS,
        stuck ->
            System.getLogger("org.basaltdb")
                .log(
                    Level.WARNING,
                    "the writer thread '"
                        + name
                        + "' has not ended after "
                        + CLOSE_RETRY_MILLIS
                        + " ms; waiting on"));
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Duty implements Agent {
    private final Consumer<Thread> onThreadStart;

    Duty(Consumer<Thread> onThreadStart) {
      this.onThreadStart = onThreadStart;
    }

    @Override
    public void onStart() {
      queue.startDuty();
      started.countDown();
      onThreadStart.accept(Thread.currentThread());
    }

    @Override
    public int doWork() {
      return queue.duty();
    }

    @Override
    public void onClose() {
      queue.endDuty();
    }

    @Override
    public String roleName() {
      return name;
    }
  }
}
