package org.basaltdb.core.partition;

import org.basaltdb.offheap.memory.NumaTopology;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.posix.ThreadAffinity;

/// Which NUMA node a partition belongs to, and how its writer thread gets there. On a machine with
/// one node there is nothing to do.
final class NodeAffinity {
  private NodeAffinity() {}

  /// The node of a partition: neighbouring partitions share one, all nodes get about as many.
  ///
  /// @return its number, or [Region#ANY_NODE] if binding is switched off or there is one node
  static int nodeOf(int partition, int partitionCount, boolean numa, NumaTopology topology) {
    if (!numa || topology.nodeCount() == 1) {
      return Region.ANY_NODE;
    }
    int place = (int) ((long) partition * topology.nodeCount() / partitionCount);
    return topology.nodes().get(place);
  }

  /// Restricts the calling thread to the processors of a node. Where that is refused the thread
  /// runs anywhere, and the environment report says so.
  static void bindCallingThread(int node, NumaTopology topology) {
    if (node != Region.ANY_NODE) {
      ThreadAffinity.pin(topology.cpuMask(node));
    }
  }
}
