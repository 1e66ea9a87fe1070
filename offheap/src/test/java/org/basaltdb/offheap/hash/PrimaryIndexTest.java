package org.basaltdb.offheap.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.LongToIntFunction;
import org.basaltdb.offheap.LayoutDiagram;
import org.basaltdb.offheap.LayoutDiagram.Bits;
import org.basaltdb.offheap.LayoutDiagram.Field;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.epoch.RetiredBlocks;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The index against a map. An entry's page number stands for the row, and so for the key. */
class PrimaryIndexTest {
  private static final long SEED = 99;
  private static final long BUDGET_BYTES = 24L << 20;

  private final Epochs epochs = new Epochs();
  private MemoryBudget budget;
  private BlockPool pool;
  private PrimaryIndex index;

  @BeforeEach
  void open() {
    budget = new MemoryBudget(BUDGET_BYTES);
    pool =
        new BlockPool(
            Region.reserve("index", BUDGET_BYTES, Region.ANY_NODE, budget, Owner.FRAMES), budget);
    index = newIndex(0, 1 << SegmentLayout.HASH_BITS);
  }

  private PrimaryIndex newIndex(int start, int length) {
    return new PrimaryIndex(
        pool,
        new RetiredBlocks(epochs),
        SegmentChanges.UNOBSERVED,
        epochs,
        budget,
        1,
        start,
        length);
  }

  @AfterEach
  void close() {
    index.free();
    pool.close();
  }

  private static long hashWord(int key) {
    return KeyHash.hashWord(KeyHash.slotOfLong(key), KeyHash.hashOfLong(key, SEED));
  }

  private void insert(long hashWord, int page) {
    index.reserve(hashWord);
    index.insert(hashWord, page, 8 * (page & 1023));
  }

  private long find(long hashWord, int page) {
    return index.find(hashWord, entry -> SegmentLayout.pageOf(entry) == page);
  }

  @Test
  void theDrawingsAreWhatTheConstantsSay() throws IOException {
    List<List<Field>> tables = LayoutDiagram.of(SegmentLayout.class);
    assertThat(LayoutDiagram.inFormats("Primary index")).isEqualTo(tables);
    assertThat(tables.get(0))
        .containsExactly(
            new Field(SegmentLayout.PREFIX_OFFSET, 4, "prefix"),
            new Field(SegmentLayout.LOCAL_DEPTH_OFFSET, 4, "localDepth"),
            new Field(SegmentLayout.CHECKSUM_OFFSET, 4, "checksum"),
            new Field(SegmentLayout.OVERFLOW_SEGMENT_OFFSET, 4, "overflowSegment"),
            new Field(SegmentLayout.TABLE_ID_OFFSET, 4, "tableId"),
            new Field(SegmentLayout.ENTRY_COUNT_OFFSET, 4, "entryCount"),
            new Field(SegmentLayout.RESERVED_OFFSET, 40, "reserved"),
            new Field(SegmentLayout.BUCKETS_OFFSET, 127 * 64, "buckets"));
    assertThat(tables.get(1))
        .containsExactly(
            new Field(SegmentLayout.TAGS_OFFSET, 7, "tags"),
            new Field(SegmentLayout.BUCKET_FLAGS_OFFSET, 1, "bucketFlags"),
            new Field(SegmentLayout.ENTRIES_OFFSET, 56, "entries"));
  }

  @Test
  void theDrawingsOfBitsAreWhatTheConstantsSay() throws IOException {
    List<Bits> entry = LayoutDiagram.bitsOf(SegmentLayout.class).getFirst();
    List<Bits> word = LayoutDiagram.bitsOf(KeyHash.class).getFirst();
    assertThat(LayoutDiagram.bitsInFormats("Primary index")).isEqualTo(List.of(entry, word));
    assertThat(entry)
        .containsExactly(
            bits(SegmentLayout::rowOffsetOf, "rowOffset"),
            bits(SegmentLayout::pageOf, "page"),
            bits(SegmentLayout::hashOf, "hash"));
    long hashWord = KeyHash.hashWord(12_345, 0xFEDC_BA98_7654_3210L);
    int homeBits = SegmentLayout.homeBits(KeyHash.indexHash(hashWord), KeyHash.tag(hashWord));
    assertThat(hashWord >>> 48).isEqualTo(homeBits);
    assertThat(word)
        .containsExactly(
            bits(KeyHash::indexHash, "indexHash"),
            bits(KeyHash::tag, "tag"),
            bits(KeyHash::slot, "slot"),
            new Bits(48, 63, "homeBits"));
  }

