package org.basaltdb.offheap.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The system calls, made through the C library's `syscall`. The only class of Basalt that links a
/// native function.
///
/// One function for all calls, because the first link of each shape of a function costs more than
/// ten milliseconds of the time until a database is open, and there would be a dozen shapes.
///
/// Addresses go as longs: both processors pass the two alike, and no segment is made for a call.
/// The error number of a thread is captured into a segment of its own, made at its first call (a
/// segment made per call would cost five times the call).
///
/// [#pread] and [#pwrite] make their calls themselves. The JDK slices the captured segment with
/// each call; the compiler leaves that out where it sees all that is done with it, and it looks
/// fifteen methods deep. A get that reads a page is about that deep here: with the two methods more
/// that the other calls share, each page that was read made 40 bytes of garbage.
@SuppressWarnings("restricted") // linking native functions is what this class is for
final class LinuxCalls implements SystemCalls {
  private static final long ERRNO_OFFSET =
      Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SYSCALL = link();

  /// In place of the descriptor of a directory: paths are of the process's own.
  private static final int AT_FDCWD = -100;

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

  private static MethodHandle link() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow("syscall"),
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(1));
  }

  /// Makes a call; parameters that it does not have are zero.
  private static long call(
      int number, long first, long second, long third, long fourth, long fifth, long sixth) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOf(
          (long)
              SYSCALL.invokeExact(state, (long) number, first, second, third, fourth, fifth, sixth),
          state);
    } catch (Throwable throwable) {
      throw fault(throwable);
    }
  }

  private static long resultOf(long returned, MemorySegment state) {
    return returned == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : returned;
  }

  /// A downcall throws nothing of its own; what a signature has to allow is a fault of the virtual
  /// machine.
  private static AssertionError fault(Throwable throwable) {
    return new AssertionError("a system call threw", throwable);
  }

  private static long call(int number, long first, long second, long third, long fourth) {
    return call(number, first, second, third, fourth, 0, 0);
  }

  @Override
  public long mmap(long length, int protection, int flags) {
    return call(architecture.mmap(), 0, length, protection, flags, -1, 0);
  }

  @Override
  public long munmap(long address, long length) {
    return call(architecture.munmap(), address, length, 0, 0);
  }

  @Override
  public long mprotect(long address, long length, int protection) {
    return call(architecture.mprotect(), address, length, protection, 0);
  }

  @Override
  public long madvise(long address, long length, int advice) {
    return call(architecture.madvise(), address, length, advice, 0);
  }

  @Override
  public long mbind(
      long address, long length, int policy, long maskAddress, long maxNode, int flags) {
    return call(architecture.mbind(), address, length, policy, maskAddress, maxNode, flags);
  }

  @Override
  public long open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      return call(architecture.openat(), AT_FDCWD, arena.allocateFrom(path).address(), flags, mode);
    }
  }

  @Override
  public long close(int descriptor) {
    return call(architecture.close(), descriptor, 0, 0, 0);
  }

  @Override
  public long setDirect(int descriptor) {
    return call(architecture.fcntl(), descriptor, F_SETFL, O_RDWR | architecture.directFlag(), 0);
  }

  @Override
  public long lockFile(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment lock = arena.allocate(FLOCK_BYTES, Long.BYTES);
      lock.set(JAVA_SHORT, 0, F_WRLCK);
      return call(architecture.fcntl(), descriptor, F_OFD_SETLK, lock.address(), 0);
    }
  }

  @Override
  public long pread(int descriptor, long address, long length, long offset) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOf(
          (long)
              SYSCALL.invokeExact(
                  state,
                  (long) architecture.pread(),
                  (long) descriptor,
                  address,
                  length,
                  offset,
                  0L,
                  0L),
          state);
    } catch (Throwable throwable) {
      throw fault(throwable);
    }
  }

  @Override
  public long pwrite(int descriptor, long address, long length, long offset) {
    try {
      MemorySegment state = CALL_STATE.get();
      return resultOf(
          (long)
              SYSCALL.invokeExact(
                  state,
                  (long) architecture.pwrite(),
                  (long) descriptor,
                  address,
                  length,
                  offset,
                  0L,
                  0L),
          state);
    } catch (Throwable throwable) {
      throw fault(throwable);
    }
  }

  @Override
  public long fdatasync(int descriptor) {
    return call(architecture.fdatasync(), descriptor, 0, 0, 0);
  }

  @Override
  public long fsync(int descriptor) {
    return call(architecture.fsync(), descriptor, 0, 0, 0);
  }

  @Override
  public long fallocate(int descriptor, int mode, long offset, long length) {
    return call(architecture.fallocate(), descriptor, mode, offset, length);
  }

  @Override
  public long ftruncate(int descriptor, long length) {
    return call(architecture.ftruncate(), descriptor, length, 0, 0);
  }

  @Override
  public long size(int descriptor) {
    return call(architecture.lseek(), descriptor, 0, SEEK_END, 0);
  }

  @Override
  public long membarrier(int command, int flags) {
    return call(architecture.membarrier(), command, flags, 0, 0);
  }

  @Override
  public long schedSetAffinity(long maskBytes, long maskAddress) {
    return call(architecture.schedSetAffinity(), 0, maskBytes, maskAddress, 0);
  }

  @Override
  public long schedGetAffinity(long maskBytes, long maskAddress) {
    return call(architecture.schedGetAffinity(), 0, maskBytes, maskAddress, 0);
  }
}
