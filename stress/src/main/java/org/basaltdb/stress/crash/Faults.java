package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The faults found so far. For any thread.
final class Faults {
  private static final int EXAMPLES_OF_EACH = 5;

  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final List<String> unreported = new ArrayList<>();

  /// Counts a fault; the first few of each kind are also described.
  synchronized void add(Fault fault, String description) {
    int count = counts.merge(fault, 1, Integer::sum);
    if (count <= EXAMPLES_OF_EACH) {
      unreported.add(fault + ": " + description);
    } else if (count == EXAMPLES_OF_EACH + 1) {
      unreported.add(fault + ": more of them are counted, not listed");
    }
  }

  synchronized int count(Fault fault) {
    return counts.getOrDefault(fault, 0);
  }

  synchronized int count() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// The descriptions since the last call.
  synchronized List<String> takeDescriptions() {
    List<String> taken = List.copyOf(unreported);
    unreported.clear();
    return taken;
  }
}