  /// The bits of a word that a field depends on, which are in one stretch.
  private static Bits bits(LongToIntFunction field, String name) {
    long mask = 0;
    for (int bit = 0; bit < Long.SIZE; bit++) {
      mask |= field.applyAsInt(1L << bit) == 0 ? 0 : 1L << bit;
    }
    return new Bits(Long.numberOfTrailingZeros(mask), 63 - Long.numberOfLeadingZeros(mask), name);
  }

  @Test
  void aRandomHistoryAgreesWithAMap() {
    SplittableRandom random = new SplittableRandom(5);
    Map<Integer, Long> expected = new HashMap<>();
    for (int step = 0; step < 150_000; step++) {
      int key = random.nextInt(40_000);
      long hashWord = hashWord(key);
      long found = find(hashWord, key);
      if ((found != 0) != expected.containsKey(key)) {
        throw new AssertionError("key " + key + " at step " + step);
      }
      if (found == 0) {
        insert(hashWord, key);
        expected.put(key, hashWord);
      } else if (random.nextInt(3) == 0) {
        index.remove(found, hashWord);
        expected.remove(key);
      } else {
        PrimaryIndex.replace(found, key, 8 * random.nextInt(1024));
      }
    }
    assertThat(index.entryCount()).isEqualTo(expected.size());
    List<Integer> seen = new ArrayList<>();
    index.forEach(entry -> seen.add(SegmentLayout.pageOf(entry)));
    assertThat(seen).containsExactlyInAnyOrderElementsOf(expected.keySet());
  }

  @Test
  void aPartitionOfThreeHoldsItsRange() {
    int start = KeyHash.firstSlotOfPartition(1, 3) << 12;
    int end = KeyHash.firstSlotOfPartition(2, 3) << 12;
    index.free();
    index = newIndex(start, end - start);
    int held = 0;
    for (int key = 0; key < 200_000; key++) {
      if (KeyHash.partitionOfSlot(KeyHash.slotOfLong(key), 3) == 1) {
        insert(hashWord(key), key);
        held++;
      }
    }
    assertThat(index.entryCount()).isEqualTo(held);
    for (int key = 0; key < 200_000; key++) {
      boolean here = KeyHash.partitionOfSlot(KeyHash.slotOfLong(key), 3) == 1;
      if (here) {
        assertThat(find(hashWord(key), key)).as("key %d", key).isNotZero();
      }
    }
    assertThat((double) index.memoryBytes() / held).isLessThan(22);
  }

  @Test
  void equalHashesCostTimeNotMemory() {
    int count = 20_000;
    long same = hashWord(1);
    for (int page = 0; page < count; page++) {
      insert(same, page);
    }
    assertThat(find(same, 0)).isNotZero();
    assertThat(find(same, count - 1)).isNotZero();
    assertThat(find(same, count)).isZero();
    assertThat(index.memoryBytes())
        .as("HASH-6")
        .isLessThan(count * 64L * 8 + PrimaryIndex.DIRECTORY_ENTRIES_PER_SEGMENT * 4096L);
    insert(hashWord(2), count);
    assertThat(find(hashWord(2), count)).isNotZero();
  }

  @Test
  void keysOfOneSlotStayWithinTheDirectoryBound() {
    for (int page = 0; page < 200_000; page++) {
      insert(KeyHash.hashWord(4711, KeyHash.hashOfLong(page, SEED)), page);
    }
    long directoryBytes =
        index.memoryBytes() - ((long) index.segmentCount() << SegmentLayout.SEGMENT_SHIFT);
    assertThat(directoryBytes)
        .as("HASH-6")
        .isLessThanOrEqualTo(
            4L
                * Math.max(
                    1 << 14, index.segmentCount() * PrimaryIndex.DIRECTORY_ENTRIES_PER_SEGMENT));
    for (int page = 0; page < 200_000; page += 97) {
      assertThat(find(KeyHash.hashWord(4711, KeyHash.hashOfLong(page, SEED)), page)).isNotZero();
    }
  }

