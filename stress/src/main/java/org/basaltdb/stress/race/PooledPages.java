package org.basaltdb.stress.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.basaltdb.core.buffer.BufferPool;
import org.basaltdb.core.buffer.ClockPolicy;
import org.basaltdb.core.buffer.ColdPages;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.store.PartitionImages;
import org.basaltdb.core.store.SlotSpace;
import org.basaltdb.offheap.memory.BlockPool;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.page.PageTable;
import org.basaltdb.offheap.page.PageWord;

/// Two pages of a partition with all that the engine has for pages on disk: words, frames, images,
/// slots, a file. Each page is filled with its version, and [Register] knows which one it has.
///
/// Whoever is inside the monitor of this object has the partition's token.
final class PooledPages {
  private static final long REGION_BYTES = 64L << 20;
  private static final int PAGES = 2;
  private static final int VERSION_SHIFT = 1;

  /// What lies before is the page's header.
  private static final int FIRST_WORD = 64;

  private static final ColdPages.Use NO_FRAME = (page, word, image) -> {};

  /// What a reader found out, besides what [Register] says.
  static final String NOT_COLD = "NOT_COLD";

  static final String DAMAGED = "DAMAGED";
  static final String NO_IMAGE = "NO_IMAGE";

  private final MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
  private final PageTable table = new PageTable(region("race words", Owner.PAGE_TABLE));
  private final BlockPool pool = new BlockPool(region("race blocks", Owner.FRAMES), budget);
  private final PartitionImages images =
      new PartitionImages(
          region("race images", Owner.PAGE_TABLE),
          page -> pool.baseAddress() + PageWord.frameOffset(table.word(page)),
          pool.baseAddress(),
          budget);
  private final BufferPool pages =
      new BufferPool(table, pool, images, new ClockPolicy(), BufferPool.MIN_FRAMES, () -> {});
  private final ColdPages cold = new ColdPages(table, images);
  private final PageFile file;
  private final Register[] registers = new Register[PAGES];
  private final ThreadLocal<PageImages> buffers =
      ThreadLocal.withInitial(() -> new PageImages(1, budget));
  private final ColdPages.Use admission = this::admit;
  private final Random random = new Random(42);

  /// What is on its way to the file; confined to the thread that writes.
  private final PageImages staging = new PageImages(PAGES, budget);

  private final long[] units = new long[PAGES];
  private final int[] slots = new int[PAGES];
  private final int[] checksums = new int[PAGES];
  private int checkpoint;

