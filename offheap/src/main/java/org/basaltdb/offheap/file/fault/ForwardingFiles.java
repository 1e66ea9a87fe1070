package org.basaltdb.offheap.file.fault;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;

/// Files that are other files: for tests that hold up, count or fail some operation, and override
/// it. Here and in [ForwardingFile] everything goes through unchanged.
public abstract class ForwardingFiles implements FileLayer {
  private final FileLayer files;

  /// Files in front of `files`.
  protected ForwardingFiles(FileLayer files) {
    this.files = files;
  }

  /// The file to be used in place of one that was opened.
  protected abstract DataFile opened(DataFile file);

  @Override
  public final DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    return opened(files.open(path, mode, direct));
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
}
