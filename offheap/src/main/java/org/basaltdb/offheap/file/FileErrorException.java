package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Errno;

/// The system failed an operation on a file.
public final class FileErrorException extends IOException {
  private static final long serialVersionUID = 1;

  /// What was done.
  private final String operation;

  /// On what.
  private final transient Path path;

  /// What the system says.
  private final String reason;

  /// Where, -1 when that means nothing.
  private final long offset;

  /// The system's error number, 0 when the JDK told none.
  private final int errno;

  /// Whether there is no room left.
  private final boolean diskFull;

  private FileErrorException(
      String reason, String operation, Path path, long offset, int errno, boolean diskFull) {
    super(message(operation, path, offset, reason, diskFull));
    this.reason = reason;
    this.operation = operation;
    this.path = path;
    this.offset = offset;
    this.errno = errno;
    this.diskFull = diskFull;
  }

  /// An error that a system call returned.
  ///
  /// @param operation such as `write`
  /// @param offset where in the file, -1 when that means nothing
  /// @param errno the error number, positive
  public static FileErrorException ofErrno(String operation, Path path, long offset, int errno) {
    return new FileErrorException(
        Errno.describe(errno), operation, path, offset, errno, Errno.meansFull(errno));
  }

  /// An error that the JDK reported in words.
  ///
  /// @param operation such as `write`
  /// @param offset where in the file, -1 when that means nothing
  public static FileErrorException ofCause(
      String operation, Path path, long offset, IOException cause) {
    // the JDK passes on the C library's text for ENOSPC, EDQUOT and EFBIG, and nothing else
    String text = String.valueOf(cause.getMessage());
    boolean full =
        text.contains("No space left on device")
            || text.contains("Disk quota exceeded")
            || text.contains("File too large");
    FileErrorException error = new FileErrorException(text, operation, path, offset, 0, full);
    error.initCause(cause);
    return error;
  }

  private static String message(
      String operation, Path path, long offset, String found, boolean full) {
    return operation
        + " failed; found "
        + found
        + "; in "
        + path
        + (offset < 0 ? "" : " at offset " + offset)
        + (full ? "; make room on the device" : "; check the device and the file's permissions");
  }

  /// What a failure was, in one clause, for messages that have parts of their own.
  public static String brief(Throwable failure) {
    if (failure instanceof FileErrorException error) {
      return error.operation + " of " + error.path + " failed with " + error.reason;
    }
    String text = String.valueOf(failure.getMessage());
    int end = text.indexOf(';');
    return failure.getClass().getSimpleName() + ": " + (end < 0 ? text : text.substring(0, end));
  }

  /// What failed, such as `write`.
  public String operation() {
    return operation;
  }

  /// The file or directory.
  public Path path() {
    return path;
  }

  /// Where in the file, -1 when that means nothing.
  public long offset() {
    return offset;
  }

  /// The system's error number ([Errno]); 0 in portable mode, where the JDK tells none.
  public int errno() {
    return errno;
  }

  /// Whether there was no room: device full, quota used up, or file too large.
  public boolean diskFull() {
    return diskFull;
  }
}
