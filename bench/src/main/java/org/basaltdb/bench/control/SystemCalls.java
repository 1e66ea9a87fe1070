package org.basaltdb.bench.control;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The system calls of the controls, bound here and not taken from the engine: a control that shared
 * the engine's code would share its mistakes. Linux only.
 */
final class SystemCalls {

  /** Alignment of addresses, lengths and offsets of direct I/O. */
  static final int DIRECT_BYTES = 4096;

  private static final long HUGE_PAGE_BYTES = 2L << 20;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int MADV_HUGEPAGE = 14;
  private static final int O_RDWR = 2;
  private static final int O_DIRECT =
      System.getProperty("os.arch").equals("aarch64") ? 0x1_0000 : 0x4000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle MMAP =
      bind(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MADVISE =
      bind(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle OPEN =
      bind(
          "open",
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle PWRITE =
      bind(
          "pwrite",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle PREAD =
      bind(
          "pread",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle FDATASYNC =
      bind("fdatasync", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  private static final MethodHandle CLOSE =
      bind("close", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private SystemCalls() {}

  @SuppressWarnings("restricted")
  private static MethodHandle bind(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(), descriptor, options);
  }

  /**
   * Zeroed memory, aligned to huge pages and offered to them, that stays until the process ends.
   */
  @SuppressWarnings("restricted")
  static MemorySegment mapHuge(long bytes) {
    long length = (bytes + 2 * HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
    try {
      MemorySegment mapped =
          (MemorySegment)
              MMAP.invokeExact(
                  MemorySegment.NULL, length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (mapped.address() == -1) {
        throw new IllegalStateException("mmap of " + length + " bytes was refused");
      }
      long aligned = (mapped.address() + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
      MemorySegment memory = MemorySegment.ofAddress(aligned).reinterpret(bytes);
      int _ = (int) MADVISE.invokeExact(memory, bytes & -HUGE_PAGE_BYTES, MADV_HUGEPAGE);
      return memory;
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  /** Opens an existing file for direct reading and writing; returns its descriptor. */
  static int openDirect(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor =
          (int) OPEN.invokeExact(arena.allocateFrom(file.toString()), O_RDWR | O_DIRECT);
      if (descriptor < 0) {
        throw new IOException("open with O_DIRECT was refused for " + file);
      }
      return descriptor;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  /** Writes a whole aligned segment at an aligned offset. */
  static void write(int descriptor, MemorySegment bytes, long offset) {
    try {
      long written = (long) PWRITE.invokeExact(descriptor, bytes, bytes.byteSize(), offset);
      if (written != bytes.byteSize()) {
        throw new IllegalStateException("pwrite at " + offset + " returned " + written);
      }
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  /** Reads a whole aligned segment from an aligned offset. */
  static void read(int descriptor, MemorySegment bytes, long offset) {
    try {
      long read = (long) PREAD.invokeExact(descriptor, bytes, bytes.byteSize(), offset);
      if (read != bytes.byteSize()) {
        throw new IllegalStateException("pread at " + offset + " returned " + read);
      }
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  /** Makes what was written durable. */
  static void sync(int descriptor) {
    try {
      int result = (int) FDATASYNC.invokeExact(descriptor);
      if (result != 0) {
        throw new IllegalStateException("fdatasync returned " + result);
      }
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  static void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(descriptor);
    } catch (Throwable e) {
      throw asUnchecked(e);
    }
  }

  private static RuntimeException asUnchecked(Throwable e) {
    return switch (e) {
      case RuntimeException unchecked -> unchecked;
      case Error error -> throw error;
      default -> new IllegalStateException(e);
    };
  }
}
