package org.basaltdb.offheap.posix;

import org.jspecify.annotations.Nullable;

/// What differs between the processors of a Linux kernel: call numbers and a flag of `open`.
///
/// @param mbind number of `mbind`
/// @param membarrier number of `membarrier`
/// @param schedGetAffinity number of `sched_getaffinity`
/// @param directFlag `O_DIRECT`
record Architecture(int mbind, int membarrier, int schedGetAffinity, int directFlag) {
  /// 64-bit x86.
  static final Architecture X86_64 = new Architecture(237, 324, 204, 0x4000);

  /// 64-bit ARM.
  static final Architecture AARCH64 = new Architecture(235, 283, 123, 0x10000);

  /// The architecture that the JDK calls `osArch`, or null when it is none of the two.
  static @Nullable Architecture of(String osArch) {
    return switch (osArch) {
      case "amd64", "x86_64" -> X86_64;
      case "aarch64", "arm64" -> AARCH64;
      default -> null;
    };
  }
}
