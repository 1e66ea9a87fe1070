package org.basaltdb.offheap.posix;

import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.epoch.Epochs;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.memory.Region;

/// Uses a little of everything and prints what it found; run by [ModesTest].
final class ModesProbe {
  private ModesProbe() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println("native " + Posix.available());
    useMemory();
    useFiles(Path.of(arguments[0]));
    useEpochs();
    Degradations.list()
        .forEach(each -> System.out.println("degraded " + each.kind() + " " + each.subject()));
  }

  private static void useMemory() {
    MemoryBudget budget = new MemoryBudget(64L << 20);
    for (int round = 0; round < 2; round++) {
      Region region = Region.reserve("probe", 32L << 20, Region.ANY_NODE, budget, Owner.FRAMES);
      region.commitTo(8L << 20);
      check(Memory.getLong(region.base() + (7L << 20)) == 0, "zeroed");
      Memory.putLong(region.base() + (7L << 20), 5);
      region.giveBack(6L << 20, 2L << 20);
      check(Memory.getLong(region.base() + (7L << 20)) == 0, "given back");
      region.close();
    }
    check(budget.used() == 0, "budget");
    long address = Memory.allocate(1 << 20, 4096);
    Memory.putLongVolatile(address, 1);
    check(Memory.compareAndSetLong(address, 1, 2), "compare and set");
    Memory.free(address);
    System.out.println("memory ok");
  }

  private static void useFiles(Path directory) throws IOException {
    FileLayer files = FileLayer.system();
    long address = Memory.allocate(8192, 4096);
    Memory.fill(address, 4096, (byte) 3);
    try (DataFile file = files.open(directory.resolve("probe"), OpenMode.CREATE_NEW, true)) {
      file.zeroFill(0, 8192);
      file.write(address, 4096, 4096);
      file.sync();
      file.read(address + 4096, 4096, 4096);
      check(Memory.equal(address, address + 4096, 4096), "read back");
      check(file.size() == 8192, "size");
    }
    files.syncDirectory(directory);
    files.delete(directory.resolve("probe"));
    Memory.free(address);
    System.out.println("files ok");
  }

  private static void useEpochs() {
    Epochs epochs = new Epochs();
    long slot = epochs.acquireSlot();
    epochs.enter(slot);
    long stamp = epochs.advance();
    check(epochs.oldestActive() <= stamp, "held back");
    epochs.exit(slot);
    check(epochs.oldestActive() > stamp, "let go");
    System.out.println("epochs ok");
  }

  private static void check(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
