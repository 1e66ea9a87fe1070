package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageLayout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Checkpoints of units that are changed, freed and used again meanwhile, against a model of the
/// disk: the mapping of a checkpoint names what each unit was at its cut, and what the two newest
/// name stays as it was (CUT-2, CUT-3, CUT-6, SLOT-1).
class PartitionImagesTest {
  private static final int PAGES = 60;
  private static final int BLOCKS = 30;
  private static final int PIECE = 5;

  /// More than a chunk of undo bytes has room for.
  private static final int HEAD_BYTES = 552;

  private final MemoryBudget budget = new MemoryBudget(64 << 20);
  private final long memory =
      Memory.allocate((long) (PAGES + BLOCKS) * PageLayout.PAGE_BYTES, Long.BYTES);
  private final PartitionImages images = images();
  private final PageImages staging = new PageImages(PIECE, budget);
  private final Map<Long, Long> live = new HashMap<>();
  private final Map<Integer, Long> disk = new HashMap<>();
  private final Deque<Named> published = new ArrayDeque<>();
  private long version;

  /// @param slots what is in the slots that a checkpoint names
  /// @param certain whether its name is known to be durable
  private record Named(Map<Integer, Long> slots, boolean certain) {}

  private PartitionImages images() {
    PartitionImages made =
        new PartitionImages(
            Region.reserve("images", 16 << 20, Region.ANY_NODE, budget, Owner.PAGE_TABLE),
            page -> memory + (long) page * PageLayout.PAGE_BYTES,
            memory + (long) PAGES * PageLayout.PAGE_BYTES,
            budget);
    made.commitPages(PAGES);
    return made;
  }

  @AfterEach
  void close() {
    staging.close();
    images.close();
    Memory.free(memory);
    assertThat(budget.used()).isZero();
  }

  private long address(long unit) {
    int number = Unit.number(unit) + (Unit.kind(unit) == Unit.PAGE ? 0 : PAGES);
    return memory + (long) number * PageLayout.PAGE_BYTES;
  }

  private static long randomUnit(SplittableRandom random) {
    return random.nextInt(3) == 0
        ? Unit.of(Unit.BLOCK, random.nextInt(BLOCKS))
        : Unit.of(Unit.PAGE, random.nextInt(PAGES));
  }

  private void write(long unit) {
    write(unit, 0, PageLayout.PAGE_BYTES);
  }

  /// Writes its first bytes and some others.
  private void write(long unit, int offset, int length) {
    Memory.putLong(address(unit), ++version);
    for (int at = offset; at < offset + length; at += Long.BYTES) {
      Memory.putLong(address(unit) + at, ++version);
    }
    live.put(unit, content(address(unit)));
  }

  /// A number that stands for what a page holds.
  private static long content(long address) {
    long content = 0;
    for (int at = 0; at < PageLayout.PAGE_BYTES; at += Long.BYTES) {
      content = (content ^ Memory.getLong(address + at)) * 0x9E3779B97F4A7C15L;
      content ^= content >>> 29;
    }
    return content;
  }

  /// What a command might do.
  private void change(SplittableRandom random) {
    long unit = randomUnit(random);
    boolean page = Unit.kind(unit) == Unit.PAGE;
    int number = Unit.number(unit);
    if (!live.containsKey(unit)) {
      if (page) {
        images.pageAllocated(number);
      } else {
        images.allocated(number);
      }
      write(unit);
    } else if (random.nextInt(5) == 0) {
      free(unit);
    } else if (random.nextInt(3) != 0) {
      changeALittle(unit, random);
    } else if (page ? images.beforePageChange(number) : images.beforeChange(number)) {
      write(unit);
    } else {
      assertThat(images.hasRoom()).isFalse();
    }
  }

  private void changeALittle(long unit, SplittableRandom random) {
    int words = PageLayout.PAGE_BYTES / Long.BYTES;
    int offset = random.nextInt(words);
    int length = random.nextInt(random.nextBoolean() ? 20 : 300);
    length = Math.min(length, words - offset);
    boolean mayChange =
        Unit.kind(unit) == Unit.PAGE
            ? images.beforePageChange(
                Unit.number(unit), HEAD_BYTES, offset * Long.BYTES, length * Long.BYTES)
            : images.beforeChange(Unit.number(unit), offset * Long.BYTES, length * Long.BYTES);
    if (mayChange) {
      write(unit, offset * Long.BYTES, length * Long.BYTES);
    } else {
      assertThat(images.hasRoom()).isFalse();
    }
  }

