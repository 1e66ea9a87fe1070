package org.basaltdb.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.basaltdb.offheap.memory.MemoryBudget;

/// How much memory a database takes when its user does not say.
final class MemoryLimit {
  /// Where the machine does not tell.
  private static final long FALLBACK_BYTES = 1L << 30;

  private static final String TOTAL_LABEL = "MemTotal:";

  private MemoryLimit() {}

  /// Half of what the machine has, or of what the control group allows if that is less.
  static long defaultBudgetBytes() {
    long available =
        Math.min(machineBytes(Path.of("/proc/meminfo")), MemoryBudget.cgroupLimitBytes());
    return Math.max(Options.MIN_MEMORY_BUDGET_BYTES, available / 2);
  }

  /// The machine's memory by Linux's own account; twice the fallback where there is none.
  static long machineBytes(Path memoryFile) {
    try (Stream<String> lines = Files.lines(memoryFile)) {
      return lines
          .filter(line -> line.startsWith(TOTAL_LABEL))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(FALLBACK_BYTES * 2);
    } catch (IOException | RuntimeException unreadable) {
      return FALLBACK_BYTES * 2;
    }
  }
}
