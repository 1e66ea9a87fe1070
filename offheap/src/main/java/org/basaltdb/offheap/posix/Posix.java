package org.basaltdb.offheap.posix;

import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Whether the operating system's calls are there for the engine, and the calls themselves.
///
/// Decided once, when the class is initialised. *Portable mode* (the JDK's own APIs alone) is on
/// when `-Dbasalt.portable=true` asks for it, and takes over where the calls cannot be linked or
/// are refused: another operating system or processor, native access denied to the module, a
/// container's filter. Nothing here throws because of that.
///
/// Thread rules: all methods may be called by any thread.
public final class Posix {
  /// The system property that asks for portable mode.
  public static final String PORTABLE_PROPERTY = "basalt.portable";

  /// A multiple of every size that a page of memory has on these processors.
  private static final long PROBE_BYTES = 64 << 10;

  private static final int MEMBARRIER_QUERY = 0;
  private static final int MEMBARRIER_PRIVATE_EXPEDITED = 1 << 3;
  private static final int MEMBARRIER_REGISTER_PRIVATE_EXPEDITED = 1 << 4;

  private static final @Nullable SystemCalls CALLS = detect();
  // folded by the compiler into the code that asks
  private static final boolean AVAILABLE = CALLS != null;
  private static final boolean MEMBARRIER = CALLS != null && registerMembarrier(CALLS);

  private Posix() {}

  /// Whether system calls can be made. False is portable mode.
  public static boolean available() {
    return AVAILABLE;
  }

  /// The system calls.
  ///
  /// @throws IllegalStateException in portable mode
  public static SystemCalls calls() {
    SystemCalls calls = CALLS;
    if (calls == null) {
      throw new IllegalStateException(
          "system calls are not available in portable mode; ask Posix.available() first");
    }
    return calls;
  }

  /// Whether [#membarrier] works. Where it does, the frequent side of a store-load protocol needs
  /// no fence of the processor.
  public static boolean membarrierAvailable() {
    return MEMBARRIER;
  }

  /// Has every running thread of the process execute a full memory fence before this returns
  /// (`membarrier`, private expedited). A thread that does not run at the moment passes one when it
  /// is next scheduled. A few microseconds.
  ///
  /// @throws IllegalStateException where it is not available, or fails, which the kernel rules out
  ///   after registration
  public static void membarrier() {
    long result = calls().membarrier(MEMBARRIER_PRIVATE_EXPEDITED, 0);
    if (result < 0) {
      throw new IllegalStateException(
          "membarrier failed after it had been registered; found " + Errno.describe((int) -result));
    }
  }

  private static @Nullable SystemCalls detect() {
    if (Boolean.getBoolean(PORTABLE_PROPERTY)) {
      Degradations.reportChosen(
          Degradation.Kind.PORTABLE_MODE, "process", "chosen by -D" + PORTABLE_PROPERTY + "=true");
      return null;
    }
    String system = System.getProperty("os.name", "");
    String processor = System.getProperty("os.arch", "");
    Architecture architecture = Architecture.of(processor);
    if (!system.equals("Linux")
        || architecture == null
        || ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      return portable("no system calls are known for " + system + " on " + processor);
    }
    try {
      SystemCalls calls = new LinuxCalls(architecture);
      long refused = probe(calls);
      return refused == 0
          ? calls
          : portable("memory calls are refused with " + Errno.describe((int) -refused));
    } catch (ExceptionInInitializerError failure) {
      Throwable cause = failure.getCause();
      return portable("native functions cannot be linked: " + (cause == null ? failure : cause));
    } catch (RuntimeException | LinkageError failure) {
      return portable("native functions cannot be linked: " + failure);
    }
  }

  private static @Nullable SystemCalls portable(String reason) {
    Degradations.report(
        Degradation.Kind.PORTABLE_MODE,
        "process",
        reason
            + "; portable mode has no huge pages, NUMA binding or direct I/O; if this is Linux,"
            + " start the JVM with --enable-native-access=org.basaltdb.offheap (or ALL-UNNAMED)");
    return null;
  }

  /// Makes the calls that every region needs; 0 or the first error.
  private static long probe(SystemCalls calls) {
    long address =
        calls.mmap(PROBE_BYTES, SystemCalls.PROT_NONE, SystemCalls.MAP_PRIVATE_ANONYMOUS_NORESERVE);
    if (address < 0) {
      return address;
    }
    long opened = calls.mprotect(address, PROBE_BYTES, SystemCalls.PROT_READ_WRITE);
    long closed = calls.munmap(address, PROBE_BYTES);
    return Math.min(opened, closed);
  }

  private static boolean registerMembarrier(SystemCalls calls) {
    long supported = calls.membarrier(MEMBARRIER_QUERY, 0);
    long result =
        supported < 0
            ? supported
            : (supported & MEMBARRIER_PRIVATE_EXPEDITED) == 0
                ? -Errno.ENOSYS
                : calls.membarrier(MEMBARRIER_REGISTER_PRIVATE_EXPEDITED, 0);
    if (result < 0) {
      Degradations.report(
          Degradation.Kind.MEMBARRIER,
          "process",
          "membarrier is refused with "
              + Errno.describe((int) -result)
              + "; every read pays a full fence");
    }
    return result >= 0;
  }
}
