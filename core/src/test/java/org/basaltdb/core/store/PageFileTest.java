package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.error.CorruptPageFileException;
import org.basaltdb.core.error.ForeignPageFileException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.file.fault.PowerOffException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageFileTest {
  private static final Path ROOT = Path.of("/store");
  private static final Path PATH = ROOT.resolve("pages-0003");
  private static final UUID DATABASE = new UUID(11, 22);
  private static final int PARTITION = 3;

  private final FaultyFiles disk = new FaultyFiles(ROOT, 1);
  private final MemoryBudget budget = new MemoryBudget(1 << 20);
  private final PageImages images = new PageImages(4, budget);

  @AfterEach
  void freeMemory() {
    images.close();
    images.close();
    assertThat(budget.used()).isZero();
  }

  private PageFile create() throws IOException {
    return PageFile.create(disk, PATH, DATABASE, PARTITION);
  }

  private PageFile open() throws IOException {
    return PageFile.open(disk, PATH, DATABASE, PARTITION);
  }

  /// Fills image `i` and seals it.
  private int image(int i, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int offset = 0; offset < PageLayout.PAGE_BYTES; offset += Long.BYTES) {
      Memory.putLong(images.address(i) + offset, random.nextLong());
    }
    return images.seal(i);
  }

  private void assertImage(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int offset = 0; offset < PageLayout.PAGE_BYTES; offset += Long.BYTES) {
      long expected = random.nextLong();
      long mask = offset == PageLayout.CHECKSUM_OFFSET ? 0xFFFF_FFFF_0000_0000L : -1L;
      assertThat(Memory.getLong(images.address(0) + offset) & mask)
          .as("offset %s", offset)
          .isEqualTo(expected & mask);
    }
  }

  @Test
  void imagesComeBack() throws IOException {
    int[] checksums = new int[4];
    try (PageFile file = create()) {
      assertThat(file.slotCount()).isZero();
      for (int i = 0; i < 4; i++) {
        checksums[i] = image(i, i);
      }
      file.write(7, images, 0, 4);
      file.write(2, images, 1, 2);
      file.sync();
      assertThat(file.slotCount()).isEqualTo(11);
    }
    try (PageFile file = open()) {
      assertThat(file.path()).isEqualTo(PATH);
      for (int i = 0; i < 4; i++) {
        file.read(7 + i, 100 + i, checksums[i], images);
        assertImage(i);
      }
      file.read(3, 5, checksums[2], images);
      assertImage(2);
    }
  }

  @Test
  void worksOnRealFiles(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("pages");
    int checksum = image(3, 9);
    try (PageFile file = PageFile.create(FileLayer.system(), path, DATABASE, 0)) {
      file.write(5, images, 3, 1);
      file.sync();
    }
    try (PageFile file = PageFile.open(FileLayer.system(), path, DATABASE, 0)) {
      file.read(5, 1, checksum, images);
      assertImage(9);
    }
    assertThatThrownBy(() -> PageFile.create(FileLayer.system(), path, DATABASE, 0))
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  /// SLOTFILE-1: no bit of an image can flip unseen.
  @Test
  void everyFlippedBitIsFound() throws IOException {
    SplittableRandom random = new SplittableRandom(5);
    int checksum = image(0, 1);
    try (PageFile file = create()) {
      file.write(1, images, 0, 1);
      file.sync();
      for (int i = 0; i < 300; i++) {
        int offset = i < 20 ? i : random.nextInt(PageLayout.PAGE_BYTES);
        int bit = random.nextInt(8);
        disk.flipBit(PATH, PageFileLayout.fileOffset(1) + offset, bit);
        CorruptPageException found =
            catchThrowableOfType(
                CorruptPageException.class, () -> file.read(1, 42, checksum, images));
        assertThat(found).as("offset %s, bit %s", offset, bit).isNotNull();
        assertThat(found.page()).isEqualTo(42);
        assertThat(found.file()).isEqualTo(PATH.toString());
        assertThat(found.offset()).isEqualTo(PageFileLayout.fileOffset(1));
        disk.flipBit(PATH, PageFileLayout.fileOffset(1) + offset, bit);
      }
      file.read(1, 42, checksum, images);
    }
  }

  /// SLOT-3: the image before, whole and right by itself, is not the one that was written.
  @Test
  void anImageThatTheDeviceDidNotReplaceIsFound() throws IOException {
    try (PageFile file = create()) {
      image(0, 1);
      file.write(0, images, 0, 1);
      int newer = image(0, 2);
      assertThatThrownBy(() -> file.read(0, 8, newer, images))
          .isInstanceOf(CorruptPageException.class)
          .hasMessageContaining("page 8")
          .hasMessageContaining("sealed with");
    }
  }

  @Test
  void aSlotBehindTheEndIsFound() throws IOException {
    try (PageFile file = create()) {
      int checksum = image(0, 1);
      file.write(0, images, 0, 1);
      assertThatThrownBy(() -> file.read(1, 8, checksum, images))
          .isInstanceOf(CorruptPageException.class)
          .hasMessageContaining("end of the file");
    }
  }

  /// SLOT-6: a slot that was given back is never taken for an image, also by those who expect a
  /// checksum of zero, or that of zeroes.
  @Test
  void aSlotThatWasGivenBackIsNoImage(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("pages");
    int checksum = image(0, 1);
    try (PageFile file = PageFile.create(FileLayer.system(), path, DATABASE, 0)) {
      for (int slot = 0; slot < 4; slot++) {
        file.write(slot, images, 0, 1);
      }
      int slots = file.slotCount();
      Assumptions.assumeTrue(file.giveBack(1, 2), "the file system has no such call");
      assertThat(file.slotCount()).isEqualTo(slots);
      Memory.fill(images.address(1), PageLayout.PAGE_BYTES, (byte) 0);
      int ofZeroes = images.checksum(1);
      for (int expected : new int[] {checksum, 0, ofZeroes}) {
        assertThatThrownBy(() -> file.read(1, 8, expected, images))
            .isInstanceOf(CorruptPageException.class);
        assertThatThrownBy(() -> file.read(2, 8, expected, images))
            .isInstanceOf(CorruptPageException.class);
      }
      file.read(0, 8, checksum, images);
      file.read(3, 8, checksum, images);
      image(0, 2);
      int again = images.seal(0);
      file.write(1, images, 0, 1);
      file.read(1, 8, again, images);
      assertImage(2);
    }
  }

  @Test
  void everyFlippedBitOfTheHeaderIsNamed() throws IOException {
    create().close();
    int headerBytes = PageFileLayout.CHECKSUM_OFFSET + Integer.BYTES;
    for (int offset = 0; offset < headerBytes; offset++) {
      for (int bit = 0; bit < 8; bit++) {
        disk.flipBit(PATH, offset, bit);
        assertThatThrownBy(this::open)
            .as("offset %s, bit %s", offset, bit)
            .isInstanceOfAny(CorruptPageFileException.class, NewerFormatException.class)
            .hasMessageContaining(PATH.toString());
        disk.flipBit(PATH, offset, bit);
      }
    }
    open().close();
  }

  @Test
  void aFileThatEndsInItsHeaderIsNamed() throws IOException {
    create().close();
    try (DataFile file = disk.open(PATH, OpenMode.OPEN_EXISTING, true)) {
      file.truncate(4096);
    }
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptPageFileException.class)
        .hasMessageContaining("4096 bytes");
  }

  @Test
  void aFileOfSomebodyElseIsNamed() throws IOException {
    create().close();
    UUID other = new UUID(1, 2);
    assertThatThrownBy(() -> PageFile.open(disk, PATH, other, PARTITION))
        .isInstanceOf(ForeignPageFileException.class)
        .hasMessageContaining(DATABASE.toString())
        .hasMessageContaining(other.toString());
    assertThatThrownBy(() -> PageFile.open(disk, PATH, DATABASE, 4))
        .isInstanceOf(ForeignPageFileException.class)
        .hasMessageContaining("partition 3");
    assertThatThrownBy(() -> PageFile.open(disk, ROOT.resolve("none"), DATABASE, 4))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aFailedCallIsTold() throws IOException {
    for (FileOperation operation :
        new FileOperation[] {FileOperation.OPEN, FileOperation.WRITE, FileOperation.SYNC}) {
      disk.fail(operation, 1, Errno.EIO);
      assertThatThrownBy(this::create).as("%s", operation).isInstanceOf(FileErrorException.class);
      if (disk.exists(PATH)) {
        disk.delete(PATH);
      }
    }
    try (PageFile file = create()) {
      int checksum = image(0, 1);
      disk.fail(FileOperation.WRITE, 1, Errno.ENOSPC);
      assertThatThrownBy(() -> file.write(0, images, 0, 1)).isInstanceOf(FileErrorException.class);
      disk.fail(FileOperation.READ, 1, Errno.EIO);
      file.write(0, images, 0, 1);
      assertThatThrownBy(() -> file.read(0, 0, checksum, images))
          .isInstanceOf(FileErrorException.class);
      file.read(0, 0, checksum, images);
    }
  }

  /// A power cut at every step of a creation. One that ended is there; of one that did not, what is
  /// there is right or is named.
  @Test
  void aCreationThatIsCutShortIsThereOrNamed() throws IOException {
    int endedCount = 0;
    int wholeCount = 0;
    int namedCount = 0;
    for (int seed = 0; seed < 200; seed++) {
      FaultyFiles cut = new FaultyFiles(ROOT, seed);
      cut.cutPowerAfter(seed % 5);
      boolean ended = false;
      try {
        PageFile.create(cut, PATH, DATABASE, PARTITION).close();
        cut.syncDirectory(ROOT);
        ended = true;
        endedCount++;
      } catch (PowerOffException off) {
        // in the middle
      }
      cut.restart(seed);
      if (!ended && !cut.exists(PATH)) {
        continue;
      }
      try {
        PageFile.open(cut, PATH, DATABASE, PARTITION).close();
        wholeCount++;
      } catch (CorruptPageFileException torn) {
        assertThat(ended).isFalse();
        namedCount++;
      }
    }
    assertThat(endedCount).isPositive();
    assertThat(wholeCount).isGreaterThan(endedCount);
    assertThat(namedCount).isPositive();
  }
}
