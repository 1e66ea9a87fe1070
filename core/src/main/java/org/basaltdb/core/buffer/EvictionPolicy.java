package org.basaltdb.core.buffer;

/// Chooses which page leaves memory.
///
/// Thread rules: the holder of the partition's writer token.
public interface EvictionPolicy {
  /// What a policy may do to pages.
  interface Residents {
    /// Page numbers below may be in use.
    int pageCount();

    /// Whether a page is in memory and may leave it: its image is written and nobody holds it.
    boolean mayLeave(int page);

    /// Whether a page that is in memory was not read since it was marked.
    boolean isMarked(int page);

    /// Marks a page that is in memory.
    void mark(int page);

    /// Has a marked page leave.
    ///
    /// @return false if somebody read it first
    boolean evict(int page);
  }

  /// Has one page leave.
  ///
  /// @return whether one has
  boolean evictOne(Residents residents);
}