  @Test
  void aReaderInsideHoldsRetiredSegmentsBack() {
    long slot = epochs.acquireSlot();
    epochs.enter(slot);
    for (int key = 0; key < 100_000; key++) {
      insert(hashWord(key), key);
    }
    index.reclaim();
    int usedWithReader = pool.usedCount();
    assertThat(usedWithReader).isGreaterThan(index.segmentCount());
    epochs.exit(slot);
    index.reclaim();
    assertThat(pool.usedCount()).isEqualTo(index.segmentCount());
  }

  @Test
  void withoutMemoryNothingChanges() {
    int key = 0;
    while (true) {
      try {
        index.reserve(hashWord(key));
      } catch (BudgetExhaustedException expected) {
        break;
      }
      index.insert(hashWord(key), key, 0);
      key++;
    }
    int failed = key;
    assertThat(index.entryCount()).isEqualTo(failed);
    for (int k = 0; k < failed; k += 1013) {
      assertThat(find(hashWord(k), k)).isNotZero();
    }
    assertThatThrownBy(() -> index.reserve(hashWord(failed)))
        .isInstanceOf(BudgetExhaustedException.class);
  }

  @Test
  void anEntryKeepsItsPlaceUntilItsKeyGoes() {
    Map<Integer, Long> places = new HashMap<>();
    long directoryBefore = Memory.getLong(index.directoryWordAddress());
    int key = 0;
    while (Memory.getLong(index.directoryWordAddress()) == directoryBefore) {
      insert(hashWord(key), key);
      long place = find(hashWord(key), key);
      if (Memory.getLong(index.directoryWordAddress()) == directoryBefore) {
        places.put(key, place);
        int moved = 0;
        for (Map.Entry<Integer, Long> e : places.entrySet()) {
          moved += find(hashWord(e.getKey()), e.getKey()) == e.getValue() ? 0 : 1;
        }
        assertThat(moved).as("HASH-3").isZero();
      }
      key++;
    }
    assertThat(places).hasSizeGreaterThan(600);
  }

  /** What a checkpoint does: segments are copied byte by byte, and come back in other blocks. */
  private PrimaryIndex restored(PrimaryIndex from, PrimaryIndex into) {
    List<Integer> former = new ArrayList<>(blocksOf(from));
    Map<Integer, Integer> moved = new HashMap<>();
    for (int block : former) {
      pool.allocate(Owner.FRAMES);
      int copy = pool.allocate(Owner.INDEX);
      Memory.copy(pool.address(block), pool.address(copy), SegmentLayout.SEGMENT_BYTES);
      moved.put(block, copy);
    }
    int[] blocks = former.stream().mapToInt(moved::get).toArray();
    into.restore(blocks, blocks.length, block -> moved.getOrDefault(block, -1));
    return into;
  }

  /** The segments of an index, whose observer was told of each. */
  private Set<Integer> blocksOf(PrimaryIndex of) {
    return of == index ? indexBlocks : Set.of();
  }

  private final Set<Integer> indexBlocks = new TreeSet<>();

  private final SegmentChanges recording =
      new SegmentChanges() {
        @Override
        public boolean beforeChange(int block) {
          assertThat(indexBlocks).contains(block);
          prepareAll(block);
          return mayChange;
        }

        @Override
        public boolean beforeChange(int block, int offset, int length) {
          assertThat(indexBlocks).contains(block);
          prepare(block, 0, SegmentLayout.BUCKETS_OFFSET);
          prepare(block, offset, length);
          return mayChange;
        }

        @Override
        public void allocated(int block) {
          assertThat(indexBlocks.add(block)).isTrue();
          prepareAll(block);
        }

        @Override
        public void retired(int block) {
          assertThat(indexBlocks.remove(block)).isTrue();
          assertThat(prepared.getOrDefault(block, new BitSet()).cardinality())
              .as("a segment is prepared whole before it goes")
              .isEqualTo(SegmentLayout.SEGMENT_BYTES);
        }
      };

  /** Of each block, the bytes that may change. */
  private final Map<Integer, BitSet> prepared = new HashMap<>();

  private void prepareAll(int block) {
    prepare(block, 0, SegmentLayout.SEGMENT_BYTES);
  }

  private void prepare(int block, int offset, int length) {
    prepared.computeIfAbsent(block, any -> new BitSet()).set(offset, offset + length);
  }

