package org.basaltdb.core.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.basaltdb.core.store.PageFile;

/// The files of page images of all partitions: made, opened, synced and closed together.
///
/// Thread rules: one thread at a time.
public final class PageFiles implements Closeable {
  private final List<PageFile> files = new ArrayList<>();

  private PageFiles() {}

  /// How one of them is come by.
  interface Source {
    PageFile file(int partition) throws IOException;
  }

  /// All of them, or none if one cannot be had.
  static PageFiles of(int partitionCount, Source source) throws IOException {
    PageFiles all = new PageFiles();
    try {
      for (int partition = 0; partition < partitionCount; partition++) {
        all.files.add(source.file(partition));
      }
      return all;
    } catch (Throwable failure) {
      all.closeAfter(failure);
      throw failure;
    }
  }

  /// The file of a partition.
  PageFile get(int partition) {
    return files.get(partition);
  }

  /// Makes what was written durable.
  ///
  /// @throws IOException if one cannot be synced; then nothing written since the last is certain
  void sync() throws IOException {
    for (PageFile file : files) {
      file.sync();
    }
  }

  /// Closes them because of a failure, to which failures of its own are added.
  public void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IOException further) {
      failure.addSuppressed(further);
    }
  }

  /// Closes each, whatever comes of the others; again does nothing.
  @Override
  public void close() throws IOException {
    FirstFailure<IOException> failures = new FirstFailure<>();
    for (PageFile file : files) {
      try {
        file.close();
      } catch (IOException unclosed) {
        failures.add(unclosed);
      }
    }
    files.clear();
    failures.rethrow();
  }
}
