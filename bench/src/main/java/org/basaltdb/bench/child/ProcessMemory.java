package org.basaltdb.bench.child;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory of this process, and what it had fetched from disks, as the kernel counts it. */
final class ProcessMemory {

  private static final Path EXACT = Path.of("/proc/self/smaps_rollup");
  private static final Path QUICK = Path.of("/proc/self/status");
  private static final Path TRANSFERS = Path.of("/proc/self/io");

  private ProcessMemory() {}

  /**
   * Bytes resident now: walked by the kernel where it offers to (the running counter lags by a few
   * megabytes), else its counter.
   */
  static long residentBytes() throws IOException {
    return Files.isReadable(EXACT) ? number(EXACT, "Rss:") << 10 : number(QUICK, "VmRSS:") << 10;
  }

  /** Bytes of anonymous memory in huge pages; 0 where the kernel does not tell. */
  static long hugePageBytes() throws IOException {
    return Files.isReadable(EXACT) ? number(EXACT, "AnonHugePages:") << 10 : 0;
  }

  /** Bytes that the kernel fetched from disks for this process so far; 0 where it does not tell. */
  static long deviceReadBytes() throws IOException {
    return Files.isReadable(TRANSFERS) ? number(TRANSFERS, "read_bytes:") : 0;
  }

  private static long number(Path file, String field) throws IOException {
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.substring(field.length()).replace("kB", "").strip());
      }
    }
    throw new IOException("no field '" + field + "' in " + file);
  }
}
