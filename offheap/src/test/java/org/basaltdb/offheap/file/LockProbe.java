package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Path;

/// Another process that tries a lock: prints what came of it, and waits for the end of its input if
/// it has it. Run by [LockFileTest].
final class LockProbe {
  private LockProbe() {}

  public static void main(String[] arguments) throws IOException {
    try (LockFile lock = LockFile.acquire(Path.of(arguments[0]))) {
      lock.write("the probe");
      System.out.println("locked");
      while (System.in.read() >= 0) {
        // until the test closes it, or kills this process
      }
    } catch (LockFile.LockedException refused) {
      System.out.println("refused: " + refused.note());
    }
  }
}
