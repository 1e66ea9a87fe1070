package org.basaltdb.offheap.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.basaltdb.offheap.memory.Memory;
import org.junit.jupiter.api.Test;

class KeyHashTest {
  @Test
  void theSlotIsTheCrcThatRedisClusterUses() {
    long text = Memory.allocate(64, 8);
    try {
      byte[] check = "123456789".getBytes(StandardCharsets.US_ASCII);
      Memory.copyFromArray(check, 0, text, check.length);
      assertThat(KeyHash.crc16(text, check.length)).isEqualTo(0x31C3);
      assertThat(KeyHash.slotOfBytes(text, check.length)).isEqualTo(12739);
    } finally {
      Memory.free(text);
    }
  }

  @Test
  void everyLengthAgreesWithTheDefinitionOfTheCrc() {
    SplittableRandom random = new SplittableRandom(1);
    long bytes = Memory.allocate(64, 8);
    try {
      for (int length = 0; length < 50; length++) {
        int crc = 0;
        for (int i = 0; i < length; i++) {
          int b = random.nextInt(256);
          Memory.putByte(bytes + i, (byte) b);
          crc = bitwise(crc, b);
        }
        assertThat(KeyHash.crc16(bytes, length)).isEqualTo(crc);
      }
    } finally {
      Memory.free(bytes);
    }
  }

  private static int bitwise(int crc, int b) {
    int next = crc ^ (b << 8);
    for (int bit = 0; bit < 8; bit++) {
      next = (next & 0x8000) != 0 ? ((next << 1) ^ 0x1021) & 0xFFFF : next << 1;
    }
    return next;
  }

  /// HASH-7. The directory of 2^20 segments, for some 600 million rows, has used all but six of the
  /// bits that the index hash has.
  @Test
  void keysOfOneSegmentAreSpreadOverItsHomeBucketsAtEveryDepth() {
    SplittableRandom random = new SplittableRandom(3);
    for (int depth = 0; depth <= 20; depth++) {
      int free = (1 << (SegmentLayout.HASH_BITS - depth)) - 1;
      int segment = random.nextInt() & ((1 << SegmentLayout.HASH_BITS) - 1) & ~free;
      int[] keysOf = new int[SegmentLayout.HOME_BUCKETS];
      for (int i = 0; i < 1_000 * keysOf.length; i++) {
        long hash = random.nextLong();
        int indexHash = segment | ((int) hash & free);
        keysOf[SegmentLayout.home(indexHash, (int) (hash >>> 57) | 0x80)]++;
      }
      assertThat(Arrays.stream(keysOf).min().orElseThrow())
          .as("depth %d", depth)
          .isGreaterThan(500);
      assertThat(Arrays.stream(keysOf).max().orElseThrow()).as("depth %d", depth).isLessThan(1_600);
    }
  }

  @Test
  void aLongHashesLikeItsCanonicalBytes() {
    SplittableRandom random = new SplittableRandom(2);
    long bytes = Memory.allocate(8, 8);
    try {
      for (int i = 0; i < 1_000; i++) {
        long key = random.nextLong();
        Memory.putLong(bytes, Long.reverseBytes(key ^ Long.MIN_VALUE));
        assertThat(KeyHash.slotOfLong(key)).isEqualTo(KeyHash.slotOfBytes(bytes, 8));
      }
    } finally {
      Memory.free(bytes);
    }
  }

  @Test
  void aHashWordGivesItsPartsBack() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 10_000; i++) {
      long hash = random.nextLong() << random.nextInt(64);
      int slot = random.nextInt(KeyHash.SLOTS);
      long led = KeyHash.hashWord(slot, hash);
      assertThat(KeyHash.slot(led)).isEqualTo(slot);
      assertThat(KeyHash.tag(led)).isBetween(128, 255);
      assertThat(KeyHash.indexHash(led) >>> 12).isEqualTo(slot);
      long beside = KeyHash.hashWordBesideSlot(slot, hash);
      assertThat(KeyHash.slot(beside)).isEqualTo(slot);
      assertThat(KeyHash.indexHash(beside)).isBetween(0, (1 << 26) - 1);
    }
  }

  @Test
  void partitionsHoldContiguousSlotsAndAllOfThem() {
    for (int count = 1; count <= 100; count++) {
      assertThat(KeyHash.firstSlotOfPartition(0, count)).isZero();
      assertThat(KeyHash.firstSlotOfPartition(count, count)).isEqualTo(KeyHash.SLOTS);
      int strays = 0;
      for (int slot = 0; slot < KeyHash.SLOTS; slot++) {
        int partition = KeyHash.partitionOfSlot(slot, count);
        boolean inside =
            slot >= KeyHash.firstSlotOfPartition(partition, count)
                && slot < KeyHash.firstSlotOfPartition(partition + 1, count);
        strays += inside ? 0 : 1;
      }
      assertThat(strays).isZero();
    }
  }

  @Test
  void tabulationYieldsWholeHashWords() {
    LongKeyHash tables = new LongKeyHash(42);
    LongKeyHash others = new LongKeyHash(43);
    SplittableRandom random = new SplittableRandom(4);
    int differing = 0;
    for (int i = 0; i < 10_000; i++) {
      long key = i < 5_000 ? i : random.nextLong();
      long word = tables.hashWord(key);
      int slot = KeyHash.slotOfLong(key);
      assertThat(KeyHash.slot(word)).isEqualTo(slot);
      assertThat(KeyHash.indexHash(word) >>> 12).isEqualTo(slot);
      assertThat(KeyHash.tag(word)).isBetween(128, 255);
      assertThat(KeyHash.home(word))
          .isEqualTo(SegmentLayout.home(KeyHash.indexHash(word), KeyHash.tag(word)))
          .isBetween(0, SegmentLayout.HOME_BUCKETS - 1);
      differing += KeyHash.indexHash(word) == KeyHash.indexHash(others.hashWord(key)) ? 0 : 1;
    }
    assertThat(differing).as("the seed matters").isGreaterThan(9_900);
  }
}