  PooledPages() {
    try {
      file = PageFile.create(new RaceDisk(), Path.of("pages"), new UUID(1, 2), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cold.file(file);
    pages.allocateExtent();
    for (int page = 0; page < PAGES; page++) {
      registers[page] = new Register(true);
      put(page);
    }
  }

  private Region region(String name, Owner owner) {
    return Region.reserve(name, REGION_BYTES, Region.ANY_NODE, budget, owner);
  }

  static int pageCount() {
    return PAGES;
  }

  // ---- the holder of the token

  /// Gives a page, which is in memory or free, its next version.
  private synchronized void put(int page) {
    long version = registers[page].beginPut();
    long value = version << VERSION_SHIFT | page;
    if (PageWord.state(table.word(page)) == PageWord.FREE) {
      fill(pages.allocate(page, Owner.FRAMES), value);
    } else if (pages.prepareChange(page)) {
      fill(pages.beginChange(page), value);
      pages.endChange(page);
    } else {
      throw new IllegalStateException("a page was wanted by a checkpoint of which there is none");
    }
    registers[page].end();
  }

  private static void fill(long frame, long value) {
    for (int offset = FIRST_WORD; offset < PageLayout.PAGE_BYTES; offset += Long.BYTES) {
      Memory.putLong(frame + offset, value);
    }
  }

  /// Evicts a page, if it may leave.
  synchronized void leave(int page) {
    if (pages.mayLeave(page)) {
      if (!pages.isMarked(page)) {
        pages.mark(page);
      }
      pages.evict(page);
    }
  }

  private synchronized boolean isCold(int page) {
    return PageWord.state(table.word(page)) == PageWord.COLD;
  }

  /// Brings a page in, wherever it is, judges it, and gives it its next version.
  ///
  /// @return what [Register] says of what it was
  String change(int page) {
    while (true) {
      while (isCold(page)) {
        String failure = read(page, admission);
        if (failure.equals(DAMAGED) || failure.equals(NO_IMAGE)) {
          return failure;
        }
      }
      synchronized (this) {
        if (!isCold(page)) {
          String judgement = judge(page, registers[page].floor(), pages.frame(page));
          put(page);
          return judgement;
        }
      }
    }
  }

  /// Gives a page back, wherever it is, and uses its number again.
  ///
  /// @param forgotten whether a checkpoint forgets its image in between
  /// @return what [Register] says of what it was, if it was in memory
  private String renew(int page, boolean forgotten) {
    String judgement = Register.CURRENT;
    if (forgotten) {
      images.openReserve();
    }
    synchronized (this) {
      if (!isCold(page)) {
        judgement = judge(page, registers[page].floor(), pages.frame(page));
      }
      registers[page].beginRemoval();
      pages.free(page, Owner.FRAMES);
      registers[page].end();
      if (forgotten) {
        images.cut(++checkpoint);
      } else {
        put(page);
      }
    }
    if (forgotten) {
      collect();
      put(page);
    }
    return judgement;
  }

  private void collect() {
    while (images.isImaging()) {
      write(true);
    }
    synchronized (this) {
      images.naming();
      images.published(checkpoint);
      images.freeRetiredSlots();
    }
    images.closeReserve();
  }

  /// Writes a piece, as the thread does that cleans and makes checkpoints.
  ///
  /// @param collects whether a checkpoint collects images
  private void write(boolean collects) {
    int count;
    synchronized (this) {
      count =
          collects
              ? images.collect(staging, units, 0, PAGES)
              : images.collectDirty(staging, units, 0, PAGES);
      for (int i = 0; i < count; i++) {
        slots[i] = SlotSpace.first(images.takeSlots(1));
      }
    }
    try {
      for (int i = 0; i < count; i++) {
        checksums[i] = staging.seal(i);
        file.write(slots[i], staging, i, 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (this) {
      for (int i = 0; i < count; i++) {
        if (collects) {
          images.settle(units[i], slots[i], checksums[i]);
        } else {
          images.settleClean(units[i], slots[i], checksums[i]);
        }
      }
    }
  }

  /// Writes all that is dirty, and evicts what may leave.
  void clean() {
    write(false);
    for (int page = 0; page < PAGES; page++) {
      leave(page);
    }
  }

  /// Everything that can happen to a page but by a reader: it comes in and is changed, or it is
  /// given back and used again; then it is written and evicted.
  ///
  /// @return what [Register] says of what it was
  String step() {
    int page = random.nextInt(PAGES);
    int choice = random.nextInt(4);
    String judgement = choice == 0 ? change(page) : renew(page, choice == 1);
    write(false);
    leave(page);
    return judgement;
  }

  // ---- readers

  /// Reads a page, if it is cold.
  String read(int page) {
    return read(page, NO_FRAME);
  }

  /// The same, and the page gets a frame.
  String readAndAdmit(int page) {
    return read(page, admission);
  }

  private String read(int page, ColdPages.Use use) {
    PageImages into = buffers.get();
    long floor = registers[page].floor();
    try {
      return cold.read(page, into, use) == 0 ? NOT_COLD : judge(page, floor, into.address(0));
    } catch (CorruptPageException damaged) {
      return DAMAGED;
    } catch (IllegalStateException noImage) {
      return NO_IMAGE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized void admit(int page, long word, long image) {
    pages.admit(page, word, image, false);
  }

  /// Judges a page's bytes.
  private String judge(int page, long floor, long bytes) {
    long value = Memory.getLong(bytes + FIRST_WORD);
    boolean whole = true;
    for (int offset = FIRST_WORD; offset < PageLayout.PAGE_BYTES; offset += Long.BYTES) {
      whole &= Memory.getLong(bytes + offset) == value;
    }
    if (whole && (value & (1 << VERSION_SHIFT) - 1) != page) {
      return Register.NEVER_WAS;
    }
    return registers[page].judgeImage(floor, whole, value >>> VERSION_SHIFT);
  }
}