  private boolean mayChange = true;

  private PrimaryIndex recorded() {
    return new PrimaryIndex(
        pool,
        new RetiredBlocks(epochs),
        recording,
        epochs,
        budget,
        1,
        0,
        1 << SegmentLayout.HASH_BITS);
  }

  private Map<Integer, byte[]> contents() {
    Map<Integer, byte[]> contents = new HashMap<>();
    for (int block : indexBlocks) {
      byte[] bytes = new byte[SegmentLayout.SEGMENT_BYTES];
      Memory.copyToArray(pool.address(block), bytes, 0, bytes.length);
      contents.put(block, bytes);
    }
    return contents;
  }

  /** CUT-2: nothing changes in a segment that was not prepared for that very change. */
  @Test
  void whatAChangeTouchesWasPrepared() {
    index.free();
    index = recorded();
    SplittableRandom random = new SplittableRandom(4);
    List<Integer> keys = new ArrayList<>();
    for (int step = 0; step < 3_000; step++) {
      // many keys of few hashes, so that segments split and chains grow
      int key = random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(5_000);
      long word = hashWord(key < 40 ? 7 : key);
      Map<Integer, byte[]> before = step % 5 == 0 ? contents() : Map.of();
      prepared.clear();
      assertThat(index.prepareChange(word)).isTrue();
      if (keys.size() > 1_500 && random.nextInt(3) == 0) {
        int page = keys.removeLast();
        long removed = hashWord(page < 40_000 ? 7 : page - 40_000);
        assertThat(index.prepareChange(removed)).isTrue();
        index.remove(find(removed, page), removed);
      } else {
        int page = key < 40 ? step : key + 40_000;
        if (find(word, page) == 0) {
          insert(word, page);
          keys.add(page);
        }
      }
      before.forEach((block, bytes) -> {
        if (indexBlocks.contains(block)) {
          byte[] now = new byte[SegmentLayout.SEGMENT_BYTES];
          Memory.copyToArray(pool.address(block), now, 0, now.length);
          BitSet mayDiffer = prepared.getOrDefault(block, new BitSet());
          mayDiffer.stream().forEach(at -> now[at] = bytes[at]);
          assertThat(now).as("block %d", block).isEqualTo(bytes);
        }
      });
    }
    assertThat(indexBlocks).hasSizeGreaterThan(4);
  }

  @Test
  void aChangeThatMayNotBeIsNotPrepared() {
    index.free();
    index = recorded();
    mayChange = false;
    assertThat(index.prepareChange(hashWord(1))).isFalse();
    mayChange = true;
    assertThat(index.prepareChange(hashWord(1))).isTrue();
  }

  @Test
  void segmentsInOtherBlocksAreTheSameIndex() {
    index.free();
    index = recorded();
    for (int i = 0; i < 900; i++) {
      insert(hashWord(i < 300 ? 7 : i), i);
    }
    PrimaryIndex copy = restored(index, newIndex(0, 1 << SegmentLayout.HASH_BITS));
    try {
      assertThat(copy.entryCount()).isEqualTo(900);
      assertThat(copy.segmentCount()).isEqualTo(index.segmentCount());
      for (int i = 0; i < 900; i++) {
        int page = i;
        assertThat(
                copy.find(hashWord(i < 300 ? 7 : i), entry -> SegmentLayout.pageOf(entry) == page))
            .isNotZero();
      }
      for (int i = 900; i < 2_000; i++) {
        copy.reserve(hashWord(i));
        copy.insert(hashWord(i), i, 0);
      }
      assertThat(copy.entryCount()).isEqualTo(2_000);
    } finally {
      copy.free();
    }
  }

  @Test
  void segmentsThatAreNotWholeAreRefused() {
    index.free();
    index = recorded();
    for (int i = 0; i < 3_000; i++) {
      insert(hashWord(i), i);
    }
    int[] blocks = indexBlocks.stream().mapToInt(block -> block).toArray();
    PrimaryIndex other = newIndex(0, 1 << SegmentLayout.HASH_BITS);
    assertThatThrownBy(() -> other.restore(blocks, blocks.length - 1, block -> block))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no whole index");
    blocks[0] = blocks[1];
    assertThatThrownBy(() -> other.restore(blocks, blocks.length, block -> block))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no whole index");
    other.free();
  }
}
