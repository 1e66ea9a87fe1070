package org.basaltdb.offheap.file.fault;

import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.file.DataFile;

/// A file that is another file; see [ForwardingFiles].
public abstract class ForwardingFile implements DataFile {
  private final DataFile file;

  /// A file in front of `file`.
  protected ForwardingFile(DataFile file) {
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
  public boolean punchHole(long from, long to) throws IOException {
    return file.punchHole(from, to);
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
