package org.basaltdb.core.codec;

import java.util.Arrays;

/// The columns that a view is for. Large values of other columns are not fetched. Immutable, so
/// that any thread may use it.
public final class Projection {
  private final byte[] codes;
  private final boolean[] variable;

  private Projection(RowLayout layout, boolean[] included) {
    this.codes = new byte[included.length];
    for (int ordinal = 0; ordinal < included.length; ordinal++) {
      if (included[ordinal]) {
        codes[ordinal] = (byte) (layout.codes()[ordinal] & ~FieldCode.KEY);
      }
    }
    this.variable = new boolean[layout.variableCount()];
    for (int index = 0; index < variable.length; index++) {
      variable[index] = included[layout.variableOrdinal(index)];
    }
  }

  /// All columns.
  static Projection everything(RowLayout layout) {
    boolean[] included = new boolean[layout.columnCount()];
    Arrays.fill(included, true);
    return new Projection(layout, included);
  }

  /// Some columns.
  ///
  /// @param ordinals of the columns, in any order
  /// @throws IndexOutOfBoundsException if there is no such column
  public static Projection of(RowLayout layout, int... ordinals) {
    boolean[] included = new boolean[layout.columnCount()];
    for (int ordinal : ordinals) {
      included[ordinal] = true;
    }
    return new Projection(layout, included);
  }

  /// Whether the column is one of them.
  public boolean includes(int ordinal) {
    return codes[ordinal] != 0;
  }

  /// Whether the column with that variable index is one of them.
  public boolean includesVariable(int variableIndex) {
    return variable[variableIndex];
  }

  /// One [FieldCode] a column, without [FieldCode#KEY]; 0 for columns left out.
  byte[] codes() {
    return codes;
  }
}
