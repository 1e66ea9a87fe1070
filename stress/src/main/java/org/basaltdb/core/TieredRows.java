package org.basaltdb.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.stress.race.RaceDisk;
import org.basaltdb.wal.Durability;

/// A database whose rows take three times the memory that there is for pages. A few of the rows are
/// written again and again; reads of the others keep pages coming and going.
///
/// A row's body repeats its version. The writer notes the version before and after it writes.
final class TieredRows {
  /// What a reader found out.
  static final String CURRENT = "CURRENT";

  static final String STALE = "STALE";
  static final String TORN = "TORN";
  static final String MISSED = "MISSED";
  static final String NEVER_WAS = "NEVER_WAS";
  static final String FAILED = "FAILED";

  private static final int ROWS = 1_000;

  /// Of these, every one that is written: so they lie in as many pages.
  private static final int WRITTEN_EVERY = 40;

  private static final int WRITTEN = ROWS / WRITTEN_EVERY;
  private static final int USUAL_BYTES = 1_500;
  private static final int LONGEST_BYTES = 3_000;
  private static final int READS_BETWEEN = 3;
  private static final long MEMORY_BYTES = 128L << 20;
  private static final long LOG_SEGMENT_BYTES = 1 << 20;
  private static final int LOG_BUFFER_BYTES = 512 << 10;

  private final Basalt db;
  private final Table table;
  private final ThreadLocal<Caller> callers = ThreadLocal.withInitial(Caller::new);
  private final Noted[] noted = new Noted[WRITTEN];

  /// The row that is about to be written: where it is worth to look.
  private volatile int next;

  /// Versions of a row, by its one writer.
  private static final class Noted {
    volatile long begun;
    volatile long ended;
  }

  /// What a thread needs to call the database.
  private final class Caller {
    final Session session = db.openSession();
    final RowBuffer row = table.newRow();
    final RowView view = table.newView();
    final byte[] body = new byte[LONGEST_BYTES];
  }

  TieredRows(WriterMode mode) {
    Path directory = newDirectory();
    Options options =
        Options.builder()
            .memoryBudgetBytes(MEMORY_BYTES)
            .poolBytes(Options.MIN_POOL_BYTES)
            .partitions(1)
            .writerMode(mode)
            .durability(Durability.NONE)
            .logSegmentBytes(LOG_SEGMENT_BYTES)
            .logBufferBytes(LOG_BUFFER_BYTES)
            .checkpointLogBytes(2 * LOG_SEGMENT_BYTES)
            .seam(new Seam(Clock.system(), new RaceDisk(), Randomness.seeded(1)))
            .build();
    db = Basalt.open(directory, options);
    table =
        db.createTable(
            TableSchema.builder("rows")
                .column("id", ColumnType.BIGINT)
                .column("version", ColumnType.BIGINT)
                .column("body", ColumnType.VARBINARY)
                .maxLength(LONGEST_BYTES)
                .primaryKey("id")
                .build());
    for (int i = 0; i < WRITTEN; i++) {
      noted[i] = new Noted();
    }
    for (int id = 0; id < ROWS; id++) {
      put(id, 0, USUAL_BYTES);
    }
  }

  /// Only the lock of the database is there; the rest is in memory.
  private static Path newDirectory() {
    try {
      Path made = Files.createTempDirectory("basalt-race-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made)));
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(long id, long version, int bytes) {
    Caller caller = callers.get();
    byte[] body = new byte[bytes];
    Arrays.fill(body, (byte) version);
    caller.row.clear().setLong("id", id).setLong("version", version).setBytes("body", body);
    caller.session.upsert(table, caller.row);
  }

  private interface Step {
    String run();
  }

  /// A protocol that broke may say so by itself.
  private static String judged(Step step) {
    try {
      return step.run();
    } catch (RuntimeException failure) {
      return FAILED;
    }
  }

  /// The writer's next step.
  ///
  /// @return what is wrong with what it read, or [#CURRENT]
  String write() {
    return judged(this::writeOne);
  }

  /// A reader's step.
  ///
  /// @return what it was shown of a row that is written
  String read() {
    return judged(this::readOne);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
  private String writeOne() {
    int written = ThreadLocalRandom.current().nextInt(WRITTEN);
    next = written;
    String judgement = readOthers();
    Noted versions = noted[written];
    long version = versions.begun + 1;
    versions.begun = version;
    put(id(written), version, ThreadLocalRandom.current().nextInt(LONGEST_BYTES));
    versions.ended = version;
    return judgement;
  }

  private static long id(int written) {
    return (long) written * WRITTEN_EVERY;
  }

  private String readOne() {
    String judgement = readOthers();
    if (!judgement.equals(CURRENT)) {
      return judgement;
    }
    int written =
        ThreadLocalRandom.current().nextBoolean()
            ? next
            : ThreadLocalRandom.current().nextInt(WRITTEN);
    long floor = noted[written].ended;
    Caller caller = callers.get();
    if (!caller.session.get(table, id(written), caller.view)) {
      return MISSED;
    }
    return judge(caller, floor, noted[written].begun);
  }

  /// Reads rows that are not written, so that others leave memory.
  private String readOthers() {
    Caller caller = callers.get();
    for (int i = 0; i < READS_BETWEEN; i++) {
      int id = ThreadLocalRandom.current().nextInt(ROWS);
      if (id % WRITTEN_EVERY != 0) {
        if (!caller.session.get(table, id, caller.view)) {
          return MISSED;
        }
        String judgement = judge(caller, 0, 0);
        if (!judgement.equals(CURRENT)) {
          return judgement;
        }
      }
    }
    return CURRENT;
  }

  private static String judge(Caller caller, long floor, long ceiling) {
    long version = caller.view.getLong("version");
    int bytes = caller.view.copyBytes("body", caller.body);
    for (int i = 0; i < bytes; i++) {
      if (caller.body[i] != (byte) version) {
        return TORN;
      }
    }
    if (version < floor) {
      return STALE;
    }
    return version <= ceiling ? CURRENT : NEVER_WAS;
  }
}
