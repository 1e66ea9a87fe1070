package org.basaltdb.core.row;

import java.lang.ref.Reference;

/// The native memory of a row buffer, view or key may be freed once nobody can reach the object any
/// more, and the compiler takes an object for unreachable after its last use, even if one of its
/// methods still runs. So a method that touches the memory ends with [#keep].
final class Liveness {
  private Liveness() {}

  /// Keeps the object reachable up to here. Costs nothing.
  @SuppressWarnings(
      "ReachabilityFenceUsage") // a method that throws has touched no memory that matters
  static void keep(Object owner) {
    Reference.reachabilityFence(owner);
  }
}
