package org.basaltdb.core.codec;

import java.util.Arrays;

/// The columns that a view is for. Large values of other columns are not fetched. Immutable, so
/// that any thread may use it.
public final class Projection {
  /// A field: its code above, its offset or variable index below.
  private static final int CODE_SHIFT = 32;

  private final long[] fields;
  private final boolean[] variable;

  private Projection(RowLayout layout, boolean[] included) {
    this.fields = new long[included.length];
    for (int ordinal = 0; ordinal < included.length; ordinal++) {
      if (included[ordinal]) {
        long code = layout.codes()[ordinal] & ~FieldCode.KEY;
        fields[ordinal] = code << CODE_SHIFT | layout.offsets()[ordinal];
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
    return fields[ordinal] != 0;
  }

  /// Whether the column with that variable index is one of them.
  public boolean includesVariable(int variableIndex) {
    return variable[variableIndex];
  }

  /// A number a column that says how to read it, 0 for columns left out: in one number, because one
  /// load and one comparison are what a getter can afford.
  long[] fields() {
    return fields;
  }

  /// The [FieldCode] of a field, without [FieldCode#KEY].
  static int code(long field) {
    return (int) (field >>> CODE_SHIFT);
  }

  /// Where a field is: its offset in a row, or its index among the columns of variable length.
  static int offset(long field) {
    return (int) field;
  }
}