  /// To free is to change (CUT-6).
  private void free(long unit) {
    int number = Unit.number(unit);
    if (Unit.kind(unit) == Unit.PAGE) {
      if (images.beforePageChange(number)) {
        images.pageFreed(number);
        live.remove(unit);
      }
    } else if (images.beforeChange(number)) {
      images.retired(number);
      live.remove(unit);
    }
  }

  private long contentOf(int i) {
    return content(staging.address(i));
  }

  /// Images that are copied and not settled yet.
  private final long[] units = new long[PIECE];

  private final int[] slots = new int[PIECE];
  private final long[] contents = new long[PIECE];
  private int count;

  private void settle() {
    for (int i = 0; i < count; i++) {
      images.settle(units[i], slots[i], (int) contents[i]);
    }
    count = 0;
  }

  private void collect() {
    count = images.collect(staging, units, 0, PIECE);
    for (int i = 0; i < count; i++) {
      slots[i] = SlotSpace.first(images.takeSlots(1));
      contents[i] = contentOf(i);
      disk.put(slots[i], contents[i]);
    }
    checkPublished();
  }

  private void checkPublished() {
    published.forEach(named ->
        named
            .slots()
            .forEach((slot, content) ->
                assertThat(disk.get(slot)).as("slot %d of a checkpoint", slot).isEqualTo(content)));
  }

  /// @return false if it is given up
  private boolean checkpoint(int number, SplittableRandom random, boolean givenUp) {
    images.openReserve();
    images.cut(number);
    Map<Long, Long> atCut = new HashMap<>(live);
    while (images.isImaging()) {
      for (int i = random.nextInt(20); i > 0; i--) {
        change(random);
      }
      if (givenUp && random.nextInt(8) == 0) {
        giveUp(random.nextBoolean());
        images.closeReserve();
        return false;
      }
      settle();
      collect();
    }
    images.closeReserve();
    for (int i = random.nextInt(20); i > 0; i--) {
      change(random);
    }
    settle();
    for (int i = random.nextInt(20); i > 0; i--) {
      change(random);
    }
    images.naming();
    // the renaming may fail and have been done all the same
    boolean certain = random.nextInt(6) != 0;
    published.addFirst(new Named(check(atCut), certain));
    if (certain) {
      images.published(number);
      freeRetired(random.nextBoolean());
      forgetOld();
    }
    return true;
  }

  /// An open uses one of the two newest: those that are published, and any that may be there behind
  /// the older one.
  private void forgetOld() {
    int certain = 0;
    for (Iterator<Named> i = published.iterator(); i.hasNext(); ) {
      Named named = i.next();
      if (certain == 2) {
        i.remove();
      }
      certain += named.certain() && certain < 2 ? 1 : 0;
    }
  }

  /// @param all or only so many as are freed at once: the rest follows after the next one
  private void freeRetired(boolean all) {
    boolean more = images.freeRetiredSlots();
    while (all && more) {
      more = images.freeRetiredSlots();
    }
  }

  private void giveUp(boolean settled) {
    if (settled) {
      settle();
    }
    for (int i = 0; i < count; i++) {
      images.giveUp(units[i]);
      images.giveUpSlot(slots[i]);
    }
    count = 0;
    images.giveUpCheckpoint();
  }

  /// @return the slots that the checkpoint names, and what is in them
  private Map<Integer, Long> check(Map<Long, Long> atCut) {
    Map<Integer, Long> named = new HashMap<>();
    for (int page = 0; page < images.pageCount(); page++) {
      check(named, atCut.get(Unit.of(Unit.PAGE, page)), images.pageImage(page));
    }
    for (int block = 0; block < images.blockCount(); block++) {
      check(named, atCut.get(Unit.of(Unit.BLOCK, block)), images.blockImage(block));
    }
    return named;
  }

