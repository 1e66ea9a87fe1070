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

  private final Kind kind;
  private final int rows;
  private final boolean scattered;
  private final Permutation order;

  /**
   * Chooses the keys.
   *
   * @param rows number of keys, at least 1
   */
  public Keys(Kind kind, int rows) {
    this.kind = kind;
    this.rows = rows;
    this.scattered = kind == Kind.SCATTERED;
    this.order = new Permutation(rows, 0x62_61_73_61_6C_74L);
  }

  public Kind kind() {
    return kind;
  }

  public int rows() {
    return rows;
  }

  /** The key at an index; different indexes give different keys. */
  public long at(int index) {
    return scattered ? Mixing.mix((index + 1) * Mixing.GOLDEN) : index + 1L;
  }

  /**
   * The key loaded at a position: every key comes once, in an order that neither its value nor its
   * index follows.
   */
  public long inLoadOrder(int position) {
    return at(order.at(position));
  }
}
