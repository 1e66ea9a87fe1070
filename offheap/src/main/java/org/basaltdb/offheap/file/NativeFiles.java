package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Degradation;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.SystemCalls;

/// The files of the machine, read and written through system calls. Names and directories go
/// through the JDK, which is not interruptible there.
public final class NativeFiles extends NamedFiles {
  private static final int OWNER_READS_AND_WRITES = 0600;

  private final SystemCalls calls;

  /// Files over `calls`.
  public NativeFiles(SystemCalls calls) {
    this.calls = calls;
  }

  @Override
  public DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    int flags = SystemCalls.O_RDWR | SystemCalls.O_CLOEXEC;
    if (mode == OpenMode.CREATE_NEW) {
      flags |= SystemCalls.O_CREAT | SystemCalls.O_EXCL;
    }
    int descriptor = openDescriptor(path, flags);
    return new NativeFile(calls, path, descriptor, direct, direct && makeDirect(path, descriptor));
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    int descriptor = openDescriptor(directory, SystemCalls.O_RDONLY | SystemCalls.O_CLOEXEC);
    long result = calls.fsync(descriptor);
    while (result == -Errno.EINTR) {
      result = calls.fsync(descriptor);
    }
    calls.close(descriptor);
    if (result < 0) {
      throw FileErrorException.ofErrno("sync directory", directory, -1, (int) -result);
    }
  }

  private int openDescriptor(Path path, int flags) throws IOException {
    long result = calls.open(path.toString(), flags, OWNER_READS_AND_WRITES);
    while (result == -Errno.EINTR) {
      result = calls.open(path.toString(), flags, OWNER_READS_AND_WRITES);
    }
    if (result >= 0) {
      return (int) result;
    }
    throw switch ((int) -result) {
      case Errno.EEXIST -> new FileAlreadyExistsException(path.toString());
      case Errno.ENOENT -> new NoSuchFileException(path.toString());
      default -> FileErrorException.ofErrno("open", path, -1, (int) -result);
    };
  }

  /// Turned on after opening: a file system that refuses it at open may have made the file already.
  private boolean makeDirect(Path path, int descriptor) {
    long result = calls.setDirect(descriptor);
    if (result < 0) {
      Degradations.report(
          Degradation.Kind.DIRECT_IO,
          "files in " + path.toAbsolutePath().getParent(),
          "direct I/O is refused with "
              + Errno.describe((int) -result)
              + "; files go through the page cache");
    }
    return result >= 0;
  }
}
