package org.basaltdb.offheap.posix;

/// Error numbers of Linux, the same on x86-64 and AArch64, and their names.
///
/// Every call of [SystemCalls] returns the negated number when it fails, as the kernel itself does:
/// a result below zero is an error and nothing is allocated to say so.
public final class Errno {
  /// Operation not permitted.
  public static final int EPERM = 1;

  /// No such file or directory.
  public static final int ENOENT = 2;

  /// Interrupted by a signal: to be repeated.
  public static final int EINTR = 4;

  /// The device failed.
  public static final int EIO = 5;

  /// The descriptor is not open.
  public static final int EBADF = 9;

  /// Would block: to be repeated.
  public static final int EAGAIN = 11;

  /// No memory, or the limit of the process is reached.
  public static final int ENOMEM = 12;

  /// Not allowed by the file's permissions.
  public static final int EACCES = 13;

  /// The file is there already.
  public static final int EEXIST = 17;

  /// The two names are on different file systems.
  public static final int EXDEV = 18;

  /// A part of the path is not a directory.
  public static final int ENOTDIR = 20;

  /// The path is a directory.
  public static final int EISDIR = 21;

  /// An argument has no meaning here.
  public static final int EINVAL = 22;

  /// The process has no descriptor left.
  public static final int EMFILE = 24;

  /// The file would become larger than allowed.
  public static final int EFBIG = 27;

  /// The device is full.
  public static final int ENOSPC = 28;

  /// The file system is read-only.
  public static final int EROFS = 30;

  /// The name is longer than the file system takes.
  public static final int ENAMETOOLONG = 36;

  /// The kernel has no such call.
  public static final int ENOSYS = 38;

  /// Symbolic links lead round in a circle.
  public static final int ELOOP = 40;

  /// Not supported by this file system or device.
  public static final int EOPNOTSUPP = 95;

  /// The user's quota is used up.
  public static final int EDQUOT = 122;

  private Errno() {}

  /// The symbolic name and the meaning of an error number, such as `ENOSPC (no space left on
  /// device)`.
  ///
  /// @param errno the number, positive
  public static String describe(int errno) {
    return switch (errno) {
      case EPERM -> "EPERM (operation not permitted)";
      case ENOENT -> "ENOENT (no such file or directory)";
      case EINTR -> "EINTR (interrupted by a signal)";
      case EIO -> "EIO (input/output error)";
      case EBADF -> "EBADF (bad file descriptor)";
      case EAGAIN -> "EAGAIN (temporarily unavailable)";
      case ENOMEM -> "ENOMEM (no memory)";
      case EACCES -> "EACCES (permission denied)";
      case EEXIST -> "EEXIST (file exists)";
      case EXDEV -> "EXDEV (not on the same file system)";
      case ENOTDIR -> "ENOTDIR (not a directory)";
      case EISDIR -> "EISDIR (is a directory)";
      case EINVAL -> "EINVAL (invalid argument)";
      case EMFILE -> "EMFILE (too many open files)";
      case EFBIG -> "EFBIG (file too large)";
      case ENOSPC -> "ENOSPC (no space left on device)";
      case EROFS -> "EROFS (read-only file system)";
      case ENAMETOOLONG -> "ENAMETOOLONG (file name too long)";
      case ENOSYS -> "ENOSYS (no such system call)";
      case ELOOP -> "ELOOP (too many symbolic links)";
      case EOPNOTSUPP -> "EOPNOTSUPP (not supported)";
      case EDQUOT -> "EDQUOT (quota exceeded)";
      default -> "errno " + errno;
    };
  }

  /// Whether an error number says that no room is left: device full, quota used up or file too
  /// large.
  public static boolean meansFull(int errno) {
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  }
}
