package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Neither appending nor leading a commit allocates on the heap.
class LogAllocationTest {
  private static final int WARMUP = 60_000;
  private static final int MEASURED = 20_000;
  private static final int PAYLOAD_BYTES = 130;

  @ParameterizedTest
  @EnumSource
  void aCommitAllocatesNothing(Durability durability) throws Exception {
    LogOptions options =
        LogOptions.of(Path.of("/nowhere"), Disk.DATABASE, new MemoryBudget(Long.MAX_VALUE))
            .withIntervalNanos(Long.MAX_VALUE);
    Seam seam = new Seam(Clock.system(), new DiscardingFiles(), Randomness.seeded(1));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Log log = Log.open(options, seam, (lsn, type, flags, kind, address, bytes) -> {})) {
      commit(log, durability, WARMUP);
      long best = Long.MAX_VALUE;
      for (int attempt = 0; attempt < 5 && best > 0; attempt++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        commit(log, durability, MEASURED);
        best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat((double) best / MEASURED).as("bytes allocated per commit").isLessThan(0.1);
    }
  }

  private static void commit(Log log, Durability durability, int count) {
    for (int index = 0; index < count; index++) {
      long lsn = log.claim(PAYLOAD_BYTES);
      while (lsn == CommitLog.NO_SPACE) {
        log.awaitSpace(PAYLOAD_BYTES);
        lsn = log.claim(PAYLOAD_BYTES);
      }
      log.publish(lsn, PAYLOAD_BYTES, RecordType.MUTATION, durability);
      if (durability == Durability.SYNC) {
        log.awaitDurable(lsn);
      } else if (index % 4 == 0) {
        log.flush();
      }
    }
  }

  /// Files that keep nothing.
  private static final class DiscardingFiles implements FileLayer {
    @Override
    public DataFile open(Path path, OpenMode mode, boolean direct) {
      return new DiscardingFile(path);
    }

    @Override
    public void syncDirectory(Path directory) {}

    @Override
    public void rename(Path from, Path to) {}

    @Override
    public void delete(Path path) {}

    @Override
    public List<Path> list(Path directory) {
      return List.of();
    }

    @Override
    public long size(Path path) {
      return 0;
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public boolean exists(Path path) {
      return false;
    }
  }

  private record DiscardingFile(Path path) implements DataFile {
    @Override
    public void read(long address, int length, long offset) throws IOException {
      throw new IOException("nothing is kept");
    }

    @Override
    public void write(long address, int length, long offset) {}

    @Override
    public void sync() {}

    @Override
    public void truncate(long sizeBytes) {}

    @Override
    public void zeroFill(long from, long to) {}

    @Override
    public boolean punchHole(long from, long to) {
      return false;
    }

    @Override
    public long size() {
      return 0;
    }

    @Override
    public boolean direct() {
      return false;
    }

    @Override
    public void close() {}
  }
}
