package org.basaltdb.offheap.posix;

/// One thing that works less well here than the engine could have it.
///
/// @param kind what is degraded
/// @param subject where: a directory, a region, or the process
/// @param detail what was refused and what it costs
public record Degradation(Kind kind, String subject, String detail) {
  /// What can be degraded.
  public enum Kind {
    /// No system calls: memory and files through the JDK alone.
    PORTABLE_MODE,
    /// No huge pages: random reads miss the TLB.
    HUGE_PAGES,
    /// Memory is not bound to a NUMA node.
    NUMA_BINDING,
    /// No `membarrier`: readers pay a full fence.
    MEMBARRIER,
    /// A forked child would share the engine's memory.
    FORK_PROTECTION,
    /// Files go through the page cache.
    DIRECT_IO,
    /// Parts of files that are free are not given back to the file system.
    HOLE_PUNCHING,
    /// Threads are not bound to processors.
    THREAD_AFFINITY
  }
}
