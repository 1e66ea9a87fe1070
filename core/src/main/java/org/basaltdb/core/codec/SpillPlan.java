package org.basaltdb.core.codec;

import java.util.Arrays;

/// Which values of a row go to overflow pages. Reusable, and confined to one thread at a time.
public final class SpillPlan {
  private boolean[] chosen = new boolean[0];
  private int variableCount;
  private int count;
  private int storedBytes;

  /// Begins a choice among that many values.
  void begin(int valueCount) {
    if (chosen.length < valueCount) {
      chosen = new boolean[valueCount];
    } else {
      Arrays.fill(chosen, 0, valueCount, false);
    }
    variableCount = valueCount;
    count = 0;
  }

  void add(int variableIndex) {
    chosen[variableIndex] = true;
    count++;
  }

  void storedBytes(int bytes) {
    storedBytes = bytes;
  }

  /// Whether the value with that variable index leaves the row.
  public boolean contains(int variableIndex) {
    return chosen[variableIndex];
  }

  /// How many values leave the row.
  public int count() {
    return count;
  }

  /// The variable index of the next value that leaves the row, in rising order, or -1 past the
  /// last.
  ///
  /// @param from the index to begin with
  public int next(int from) {
    for (int index = from; index < variableCount; index++) {
      if (chosen[index]) {
        return index;
      }
    }
    return -1;
  }

  /// Bytes of the row that stays in the page.
  public int storedBytes() {
    return storedBytes;
  }
}
