package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.SystemCalls;
import org.jspecify.annotations.Nullable;

/// A lock that belongs to one opened file. Its descriptor is a number that nobody but this object
/// closes, so the lock outlives the object, too.
final class NativeLockFile extends LockFile {
  private static final int OWNER_READS_AND_WRITES = 0600;
  private static final int CLOSED = -1;

  private final SystemCalls calls;
  private final Path path;
  private int descriptor;

  private NativeLockFile(SystemCalls calls, Path path, int descriptor) {
    this.calls = calls;
    this.path = path;
    this.descriptor = descriptor;
  }

  /// Takes the lock; null where the system has no such locks.
  static @Nullable LockFile lock(SystemCalls calls, Path path) throws IOException {
    int flags = SystemCalls.O_RDWR | SystemCalls.O_CREAT | SystemCalls.O_CLOEXEC;
    long opened = calls.open(path.toString(), flags, OWNER_READS_AND_WRITES);
    while (opened == -Errno.EINTR) {
      opened = calls.open(path.toString(), flags, OWNER_READS_AND_WRITES);
    }
    if (opened < 0) {
      throw FileErrorException.ofErrno("open", path, -1, (int) -opened);
    }
    int descriptor = (int) opened;
    int refused = (int) -calls.lockFile(descriptor);
    if (refused == 0) {
      return new NativeLockFile(calls, path, descriptor);
    }
    calls.close(descriptor); // ends no lock of another opener
    return switch (refused) {
      case Errno.EAGAIN, Errno.EACCES ->
          throw new LockedException(path, Files.readString(path).strip(), null);
      case Errno.EINVAL, Errno.ENOSYS -> null;
      default -> throw FileErrorException.ofErrno("lock", path, -1, refused);
    };
  }

  @Override
  public void write(String note) throws IOException {
    Files.writeString(path, note);
  }

  @Override
  public void close() throws IOException {
    int open = descriptor;
    if (open == CLOSED) {
      return;
    }
    descriptor = CLOSED;
    long result = calls.close(open);
    // on Linux the descriptor is gone even then; repeating could close somebody else's
    if (result < 0 && result != -Errno.EINTR) {
      throw FileErrorException.ofErrno("close", path, -1, (int) -result);
    }
  }
}
