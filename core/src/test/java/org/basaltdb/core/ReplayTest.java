package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.ForwardingFile;
import org.basaltdb.offheap.file.fault.ForwardingFiles;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an open makes of a log that is so long that it is replayed in parts, by several threads,
/// with pages that are read ahead (REPLAY-3, AHEAD-1).
@Tag("engine")
@Timeout(180)
class ReplayTest {
  private static final int ROWS = 20_000;
  private static final int PAGE_BYTES = 8192;
  private static final long POOL_BYTES = 128 << 20;

  private final EngineFixture fixture = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    EngineFixture.requireFiles();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Options options(Consumer<Options.Builder> change) {
    return EngineFixture.options(builder -> {
      builder
          .checkpointLogBytes(1L << 30)
          .logSegmentBytes(4 << 20)
          .poolBytes(POOL_BYTES)
          .durability(Durability.NONE);
      change.accept(builder);
    });
  }

  private static TableSchema schema(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.VARCHAR)
        .column("version", ColumnType.INT)
        .column("content", ColumnType.VARBINARY)
        .primaryKey("id")
        .build();
  }

  private static String key(int row) {
    return "row " + row;
  }

  private static byte[] content(int row, int version) {
    SplittableRandom random = new SplittableRandom(row * 31L + version);
    byte[] content = new byte[300 + random.nextInt(200)];
    random.nextBytes(content);
    return content;
  }

  private static void put(Session session, Table table, RowBuffer row, int id, int version) {
    row.setString("id", key(id)).setInt("version", version);
    row.setBytes("content", content(id, version));
    session.upsert(table, row);
  }

  /// Makes a checkpoint, and then changes all rows, some several times, and removes some; half way
  /// a table is dropped and another made.
  ///
  /// @return the version of each row; -1 of one that is gone
  private int[] writeTail() {
    int[] versions = new int[ROWS];
    try (Basalt db = Basalt.open(fixture.directory(), options(builder -> {}));
        Session session = db.openSession()) {
      Table table = db.createTable(schema("rows"));
      RowBuffer row = table.newRow();
      for (int id = 0; id < ROWS; id++) {
        put(session, table, row, id, 0);
      }
      Table dropped = db.createTable(schema("dropped"));
      db.checkpoint();
      SplittableRandom random = new SplittableRandom(7);
      Table other = dropped;
      RowBuffer otherRow = other.newRow();
      Key key = table.newKey();
      for (int step = 1; step <= 3 * ROWS; step++) {
        int id = random.nextInt(ROWS);
        if (random.nextInt(50) == 0) {
          session.delete(table, key.setString("id", key(id)));
          versions[id] = -1;
        } else {
          put(session, table, row, id, step);
          versions[id] = step;
        }
        if (step % 100 == 0) {
          put(session, other, otherRow, step, 1);
        }
        if (step == ROWS) {
          db.dropTable("dropped");
          other = db.createTable(schema("made"));
          otherRow = other.newRow();
        }
      }
      db.sync();
      copied = copyOf(fixture.directory());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return versions;
  }

  private Path copied = Path.of("");

  /// What a process that was killed has left. A file that is being made may get its name meanwhile:
  /// it holds nothing yet.
  private Path copyOf(Path directory) throws IOException {
    Path copy = fixture.newDirectory();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files =
          walk.filter(Files::isRegularFile)
              .filter(file -> !file.toString().endsWith(".new"))
              .toList();
    }
    for (Path file : files) {
      Path target = copy.resolve(directory.relativize(file));
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
    }
    return copy;
  }

  private static void check(Basalt db, int[] versions) {
    assertThat(db.hasTable("dropped")).isFalse();
    assertThat(db.stats().replayedRecordCount()).isGreaterThan(2 * ROWS);
    Table table = db.table("rows");
    Table made = db.table("made");
    int present = 0;
    try (Session session = db.openSession()) {
      RowView view = table.newView();
      Key key = table.newKey();
      for (int id = 0; id < ROWS; id++) {
        boolean found = session.get(table, key.setString("id", key(id)), view);
        assertThat(found).isEqualTo(versions[id] >= 0);
        if (found) {
          assertThat(view.getInt("version")).isEqualTo(versions[id]);
          assertThat(view.getBytes("content")).isEqualTo(content(id, versions[id]));
          present++;
        }
      }
      Key madeKey = made.newKey();
      RowView madeView = made.newView();
      for (int step = ROWS + 100; step <= 3 * ROWS; step += 100) {
        assertThat(session.get(made, madeKey.setString("id", key(step)), madeView)).isTrue();
      }
      assertThat(session.get(made, madeKey.setString("id", key(ROWS)), madeView)).isFalse();
    }
    assertThat(table.rowCount()).isEqualTo(present);
    db.engine()
        .catalog()
        .tables()
        .forEach(entry -> {
          for (var partition : entry.partitions()) {
            assertThat(partition.findFault()).isNull();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {512 << 10, 4 << 20, POOL_BYTES})
  void aLongTailIsReplayedWhateverThePoolHolds(long poolBytes) {
    int[] versions = writeTail();
    try (Basalt db = Basalt.open(copied, options(builder -> builder.poolBytes(poolBytes)))) {
      check(db, versions);
    }
  }

  /// Counts reads of page images, and fails those of several at once from the first read of the log
  /// on, if it is told to.
  private static final class WatchedFiles extends ForwardingFiles {
    final AtomicInteger imageReads = new AtomicInteger();
    final boolean failing;
    volatile boolean logRead;

    WatchedFiles(boolean failing) {
      super(FileLayer.system());
      this.failing = failing;
    }

    Seam seam() {
      return new Seam(Clock.system(), this, Randomness.system());
    }

    @Override
    protected DataFile opened(DataFile file) {
      boolean images = String.valueOf(file.path().getFileName()).startsWith("pages-");
      boolean log = String.valueOf(file.path().getFileName()).startsWith("wal-");
      return new ForwardingFile(file) {
        @Override
        public void read(long address, int length, long offset) throws IOException {
          logRead |= log;
          if (images && logRead) {
            imageReads.incrementAndGet();
            if (failing && length > PAGE_BYTES) {
              throw new IOException("a long read fails because the test says so");
            }
          }
          super.read(address, length, offset);
        }
      };
    }
  }

  @Test
  void pagesAreReadByTheDozen() {
    int[] versions = writeTail();
    WatchedFiles files = new WatchedFiles(false);
    try (Basalt db = Basalt.open(copied, options(builder -> builder.seam(files.seam())))) {
      int reads = files.imageReads.get();
      assertThat(db.stats().coldReadCount()).isGreaterThan(1_000);
      assertThat(reads * 12L).isLessThan(db.stats().coldReadCount());
      check(db, versions);
    }
  }

  @Test
  void whatCannotBeReadAheadIsReadWhenItIsNeeded() {
    int[] versions = writeTail();
    WatchedFiles files = new WatchedFiles(true);
    try (Basalt db = Basalt.open(copied, options(builder -> builder.seam(files.seam())))) {
      assertThat(files.imageReads.get()).isGreaterThan(1_000);
      check(db, versions);
    }
  }
}
