package org.basaltdb.wal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;

/// Files whose syncs wait at a gate when it is shut, and that note which threads wrote and synced.
final class GatedFiles implements FileLayer {
  private final FileLayer files;
  private final ConcurrentLinkedQueue<Thread> users = new ConcurrentLinkedQueue<>();

  /// Syncs that wait at the gate.
  final Semaphore arrived = new Semaphore(0);

  private final Semaphore passes = new Semaphore(0);
  private volatile boolean shut;

  GatedFiles(FileLayer files) {
    this.files = files;
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
  public DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    return new GatedFile(files.open(path, mode, direct));
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    files.syncDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    files.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    files.delete(path);
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    return files.list(directory);
  }

  @Override
  public long size(Path path) throws IOException {
    return files.size(path);
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    files.createDirectories(directory);
  }

  @Override
  public boolean exists(Path path) {
    return files.exists(path);
  }

  private final class GatedFile implements DataFile {
    private final DataFile file;

    GatedFile(DataFile file) {
      this.file = file;
    }

    @Override
    public void read(long address, int length, long offset) throws IOException {
      file.read(address, length, offset);
    }

    @Override
    public void write(long address, int length, long offset) throws IOException {
      users.add(Thread.currentThread());
      file.write(address, length, offset);
    }

    @Override
    public void sync() throws IOException {
      users.add(Thread.currentThread());
      if (shut) {
        arrived.release();
        passes.acquireUninterruptibly();
      }
      file.sync();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      file.truncate(sizeBytes);
    }

    @Override
    public void zeroFill(long from, long to) throws IOException {
      users.add(Thread.currentThread());
      file.zeroFill(from, to);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public boolean direct() {
      return file.direct();
    }

    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
