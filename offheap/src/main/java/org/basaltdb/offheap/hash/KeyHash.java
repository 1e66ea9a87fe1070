package org.basaltdb.offheap.hash;

import org.basaltdb.offheap.memory.Memory;

/**
 * From a key's canonical bytes to its hash slot, and to its place in the primary index.
 *
 * <p>The slot is {@code crc16(bytes) mod 16384}, with the CRC-16/XMODEM polynomial that Redis
 * Cluster uses, so that slots can later move between shards without a key being hashed anew. The
 * place comes from a 64-bit hash seeded per database, so that nobody who chooses keys chooses
 * buckets.
 *
 * <p>What the index needs travels in one {@code long}, the <em>hash word</em>:
 *
 * <pre>
 * bits    field
 *  0-25   indexHash  slot (14 bits, leading), then 12 bits of the seeded hash
 * 26-33   tag        7 other bits of the seeded hash below a one, so never zero
 * 34-47   slot
 * 48-63   homeBits   of indexHash and tag, see {@link SegmentLayout#homeBits}
 * </pre>
 *
 * <p>For a single eight-byte key the canonical bytes are the big-endian bytes of the value with its
 * sign flipped, and are never written to memory.
 */
public final class KeyHash {
  /** Slots that all keys fall into. */
  public static final int SLOTS = 16384;

  private static final int SLOT_MASK = SLOTS - 1;
  private static final int LOW_BITS = SegmentLayout.HASH_BITS - 14;
  private static final int INDEX_HASH_MASK = (1 << SegmentLayout.HASH_BITS) - 1;
  private static final int TAG_SHIFT = SegmentLayout.HASH_BITS;
  private static final int SLOT_SHIFT = TAG_SHIFT + 8;
  private static final int HOME_SHIFT = SLOT_SHIFT + 14;

  /** The leading one of the tag; the home bits do not have it. */
  static final long TAG_ONE = 0x80L << TAG_SHIFT;

  /**
   * Slicing-by-eight tables (Kounavis and Berry, "A systematic approach to building high
   * performance software-based CRC generators", ISCC 2005): {@code SLICES[k * 256 + b]} is the CRC
   * of byte b followed by k zero bytes.
   */
  private static final char[] SLICES = slices();

  private KeyHash() {}

  private static char[] slices() {
    char[] table = new char[8 * 256];
    for (int b = 0; b < 256; b++) {
      int crc = b << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
      }
      table[b] = (char) crc;
    }
    for (int i = 256; i < table.length; i++) {
      int previous = table[i - 256];
      table[i] = (char) ((previous << 8) ^ table[previous >>> 8]);
    }
    return table;
  }

  /** CRC-16/XMODEM of the eight bytes of {@code bigEndian}, most significant first. */
  static int crc16(long bigEndian) {
    char[] t = SLICES;
    return t[7 * 256 + (int) (bigEndian >>> 56)]
        ^ t[6 * 256 + ((int) (bigEndian >>> 48) & 0xFF)]
        ^ t[5 * 256 + ((int) (bigEndian >>> 40) & 0xFF)]
        ^ t[4 * 256 + ((int) (bigEndian >>> 32) & 0xFF)]
        ^ t[3 * 256 + ((int) bigEndian >>> 24 & 0xFF)]
        ^ t[2 * 256 + ((int) bigEndian >>> 16 & 0xFF)]
        ^ t[256 + ((int) bigEndian >>> 8 & 0xFF)]
        ^ t[(int) bigEndian & 0xFF];
  }

  /** CRC-16/XMODEM of {@code length} bytes at {@code address}. */
  static int crc16(long address, int length) {
    char[] t = SLICES;
    int crc = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      crc = crc16(Long.reverseBytes(Memory.getLong(address + i)) ^ ((long) crc << 48));
    }
    for (; i < length; i++) {
      crc = ((crc << 8) & 0xFFFF) ^ t[(crc >>> 8) ^ Memory.getUnsignedByte(address + i)];
    }
    return crc;
  }

  /** Slot of the eight bytes of {@code bigEndian}, most significant first; linear over xor. */
  static int slotOfBigEndian(long bigEndian) {
    return crc16(bigEndian) & SLOT_MASK;
  }

  /** Slot of a single eight-byte key. */
  public static int slotOfLong(long key) {
    return crc16(key ^ Long.MIN_VALUE) & SLOT_MASK;
  }

  /** Slot of {@code length} canonical bytes at {@code address}. */
  public static int slotOfBytes(long address, int length) {
    return crc16(address, length) & SLOT_MASK;
  }

  /** Seeded hash of a single eight-byte key: a permutation of the keys for every seed. */
  public static long hashOfLong(long key, long seed) {
    long h = (key ^ seed) * 0x9E37_79B9_7F4A_7C15L;
    h = (h ^ (h >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
    return h ^ (h >>> 32);
  }

  /**
   * Seeded hash of {@code length} canonical bytes at {@code address}: folded 128-bit products, as
   * in wyhash (Wang Yi, 2019).
   */
  public static long hashOfBytes(long address, int length, long seed) {
    long h = seed ^ (length * 0xA076_1D64_78BD_642FL);
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      h = fold(h ^ Memory.getLong(address + i), 0xE703_7ED1_A0B4_28DBL);
    }
    long tail = 0;
    for (int shift = 0; i < length; i++, shift += 8) {
      tail |= (long) Memory.getUnsignedByte(address + i) << shift;
    }
    return hashOfLong(fold(h ^ tail, 0x8EBC_6AF0_9C88_C6E3L), seed);
  }

  private static long fold(long a, long b) {
    return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
  }

  /** Hash word of a key whose slot leads its place in the index. */
  public static long hashWord(int slot, long hash) {
    return word(slot, (slot << LOW_BITS) | ((int) hash & ((1 << LOW_BITS) - 1)), hash);
  }

  /**
   * Hash word of a key whose slot does not tell it from others (many rows share a partition key):
   * the seeded hash alone gives its place.
   */
  public static long hashWordBesideSlot(int slot, long hash) {
    return word(slot, (int) hash & INDEX_HASH_MASK, hash);
  }

  private static long word(int slot, int indexHash, long hash) {
    int tag = (int) (hash >>> 57) | 0x80;
    return indexHash
        | ((long) tag << TAG_SHIFT)
        | ((long) slot << SLOT_SHIFT)
        | ((long) SegmentLayout.homeBits(indexHash, tag) << HOME_SHIFT);
  }

  /** The 26 bits that an index entry keeps. */
  public static int indexHash(long hashWord) {
    return (int) hashWord & INDEX_HASH_MASK;
  }

  /** The tag byte, 128 to 255. */
  public static int tag(long hashWord) {
    return (int) (hashWord >>> TAG_SHIFT) & 0xFF;
  }

  /** The hash slot. */
  public static int slot(long hashWord) {
    return (int) (hashWord >>> SLOT_SHIFT) & SLOT_MASK;
  }

  /** The home bucket in whatever segment the key belongs to. */
  public static int home(long hashWord) {
    return SegmentLayout.homeOfBits((int) (hashWord >>> HOME_SHIFT));
  }

  /** The partition, of {@code partitionCount}, that holds a slot: contiguous ranges of slots. */
  public static int partitionOfSlot(int slot, int partitionCount) {
    return (slot * partitionCount) >>> 14;
  }

  /** Lowest slot of a partition. */
  public static int firstSlotOfPartition(int partition, int partitionCount) {
    return (int) (((long) partition * SLOTS + partitionCount - 1) / partitionCount);
  }
}
