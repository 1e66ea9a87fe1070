package org.basaltdb.offheap.file.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FaultyFilesTest {
  private static final Path ROOT = Path.of("/disk");
  private static final Path PATH = ROOT.resolve("file");
  private static final int SECTORS = 8;
  private static final int BYTES = SECTORS * Sectors.SECTOR_BYTES;

  private final long memory = Memory.allocate(BYTES, 4096);
  private final FaultyFiles files = new FaultyFiles(ROOT, 42);

  @AfterEach
  void free() {
    Memory.free(memory);
  }

  @Test
  void theNthOperationFailsAndTheNextDoesNot() throws IOException {
    DataFile file = durableFile(1);
    files.fail(FileOperation.WRITE, 2, Errno.EIO);
    write(file, 2);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> write(file, 3))
        .withMessageContaining("write failed; found EIO")
        .withMessageContaining("/disk/file at offset 0");
    write(file, 4);
    files.failFrom(FileOperation.SYNC, 1, Errno.ENOSPC);
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(FileErrorException.class)
          .isThrownBy(file::sync)
          .satisfies(error -> assertThat(error.diskFull()).isTrue());
    }
    files.heal();
    file.sync();
    assertThat(files.count(FileOperation.WRITE)).isEqualTo(4);
  }

  @Test
  void whatIsSyncedSurvivesEveryPowerCut() throws IOException {
    for (int seed = 0; seed < 100; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
      write(file, 1);
      file.sync();
      disk.syncDirectory(ROOT);
      disk.cutPower();
      disk.restart(seed);
      assertThat(contents(disk)).containsOnly(1);
    }
  }

  @Test
  void ofUnsyncedWritesAnySectorSurvivesOrNot() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
      write(file, 1);
      file.sync();
      disk.syncDirectory(ROOT);
      write(file, 2);
      write(file, 3);
      disk.restart(seed);
      byte[] sectors = contents(disk);
      for (byte value : sectors) {
        assertThat(value).isBetween((byte) 1, (byte) 3);
      }
      outcomes.add(Arrays.toString(sectors));
    }
    assertThat(outcomes)
        .contains("[1, 1, 1, 1, 1, 1, 1, 1]", "[3, 3, 3, 3, 3, 3, 3, 3]")
        .as("torn")
        .hasSizeGreaterThan(50);
    assertThat(outcomes)
        .as("an older version may survive a newer")
        .anyMatch(each -> each.contains("2"));
  }

  @Test
  void theSizeIsLostOnItsOwn() throws IOException {
    Set<Long> sizes = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, false);
      file.write(memory, 100, 0);
      file.sync();
      disk.syncDirectory(ROOT);
      file.write(memory, 100, 1000);
      file.truncate(600);
      disk.restart(seed);
      sizes.add(disk.size(PATH));
    }
    assertThat(sizes).containsExactlyInAnyOrder(100L, 1100L, 600L);
  }

  @Test
  void namesAreLostUnlessTheDirectoryIsSynced() throws IOException {
    int found = 0;
    int foundOld = 0;
    for (int seed = 0; seed < 100; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      disk.open(PATH, OpenMode.CREATE_NEW, false).close();
      disk.syncDirectory(ROOT);
      disk.rename(PATH, ROOT.resolve("renamed"));
      disk.open(ROOT.resolve("new"), OpenMode.CREATE_NEW, false).close();
      disk.restart(seed);
      found += disk.exists(ROOT.resolve("new")) ? 1 : 0;
      foundOld += disk.exists(PATH) ? 1 : 0;
      assertThat(disk.exists(PATH)).isNotEqualTo(disk.exists(ROOT.resolve("renamed")));
    }
    assertThat(found).isBetween(20, 80);
    assertThat(foundOld).isBetween(20, 80);
  }

  @Test
  void aDeletionThatIsLostBringsTheFileBack() throws IOException {
    int back = 0;
    for (int seed = 0; seed < 100; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
      write(file, 1);
      file.sync();
      disk.syncDirectory(ROOT);
      disk.delete(PATH);
      disk.restart(seed);
      if (disk.exists(PATH)) {
        back++;
        assertThat(contents(disk)).containsOnly(1);
      }
    }
    assertThat(back).isBetween(20, 80);
  }

  @Test
  void whatWasInADirectoryThatIsLostIsLost() throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      Path directory = ROOT.resolve("a/b");
      disk.createDirectories(directory);
      disk.open(directory.resolve("file"), OpenMode.CREATE_NEW, false).close();
      disk.syncDirectory(directory);
      disk.restart(seed);
      assertThat(disk.exists(directory.resolve("file"))).isEqualTo(disk.exists(directory));
    }
  }

  @Test
  void afterAFailedSyncTheNextSucceedsAndTheDataIsGone() throws IOException {
    boolean gone = false;
    for (int seed = 0; seed < 20; seed++) {
      FaultyFiles disk = new FaultyFiles(ROOT, seed);
      DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
      write(file, 1);
      file.sync();
      disk.syncDirectory(ROOT);
      write(file, 2);
      disk.fail(FileOperation.SYNC, 1, Errno.EIO);
      assertThatExceptionOfType(FileErrorException.class).isThrownBy(file::sync);
      file.sync();
      file.read(memory, BYTES, 0);
      assertThat(Memory.getByte(memory)).as("still in the page cache").isEqualTo((byte) 2);
      disk.restart(seed);
      for (byte value : contents(disk)) {
        gone |= value == 1;
      }
    }
    assertThat(gone).isTrue();
  }

  @Test
  void withoutPowerNothingWorksAndOldHandlesStayDead() throws IOException {
    DataFile file = durableFile(1);
    files.cutPower();
    assertThatExceptionOfType(PowerOffException.class)
        .isThrownBy(() -> write(file, 2))
        .withMessageContaining("off");
    assertThatExceptionOfType(PowerOffException.class).isThrownBy(file::sync);
    assertThatExceptionOfType(PowerOffException.class)
        .isThrownBy(() -> files.open(PATH, OpenMode.OPEN_EXISTING, false));
    files.restart(1);
    assertThatExceptionOfType(PowerOffException.class).isThrownBy(file::sync);
    files.open(PATH, OpenMode.OPEN_EXISTING, false).sync();
  }

  @Test
  void thePowerCanBeCutAtEveryOperation() throws IOException {
    int operations = (int) scenario(new FaultyFiles(ROOT, 1));
    assertThat(operations).isEqualTo(6);
    for (int cut = 0; cut < operations; cut++) {
      FaultyFiles disk = new FaultyFiles(ROOT, 1);
      disk.cutPowerAfter(cut);
      assertThatExceptionOfType(PowerOffException.class).isThrownBy(() -> scenario(disk));
      assertThat(disk.count()).isEqualTo(cut);
      disk.restart(cut);
      assertThat(disk.list(ROOT)).hasSizeLessThanOrEqualTo(1);
    }
    FaultyFiles disk = new FaultyFiles(ROOT, 1);
    disk.cutPowerAfter(operations);
    scenario(disk);
  }

  @Test
  void aSeedGivesTheSameDisk() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(tornContents(seed)).isEqualTo(tornContents(seed));
    }
  }

  @Test
  void aFullDiskRefusesGrowthAndNothingElse() throws IOException {
    DataFile file = durableFile(1);
    files.limitBytes(BYTES);
    write(file, 2);
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.write(memory, BYTES, BYTES))
        .satisfies(error -> assertThat(error.diskFull()).isTrue());
    assertThatExceptionOfType(FileErrorException.class)
        .isThrownBy(() -> file.zeroFill(0, 2 * BYTES));
    assertThat(file.size()).isEqualTo(BYTES);
    files.heal();
    file.write(memory, BYTES, BYTES);
  }

  @Test
  void aFlippedBitIsSeenAndStays() throws IOException {
    durableFile(1);
    files.flipBit(PATH, 1000, 3);
    DataFile file = files.open(PATH, OpenMode.OPEN_EXISTING, false);
    file.read(memory, BYTES, 0);
    assertThat(Memory.getByte(memory + 1000)).isEqualTo((byte) (1 ^ 8));
    files.restart(7);
    files.open(PATH, OpenMode.OPEN_EXISTING, false).read(memory, BYTES, 0);
    assertThat(Memory.getByte(memory + 1000)).isEqualTo((byte) 9);
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> files.flipBit(ROOT.resolve("none"), 0, 0));
  }

  @Test
  void directIoCanBeRefused() throws IOException {
    files.grantDirect(false);
    assertThat(files.open(PATH, OpenMode.CREATE_NEW, true).direct()).isFalse();
    files.grantDirect(true);
    assertThat(files.open(PATH, OpenMode.OPEN_EXISTING, true).direct()).isTrue();
  }

  /// Makes a file durable step by step.
  private long scenario(FaultyFiles disk) throws IOException {
    DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
    disk.syncDirectory(ROOT);
    file.zeroFill(0, BYTES);
    file.sync();
    write(file, 5);
    file.sync();
    return disk.count();
  }

  private byte[] tornContents(int seed) throws IOException {
    FaultyFiles disk = new FaultyFiles(ROOT, seed);
    DataFile file = disk.open(PATH, OpenMode.CREATE_NEW, true);
    write(file, 1);
    file.sync();
    disk.syncDirectory(ROOT);
    write(file, 2);
    disk.restart(seed);
    return contents(disk);
  }

  private DataFile durableFile(int value) throws IOException {
    DataFile file = files.open(PATH, OpenMode.CREATE_NEW, true);
    write(file, value);
    file.sync();
    files.syncDirectory(ROOT);
    return file;
  }

  private void write(DataFile file, int value) throws IOException {
    Memory.fill(memory, BYTES, (byte) value);
    file.write(memory, BYTES, 0);
  }

  /// The value of each sector, which must be the same throughout.
  private byte[] contents(FaultyFiles disk) throws IOException {
    disk.open(PATH, OpenMode.OPEN_EXISTING, true).read(memory, BYTES, 0);
    byte[] values = new byte[SECTORS];
    for (int sector = 0; sector < SECTORS; sector++) {
      long start = memory + (long) sector * Sectors.SECTOR_BYTES;
      values[sector] = Memory.getByte(start);
      for (int at = 0; at < Sectors.SECTOR_BYTES; at++) {
        assertThat(Memory.getByte(start + at)).isEqualTo(values[sector]);
      }
    }
    return values;
  }
}