  private void check(Map<Integer, Long> named, @Nullable Long expected, long image) {
    assertThat(image == 0).isEqualTo(expected == null);
    if (expected != null) {
      int slot = PartitionImages.slotOf(image);
      assertThat(disk.get(slot)).isEqualTo(expected);
      assertThat(PartitionImages.checksumOf(image)).isEqualTo((int) (long) expected);
      assertThat(named.put(slot, expected)).as("slot %d named twice", slot).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aCheckpointNamesWhatWasThereAtItsCut(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int made = 0;
    for (int number = 1; number <= 400; number++) {
      for (int i = random.nextInt(100); i > 0; i--) {
        change(random);
      }
      made += checkpoint(number, random, random.nextInt(3) == 0) ? 1 : 0;
      checkPublished();
    }
    assertThat(made).isBetween(200, 399);
    // what is named by two checkpoints and by some whose name is not certain, and what another
    // makes
    assertThat(images.slotCount()).isLessThan(7 * (PAGES + BLOCKS));
  }

  @Test
  void aUnitThatDidNotChangeIsNotWrittenAgain() {
    for (int page = 0; page < PAGES; page++) {
      images.pageAllocated(page);
      write(Unit.of(Unit.PAGE, page));
    }
    images.openReserve();
    images.cut(1);
    while (images.isImaging()) {
      settle();
      collect();
    }
    settle();
    images.published(1);
    assertThat(images.beforePageChange(7)).isTrue();
    write(Unit.of(Unit.PAGE, 7));
    images.openReserve();
    images.cut(2);
    int written = 0;
    while (images.isImaging()) {
      settle();
      collect();
      written += count;
    }
    settle();
    assertThat(written).isEqualTo(1);
  }

  /// A checkpoint that needs more pages than there is room for copies of.
  private static final class ManyPending implements AutoCloseable {
    static final int PAGES = 600;

    final PartitionImages images;
    private final MemoryBudget small = new MemoryBudget(16 << 20);
    private final long frames = Memory.allocate((long) PAGES * PageLayout.PAGE_BYTES, Long.BYTES);

    ManyPending() {
      images =
          new PartitionImages(
              Region.reserve("images", 4 << 20, Region.ANY_NODE, small, Owner.PAGE_TABLE),
              this::address,
              frames,
              small);
      images.commitPages(PAGES);
      for (int page = 0; page < PAGES; page++) {
        images.pageAllocated(page);
      }
      images.openReserve();
      images.cut(1);
    }

    long address(int page) {
      return frames + (long) page * PageLayout.PAGE_BYTES;
    }

    @Override
    public void close() {
      images.close();
      Memory.free(frames);
      assertThat(small.used()).isZero();
    }
  }

  @Test
  void aCommandIsToldToWaitWhenTheReserveIsFull() {
    try (ManyPending pending = new ManyPending()) {
      PartitionImages many = pending.images;
      int changed = 0;
      while (many.beforePageChange(changed)) {
        changed++;
      }
      assertThat(changed).isBetween(1, ManyPending.PAGES - 1);
      assertThat(many.hasRoom()).isFalse();
      assertThat(many.beforePageChange(0)).as("copied before").isTrue();
      int collected = many.collect(staging, units, 0, PIECE);
      assertThat(collected).isEqualTo(PIECE);
      assertThat(many.hasRoom()).isTrue();
      assertThat(many.beforePageChange(changed)).isTrue();
    }
  }

  @Test
  void smallChangesTakeLittleRoom() {
    try (ManyPending pending = new ManyPending()) {
      PartitionImages many = pending.images;
      int changed = 500; // more than there is room for images of
      for (int page = 0; page < changed; page++) {
        assertThat(many.beforePageChange(page, 200, 4000, 112)).as("page %d", page).isTrue();
        Memory.putLong(pending.address(page) + 4000, page + 1);
      }
      for (int collected = 0; collected < ManyPending.PAGES; ) {
        int count = many.collect(staging, units, 0, PIECE);
        for (int i = 0; i < count; i++) {
          assertThat(Memory.getLong(staging.address(i) + 4000)).as("as at the cut").isZero();
          assertThat(many.isPageDirty(Unit.number(units[i])))
              .isEqualTo(Unit.number(units[i]) < changed);
        }
        collected += count;
      }
    }
  }

  /// CLEAN-4: a page that changes between two loans of a piece is not in that piece once more, but
  /// in the next one.
  @Test
  void aPageThatChangesWhileItIsWrittenWaitsForTheNextPiece() {
    images.pageAllocated(7);
    long[] units = new long[PIECE];
    assertThat(images.collectDirty(staging, units, 0, 1)).isEqualTo(1);
    assertThat(images.beforePageChange(7)).isTrue();
    assertThat(images.collectDirty(staging, units, 1, 1)).isZero();
    images.settleClean(units[0], SlotSpace.first(images.takeSlots(1)), 1);
    assertThat(images.isPageClean(7)).isFalse();
    assertThat(images.collectDirty(staging, units, 0, 1)).isEqualTo(1);
    assertThat(Unit.number(units[0])).isEqualTo(7);
    images.giveUp(units[0]);
  }
}
