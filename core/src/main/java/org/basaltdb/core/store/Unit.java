package org.basaltdb.core.store;

/// What has images: a page or a block of an index, as one number.
final class Unit {
  static final int PAGE = 0;
  static final int BLOCK = 1;

  private static final int KIND_SHIFT = 32;

  private Unit() {}

  static long of(int kind, int number) {
    return (long) kind << KIND_SHIFT | number;
  }

  static int kind(long unit) {
    return (int) (unit >>> KIND_SHIFT);
  }

  static int number(long unit) {
    return (int) unit;
  }
}
