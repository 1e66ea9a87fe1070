package org.basaltdb.offheap.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// What stands in for `mmap` in portable mode: a private mapping of an empty sparse file that is
/// deleted at once.
///
/// It is the only memory of the JDK that is not touched when it is made. Nothing written to a
/// private mapping reaches the file, and a hole of the file reads as zeroes without a device being
/// asked.
public final class SparseMapping {
  private SparseMapping() {}

  /// Maps `bytes` of zeroes, never to be unmapped.
  ///
  /// @throws IOException if there is no temporary file, or the system does not grant a mapping of
  ///   that size
  public static MemorySegment map(long bytes) throws IOException {
    Path file = Files.createTempFile("basalt-memory-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      return channel.map(FileChannel.MapMode.PRIVATE, 0, bytes, Arena.global());
    }
  }
}
