package org.basaltdb.offheap.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The system calls, made through the C library. The only class of Basalt that links native
/// functions.
///
/// Addresses go as longs: both processors pass the two alike, and no segment is made for a call.
/// The error number of a thread is captured into a segment of its own, made at its first call (a
/// segment made per call would cost five times the call).
@SuppressWarnings("restricted") // linking native functions is what this class is for
final class LinuxCalls implements SystemCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final long ERRNO_OFFSET =
      Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle MMAP =
      link("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle MUNMAP = link("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle MPROTECT =
      link("mprotect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle MADVISE =
      link("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
  private static final MethodHandle OPEN =
      linkVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  private static final MethodHandle CLOSE = link("close", JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL =
      linkVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle FCNTL_WITH_ADDRESS =
      linkVariadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle PREAD =
      link("pread", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle PWRITE =
      link("pwrite", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FDATASYNC = link("fdatasync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FSYNC = link("fsync", JAVA_INT, JAVA_INT);
  private static final MethodHandle FALLOCATE =
      link("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle FTRUNCATE = link("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);
  private static final MethodHandle LSEEK = link("lseek", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle SCHED_SETAFFINITY =
      link("sched_setaffinity", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle GETPAGESIZE = link("getpagesize", JAVA_INT);
  // one shape for every call that has no function of its own in the C library
  private static final MethodHandle SYSCALL =
      linkVariadic(
          "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
          JAVA_LONG);

  private static final int F_SETFL = 4;
  private static final int F_OFD_SETLK = 37;
  private static final short F_WRLCK = 1;
  private static final int SEEK_END = 2;

  /// `struct flock`: type, whence, start, length, process. All zero but the type means the whole
  /// file.
  private static final int FLOCK_BYTES = 32;

  // an automatic arena: the segment goes when its thread has gone
  private static final ThreadLocal<MemorySegment> CALL_STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private final Architecture architecture;

  LinuxCalls(Architecture architecture) {
    this.architecture = architecture;
  }

  private static MethodHandle link(
      String function, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(function),
        FunctionDescriptor.of(result, parameters),
        CAPTURE_ERRNO);
  }

  private static MethodHandle linkVariadic(
      String function, int firstVariadic, MemoryLayout result, MemoryLayout... parameters) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(function),
        FunctionDescriptor.of(result, parameters),
        CAPTURE_ERRNO,
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static long resultOrErrno(MemorySegment state, long result) {
    return result == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  /// A downcall throws nothing of its own; what a signature has to allow is a fault of the virtual
  /// machine.
  private static AssertionError unexpected(Throwable throwable) {
    return new AssertionError("a system call threw", throwable);
  }

  @Override
  public long mmap(long length, int protection, int flags) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (long) MMAP.invokeExact(state, 0L, length, protection, flags, -1, 0L));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long munmap(long address, long length) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) MUNMAP.invokeExact(state, address, length));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long mprotect(long address, long length, int protection) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) MPROTECT.invokeExact(state, address, length, protection));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long madvise(long address, long length, int advice) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) MADVISE.invokeExact(state, address, length, advice));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long mbind(
      long address, long length, int policy, long maskAddress, long maxNode, int flags) {
    return syscall(architecture.mbind(), address, length, policy, maskAddress, maxNode, flags);
  }

  @Override
  public long open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, mode));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long close(int descriptor) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) CLOSE.invokeExact(state, descriptor));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long setDirect(int descriptor) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state,
          (int) FCNTL.invokeExact(state, descriptor, F_SETFL, O_RDWR | architecture.directFlag()));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long lockFile(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = CALL_STATE.get();
      MemorySegment lock = arena.allocate(FLOCK_BYTES, Long.BYTES);
      lock.set(JAVA_SHORT, 0, F_WRLCK);
      return resultOrErrno(
          state, (int) FCNTL_WITH_ADDRESS.invokeExact(state, descriptor, F_OFD_SETLK, lock));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long pread(int descriptor, long address, long length, long offset) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (long) PREAD.invokeExact(state, descriptor, address, length, offset));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long pwrite(int descriptor, long address, long length, long offset) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (long) PWRITE.invokeExact(state, descriptor, address, length, offset));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long fdatasync(int descriptor) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) FDATASYNC.invokeExact(state, descriptor));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long fsync(int descriptor) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) FSYNC.invokeExact(state, descriptor));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long fallocate(int descriptor, int mode, long offset, long length) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (int) FALLOCATE.invokeExact(state, descriptor, mode, offset, length));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long ftruncate(int descriptor, long length) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (int) FTRUNCATE.invokeExact(state, descriptor, length));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long size(int descriptor) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(state, (long) LSEEK.invokeExact(state, descriptor, 0L, SEEK_END));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long membarrier(int command, int flags) {
    return syscall(architecture.membarrier(), command, flags, 0, 0, 0, 0);
  }

  @Override
  public long schedSetAffinity(long maskBytes, long maskAddress) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state, (int) SCHED_SETAFFINITY.invokeExact(state, 0, maskBytes, maskAddress));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  @Override
  public long schedGetAffinity(long maskBytes, long maskAddress) {
    // the C library's own function hides how many bytes the kernel filled
    return syscall(architecture.schedGetAffinity(), 0, maskBytes, maskAddress, 0, 0, 0);
  }

  @Override
  public long pageSize() {
    try {
      MemorySegment state = CALL_STATE.get();
      return (int) GETPAGESIZE.invokeExact(state);
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }

  private static long syscall(
      long number, long first, long second, long third, long fourth, long fifth, long sixth) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOrErrno(
          state,
          (long) SYSCALL.invokeExact(state, number, first, second, third, fourth, fifth, sixth));
    } catch (Throwable throwable) {
      throw unexpected(throwable);
    }
  }
}
