package org.basaltdb.offheap.posix;

import org.jspecify.annotations.Nullable;

/// What differs between the processors of a Linux kernel: call numbers and a flag of `open`. The
/// numbers are the kernel's promise to programs and never change.
///
/// @param mmap number of `mmap`
/// @param munmap number of `munmap`
/// @param mprotect number of `mprotect`
/// @param madvise number of `madvise`
/// @param mbind number of `mbind`
/// @param openat number of `openat`
/// @param close number of `close`
/// @param fcntl number of `fcntl`
/// @param pread number of `pread64`
/// @param pwrite number of `pwrite64`
/// @param fdatasync number of `fdatasync`
/// @param fsync number of `fsync`
/// @param fallocate number of `fallocate`
/// @param ftruncate number of `ftruncate`
/// @param lseek number of `lseek`
/// @param membarrier number of `membarrier`
/// @param schedSetAffinity number of `sched_setaffinity`
/// @param schedGetAffinity number of `sched_getaffinity`
/// @param directFlag `O_DIRECT`
record Architecture(
    int mmap,
    int munmap,
    int mprotect,
    int madvise,
    int mbind,
    int openat,
    int close,
    int fcntl,
    int pread,
    int pwrite,
    int fdatasync,
    int fsync,
    int fallocate,
    int ftruncate,
    int lseek,
    int membarrier,
    int schedSetAffinity,
    int schedGetAffinity,
    int directFlag) {
  /// 64-bit x86.
  static final Architecture X86_64 =
      new Architecture(
          9, 11, 10, 28, 237, 257, 3, 72, 17, 18, 75, 74, 285, 77, 8, 324, 203, 204, 0x4000);

  /// 64-bit ARM.
  static final Architecture AARCH64 =
      new Architecture(
          222, 215, 226, 233, 235, 56, 57, 25, 67, 68, 83, 82, 47, 46, 62, 283, 122, 123, 0x10000);

  /// The architecture that the JDK calls `osArch`, or null when it is none of the two.
  static @Nullable Architecture of(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default -> null;
    };
  }
}
