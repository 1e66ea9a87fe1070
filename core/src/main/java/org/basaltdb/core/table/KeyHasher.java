package org.basaltdb.core.table;

import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.offheap.hash.LongKeyHash;
import org.basaltdb.offheap.memory.Memory;

/**
 * From a key to its hash word, for one table. Immutable; any thread, each with scratch memory of
 * its own.
 */
public final class KeyHasher {
  private final RowLayout layout;
  private final long seed;
  private final boolean slotLeads;
  private final LongKeyHash longKeyHash;

  /**
   * @param seed of the database
   */
  public KeyHasher(RowLayout layout, long seed) {
    this.layout = layout;
    this.seed = seed;
    this.longKeyHash = new LongKeyHash(seed);
    this.slotLeads = layout.schema().partitionedByPrimaryKey();
  }

  /** True if the partition key is the primary key, so that the slot leads the index hash. */
  public boolean slotLeads() {
    return slotLeads;
  }

  /** Bytes of scratch memory that hashing a key of this table can need. */
  public int scratchBytes() {
    return layout.maxCanonicalKeyBytes();
  }

  /** Hash word of a key that is one eight-byte column. */
  public long hashWordOfLong(long key) {
    return longKeyHash.hashWord(key);
  }

  /** Hash word of any key, from its key image. */
  public long hashWordOfKeyImage(long keyImage, long scratch) {
    if (layout.isLongKey()) {
      return hashWordOfLong(Memory.getLong(keyImage));
    }
    int length = KeyCodec.canonicalFromKeyImage(layout, keyImage, scratch);
    long hash = KeyHash.hashOfBytes(scratch, length, seed);
    if (slotLeads) {
      return KeyHash.hashWord(KeyHash.slotOfBytes(scratch, length), hash);
    }
    length = KeyCodec.partitionCanonicalFromKeyImage(layout, keyImage, scratch);
    return KeyHash.hashWordBesideSlot(KeyHash.slotOfBytes(scratch, length), hash);
  }
}
