package org.basaltdb.wal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.fault.ForwardingFile;
import org.basaltdb.offheap.file.fault.ForwardingFiles;

/// Files whose syncs wait at a gate when it is shut, and that note which threads wrote and synced.
final class GatedFiles extends ForwardingFiles {
  private final ConcurrentLinkedQueue<Thread> users = new ConcurrentLinkedQueue<>();

  /// Syncs that wait at the gate.
  final Semaphore arrived = new Semaphore(0);

  private final Semaphore passes = new Semaphore(0);
  private volatile boolean shut;

  GatedFiles(FileLayer files) {
    super(files);
  }

  /// From now on a sync waits until it is let pass.
  void shut() {
    shut = true;
  }

  /// Lets one sync pass.
  void letOnePass() {
    passes.release();
  }

  /// Opens the gate for everybody.
  void open() {
    shut = false;
    passes.release(1000);
  }

  /// The threads that wrote or synced since the last call.
  List<Thread> takeUsers() {
    List<Thread> taken = List.copyOf(users);
    users.clear();
    return taken;
  }

  @Override
  protected DataFile opened(DataFile file) {
    return new GatedFile(file);
  }

  private final class GatedFile extends ForwardingFile {
    GatedFile(DataFile file) {
      super(file);
    }

    @Override
    public void write(long address, int length, long offset) throws IOException {
      users.add(Thread.currentThread());
      super.write(address, length, offset);
    }

    @Override
    public void sync() throws IOException {
      users.add(Thread.currentThread());
      if (shut) {
        arrived.release();
        passes.acquireUninterruptibly();
      }
      super.sync();
    }

    @Override
    public void zeroFill(long from, long to) throws IOException {
      users.add(Thread.currentThread());
      super.zeroFill(from, to);
    }
  }
}
