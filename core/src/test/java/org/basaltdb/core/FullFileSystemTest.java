package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.offheap.posix.Posix;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A real file system that is full: a small one in memory, which this test mounts. Where it may
/// not, it is skipped, and `TierFailureTest` has the same with a simulated disk.
@Tag("engine")
@Timeout(120)
class FullFileSystemTest {
  private static final int ROWS = 8_000;

  private final EngineFixture fixture = new EngineFixture();
  private final Scores scores = new Scores(ROWS);
  private boolean mounted;

  @TempDir Path mountPoint;

  @BeforeEach
  void mount() throws Exception {
    EngineFixture.requireFiles();
    mounted = run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", mountPoint.toString());
    Assumptions.assumeTrue(mounted, "a file system can only be mounted by root");
  }

  @AfterEach
  void unmount() throws Exception {
    fixture.close();
    if (mounted) {
      assertThat(run("umount", mountPoint.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(new File("/dev/null"))
              .start();
    } catch (IOException notThere) {
      return false;
    }
    return process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private static Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .partitions(1)
            .poolBytes(Options.MIN_POOL_BYTES)
            .logSegmentBytes(512 << 10)
            .logBufferBytes(128 << 10)
            .checkpointLogBytes(1L << 30)
            .durability(Durability.NONE));
  }

  private boolean put(Session session, Table users, RowBuffer row, int id) {
    try {
      scores.put(session, users, row, id);
    } catch (ReadOnlyException full) {
      assertThat(full)
          .hasMessageContaining(Posix.available() ? "ENOSPC" : "No space left")
          .hasMessageContaining("resume");
      return false;
    }
    return true;
  }

  @ParameterizedTest
  @EnumSource
  void aFullFileSystemStopsWritesUntilThereIsRoom(WriterMode mode) throws Exception {
    Path directory = mountPoint.resolve("db");
    try (Basalt db = Basalt.open(directory, options(mode))) {
      Table users = db.createTable(EngineFixture.users());
      try (Session session = db.openSession()) {
        RowBuffer row = users.newRow();
        int written = 0;
        while (put(session, users, row, (int) (written * 7919L % ROWS))) {
          written++;
        }
        assertThat(written).isGreaterThan(1_000);
        scores.check(db);
        Path filler = mountPoint.resolve("filler");
        fill(filler);
        assertThatThrownBy(db::checkpoint).isInstanceOf(CheckpointFailedException.class);
        scores.check(db);
        Files.delete(filler);
        assertThat(run("mount", "-o", "remount,size=64m", mountPoint.toString())).isTrue();
        for (int id = 0; id < ROWS; id += 3) {
          while (!put(session, users, row, id)) {
            Thread.sleep(5);
          }
        }
        db.checkpoint();
        scores.check(db);
      }
    }
    try (Basalt db = Basalt.open(directory, options(mode))) {
      scores.check(db);
    }
  }

  /// Takes what is left, to the last block.
  private static void fill(Path path) throws IOException {
    try (OutputStream out = Files.newOutputStream(path)) {
      byte[] block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }
}
