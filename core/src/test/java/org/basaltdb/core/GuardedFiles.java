package org.basaltdb.core;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.jspecify.annotations.Nullable;

/// The machine's files, with syncs that a test can hold up or make fail.
final class GuardedFiles implements FileLayer {
  private final FileLayer files = FileLayer.system();
  private volatile @Nullable CountDownLatch gate;
  private volatile boolean failing;
  private volatile boolean failingClose;
  private final AtomicInteger heldCount = new AtomicInteger();

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
  public DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    return new GuardedFile(files.open(path, mode, direct));
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

  private final class GuardedFile implements DataFile {
    private final DataFile file;

    GuardedFile(DataFile file) {
      this.file = file;
    }

    @Override
    public void read(long address, int length, long offset) throws IOException {
      file.read(address, length, offset);
    }

    @Override
    public void write(long address, int length, long offset) throws IOException {
      file.write(address, length, offset);
    }

    @Override
    public void sync() throws IOException {
      beforeSync(file.path());
      file.sync();
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
      file.truncate(sizeBytes);
    }

    @Override
    public void zeroFill(long from, long to) throws IOException {
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
      if (failingClose) {
        throw new IOException("close of " + path() + " fails because the test says so");
      }
    }
  }
}
