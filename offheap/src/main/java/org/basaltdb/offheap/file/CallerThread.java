package org.basaltdb.offheap.file;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/// Runs every task at once on the thread that submits it.
///
/// An asynchronous channel of the JDK over this executor is a synchronous one that an interrupt
/// does not close. (A `FileChannel` is closed by an interrupt, for all its users.)
final class CallerThread extends AbstractExecutorService {
  static final CallerThread INSTANCE = new CallerThread();

  private CallerThread() {}

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public void shutdown() {
    throw new UnsupportedOperationException("runs as long as the process");
  }

  @Override
  public List<Runnable> shutdownNow() {
    throw new UnsupportedOperationException("runs as long as the process");
  }

  @Override
  public boolean isShutdown() {
    return false;
  }

  @Override
  public boolean isTerminated() {
    return false;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return false;
  }
}
