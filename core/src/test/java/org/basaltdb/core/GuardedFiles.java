package org.basaltdb.core;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.ForwardingFile;
import org.basaltdb.offheap.file.fault.ForwardingFiles;
import org.jspecify.annotations.Nullable;

/// The machine's files, with syncs that a test can hold up or make fail.
final class GuardedFiles extends ForwardingFiles {
  private volatile @Nullable CountDownLatch gate;
  private volatile boolean failing;
  private volatile boolean failingClose;
  private final AtomicInteger heldCount = new AtomicInteger();

  GuardedFiles() {
    super(FileLayer.system());
  }

  Seam seam() {
    return new Seam(Clock.system(), this, Randomness.system());
  }

  /// From now on a sync waits.
  void hold() {
    gate = new CountDownLatch(1);
  }

  /// Lets those syncs go on that wait, and all later ones.
  void release() {
    CountDownLatch held = gate;
    gate = null;
    if (held != null) {
      held.countDown();
    }
  }

  /// From now on a sync fails.
  void fail() {
    failing = true;
  }

  /// From now on the close of a file reports a failure; the file is closed.
  void failClose() {
    failingClose = true;
  }

  /// How many syncs have waited or wait.
  int heldCount() {
    return heldCount.get();
  }

  private void beforeSync(Path path) throws IOException {
    CountDownLatch held = gate;
    if (held != null) {
      heldCount.incrementAndGet();
      try {
        held.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    if (failing) {
      throw new IOException("sync of " + path + " fails because the test says so");
    }
  }

  @Override
  protected DataFile opened(DataFile file) {
    return new GuardedFile(file);
  }

  private final class GuardedFile extends ForwardingFile {
    GuardedFile(DataFile file) {
      super(file);
    }

    @Override
    public void sync() throws IOException {
      beforeSync(path());
      super.sync();
    }

    @Override
    public void close() throws IOException {
      super.close();
      if (failingClose) {
        throw new IOException("close of " + path() + " fails because the test says so");
      }
    }
  }
}
