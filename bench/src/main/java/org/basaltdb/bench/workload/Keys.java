package org.basaltdb.bench.workload;

/**
 * The keys of one data set: {@code rows} different longs, addressed by an index from 0 to {@code
 * rows - 1}.
 *
 * <p>Immutable and free of tables: a key is computed from its index in about two nanoseconds, so
 * that drawing it takes nothing from the cache that the subject needs.
 */
public final class Keys {

  /** How keys lie in the 64-bit space. */
  public enum Kind {
    /** Spread over all 64-bit values, as hashes and random identifiers are. */
    SCATTERED,
    /** 1 to {@code rows}, as counters are. */
    DENSE
  }

  private static final long ORDER_SEED = 0x62_61_73_61_6C_74L;

  private final Kind kind;
  private final int rows;
  private final boolean scattered;
  private final int firstRows;
  private final Permutation first;
  private final Permutation others;

  /**
   * Chooses the keys.
   *
   * @param rows number of keys, at least 1
   */
  public Keys(Kind kind, int rows) {
    this(kind, rows, rows);
  }

  /**
   * Chooses the keys, and which of them are loaded before all others.
   *
   * @param rows number of keys, at least 1
   * @param firstRows how many come first: those of the indexes below it; 1 to {@code rows}
   */
  public Keys(Kind kind, int rows, int firstRows) {
    if (firstRows < 1 || firstRows > rows) {
      throw new IllegalArgumentException(
          "rows loaded first; found " + firstRows + "; expected 1 to " + rows);
    }
    this.kind = kind;
    this.rows = rows;
    this.scattered = kind == Kind.SCATTERED;
    this.firstRows = firstRows;
    this.first = new Permutation(firstRows, ORDER_SEED);
    this.others = new Permutation(Math.max(1, rows - firstRows), ORDER_SEED);
  }

  public Kind kind() {
    return kind;
  }

  public int rows() {
    return rows;
  }

  /** How many keys are loaded before all others: those of the indexes below it. */
  public int firstRows() {
    return firstRows;
  }

  /** The key at an index; different indexes give different keys. */
  public long at(int index) {
    return scattered ? Mixing.mix((index + 1) * Mixing.GOLDEN) : index + 1L;
  }

  /**
   * The key loaded at a position: every key comes once, in an order that neither its value nor its
   * index follows, but for those that come first.
   */
  public long inLoadOrder(int position) {
    return position < firstRows
        ? at(first.at(position))
        : at(firstRows + others.at(position - firstRows));
  }
}
