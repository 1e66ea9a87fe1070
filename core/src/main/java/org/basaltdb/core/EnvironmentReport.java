package org.basaltdb.core;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a database runs on, and what of it is less than it could be.
///
/// @param mode how memory and files are reached
/// @param directory where the database is, or null if it lives in memory only
/// @param partitionCount its partitions
/// @param processorCount processors that the JVM sees
/// @param numaNodeCount NUMA nodes of the machine
/// @param memoryBudgetBytes the most memory it takes outside the heap
/// @param memoryLimitBytes the limit of the process's control group; `Long.MAX_VALUE` if there is
///   none
/// @param degradations everything that works less well here than it could, in the whole process;
///   empty where nothing does
public record EnvironmentReport(
    Mode mode,
    @Nullable Path directory,
    int partitionCount,
    int processorCount,
    int numaNodeCount,
    long memoryBudgetBytes,
    long memoryLimitBytes,
    List<Degraded> degradations) {
  /// How memory and files are reached.
  public enum Mode {
    /// Through the operating system's own calls.
    NATIVE,
    /// Through the JDK alone: no huge pages, no NUMA binding, no direct I/O.
    PORTABLE
  }

  /// One thing that works less well here than it could.
  ///
  /// @param kind what it is, for instance `HUGE_PAGES`
  /// @param subject where: a directory, a region of memory, or the process
  /// @param detail what was refused, and what it costs
  public record Degraded(String kind, String subject, String detail) {}

  /// Copies the list.
  public EnvironmentReport {
    degradations = List.copyOf(degradations);
  }
}
