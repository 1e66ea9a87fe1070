package org.basaltdb.offheap.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Degradation;
import org.basaltdb.offheap.posix.Degradations;
import org.basaltdb.offheap.posix.Errno;
import org.basaltdb.offheap.posix.SystemCalls;

/// A file over the system's calls.
final class NativeFile extends CountedFile {
  private final SystemCalls calls;
  private final int descriptor;
  private final boolean direct;

  NativeFile(
      SystemCalls calls, Path path, int descriptor, boolean directRequested, boolean direct) {
    super(path, directRequested);
    this.calls = calls;
    this.descriptor = descriptor;
    this.direct = direct;
  }

  @Override
  public boolean direct() {
    return direct;
  }

  @Override
  void readFully(long address, int length, long offset) throws IOException {
    int done = 0;
    while (done < length) {
      long result = calls.pread(descriptor, address + done, length - done, offset + done);
      if (result > 0) {
        done += (int) result;
        if (direct && done < length && (done & DIRECT_ALIGNMENT_BYTES - 1) != 0) {
          throw endOfFile(
              offset + done, offset + length); // direct reads stop between blocks at the end only
        }
      } else if (result == 0) {
        throw endOfFile(offset + done, offset + length);
      } else if (result != -Errno.EINTR) {
        throw error("read", offset + done, result);
      }
    }
  }

  @Override
  void writeFully(long address, int length, long offset) throws IOException {
    int done = 0;
    while (done < length) {
      long result = calls.pwrite(descriptor, address + done, length - done, offset + done);
      if (result > 0) {
        // a short direct write goes on from the last whole block
        int written =
            direct && done + result < length
                ? (int) result & -DIRECT_ALIGNMENT_BYTES
                : (int) result;
        if (written == 0) {
          throw error("write", offset + done, -Errno.EIO);
        }
        done += written;
      } else if (result == 0) {
        throw error("write", offset + done, -Errno.EIO); // no progress, and no reason given
      } else if (result != -Errno.EINTR) {
        throw error("write", offset + done, result);
      }
    }
  }

  @Override
  void syncData() throws IOException {
    long result = calls.fdatasync(descriptor);
    while (result == -Errno.EINTR) {
      result = calls.fdatasync(descriptor);
    }
    if (result < 0) {
      throw error("sync", -1, result);
    }
  }

  @Override
  void setSize(long sizeBytes) throws IOException {
    long result = calls.ftruncate(descriptor, sizeBytes);
    while (result == -Errno.EINTR) {
      result = calls.ftruncate(descriptor, sizeBytes);
    }
    if (result < 0) {
      throw error("truncate", sizeBytes, result);
    }
  }

  @Override
  long findSize() throws IOException {
    long result = calls.size(descriptor);
    if (result < 0) {
      throw error("size", -1, result);
    }
    return result;
  }

  @Override
  void preallocate(long from, long length) throws IOException {
    long result = calls.fallocate(descriptor, 0, from, length);
    while (result == -Errno.EINTR) {
      result = calls.fallocate(descriptor, 0, from, length);
    }
    if (result < 0 && Errno.meansFull((int) -result)) {
      throw error("preallocate", from, result);
    }
    // anything else: the file system has no such call, and writing the zeroes allocates as well
  }

  @Override
  boolean giveBack(long from, long length) throws IOException {
    int mode = SystemCalls.FALLOC_FL_PUNCH_HOLE | SystemCalls.FALLOC_FL_KEEP_SIZE;
    long result = calls.fallocate(descriptor, mode, from, length);
    while (result == -Errno.EINTR) {
      result = calls.fallocate(descriptor, mode, from, length);
    }
    if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS) {
      Degradations.report(
          Degradation.Kind.HOLE_PUNCHING,
          "files in " + path().toAbsolutePath().getParent(),
          "giving parts of files back is refused with "
              + Errno.describe((int) -result)
              + "; files keep the size that they once had");
      return false;
    }
    if (result < 0) {
      throw error("punch hole", from, result);
    }
    return true;
  }

  @Override
  void closeDescriptor() throws IOException {
    long result = calls.close(descriptor);
    // on Linux the descriptor is gone even then; repeating could close somebody else's
    if (result < 0 && result != -Errno.EINTR) {
      throw error("close", -1, result);
    }
  }

  private FileErrorException error(String operation, long offset, long result) {
    return FileErrorException.ofErrno(operation, path(), offset, (int) -result);
  }

  private EOFException endOfFile(long endsAt, long expectedEnd) {
    return new EOFException(
        "file too short; found its end at offset "
            + endsAt
            + "; expected at least "
            + expectedEnd
            + " bytes; in "
            + path());
  }
}
