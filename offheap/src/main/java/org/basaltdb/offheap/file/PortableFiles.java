package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// The files of the machine over the JDK alone. Always through the page cache; that is part of what
/// portable mode has reported.
public final class PortableFiles extends NamedFiles {
  /// Files over the JDK.
  public PortableFiles() {}

  @Override
  public DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    Set<OpenOption> options =
        mode == OpenMode.CREATE_NEW
            ? Set.of(
                StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new PortableFile(
        path, AsynchronousFileChannel.open(path, options, CallerThread.INSTANCE), direct);
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    // opened for reading, a directory is a file to every system but Windows, which needs no such
    // sync
    if (System.getProperty("os.name", "").startsWith("Windows")) {
      return;
    }
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(
            directory, Set.of(StandardOpenOption.READ), CallerThread.INSTANCE)) {
      channel.force(true);
    } catch (IOException failure) {
      throw FileErrorException.ofCause("sync directory", directory, -1, failure);
    }
  }
}
