package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A database whose power fails again and again, while several threads write, while it is opened
/// and while it is closed. Every acknowledged SYNC write is there afterwards, no row is half of one
/// write and half of another, and what was not acknowledged is there as a whole or not at all.
@Tag("engine")
@Timeout(180)
class PowerCutTest {
  private static final int LIVES = Integer.getInteger("basalt.test.powerCuts", 25);
  private static final int THREADS = 3;
  private static final int KEYS_PER_THREAD = 20;

  /// Keys of which the remainder by 4 is this are written without SYNC.
  private static final int WEAK = 3;

  private final EngineFixture fixture = new EngineFixture();
  private final long[] acknowledged = new long[THREADS * KEYS_PER_THREAD];
  private final long[] attempted = new long[THREADS * KEYS_PER_THREAD];
  private FaultyFiles files;

  @BeforeEach
  void makeDisk() {
    EngineFixture.requireFiles();
    files = new FaultyFiles(fixture.directory(), 1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .logSegmentBytes(256 << 10)
            .logBufferBytes(128 << 10)
            .checkpointLogBytes(64 << 10)
            .seam(new Seam(Clock.system(), files, Randomness.seeded(1))));
  }

  private static TableSchema versions() {
    return TableSchema.builder("versions")
        .column("id", ColumnType.BIGINT)
        .column("version", ColumnType.BIGINT)
        .column("body", ColumnType.VARBINARY)
        .primaryKey("id")
        .build();
  }

  /// Every fifth version of a row is its removal.
  private static boolean isRemoval(long version) {
    return version % 5 == 0;
  }

  /// Of any size, from nothing to a chain of pages.
  private static byte[] body(int key, long version) {
    SplittableRandom random = new SplittableRandom(key * 1_000_003L + version);
    byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(20_000) : random.nextInt(300)];
    random.nextBytes(body);
    return body;
  }

  @ParameterizedTest
  @EnumSource
  void whatWasAcknowledgedSurvives(WriterMode mode) throws Exception {
    SplittableRandom random = new SplittableRandom(mode.name().length());
    for (int life = 0; life < LIVES; life++) {
      Basalt db = open(mode, random);
      Table table = db.hasTable("versions") ? db.table("versions") : db.createTable(versions());
      check(db, table, life);
      files.cutPowerAfter(random.nextInt(life % 3 == 0 ? 20 : 400));
      writeUntilThePowerIsOff(db, table, random.nextLong());
      closeSomehow(db);
      files.restart(random.nextLong());
    }
    try (Basalt db = Basalt.open(fixture.directory(), options(mode))) {
      check(db, db.table("versions"), LIVES);
    }
  }

  /// Opens the database; the power may go meanwhile.
  private Basalt open(WriterMode mode, SplittableRandom random) {
    while (true) {
      boolean cut = random.nextInt(3) == 0;
      files.cutPowerAfter(cut ? random.nextInt(25) : Long.MAX_VALUE);
      try {
        Basalt db = Basalt.open(fixture.directory(), options(mode));
        files.cutPowerAfter(Long.MAX_VALUE);
        return db;
      } catch (BasaltException early) {
        assertThat(early).hasMessageContaining("power");
        files.restart(random.nextLong());
      }
    }
  }

  private static void closeSomehow(Basalt db) {
    try {
      db.close();
    } catch (BasaltException powerIsOff) {
      assertThat(powerIsOff).hasMessageContaining("power");
    }
  }

  private void writeUntilThePowerIsOff(Basalt db, Table table, long seed) throws Exception {
    AtomicReference<@Nullable Throwable> unexpected = new AtomicReference<>();
    CountDownLatch ended = new CountDownLatch(THREADS);
    for (int number = 0; number < THREADS; number++) {
      int thread = number;
      Thread.ofPlatform()
          .start(() -> {
            try (Session session = db.openSession()) {
              write(session, table, thread, new SplittableRandom(seed + thread));
            } catch (BasaltException powerIsOff) {
              if (!String.valueOf(powerIsOff.getMessage()).contains("power")) {
                unexpected.set(powerIsOff);
              }
            } catch (Throwable failure) {
              unexpected.set(failure);
            } finally {
              ended.countDown();
            }
          });
    }
    ended.await();
    assertThat(unexpected.get()).isNull();
  }

  /// Only this thread writes these keys, so that it knows what they have.
  private void write(Session session, Table table, int thread, SplittableRandom random) {
    RowBuffer row = table.newRow();
    while (true) {
      int key = thread * KEYS_PER_THREAD + random.nextInt(KEYS_PER_THREAD);
      Durability durability =
          key % 4 != WEAK
              ? Durability.SYNC
              : random.nextBoolean() ? Durability.NONE : Durability.INTERVAL;
      long version = attempted[key] + 1;
      attempted[key] = version;
      if (isRemoval(version)) {
        session.delete(table, key, durability);
      } else {
        row.setLong("id", key).setLong("version", version).setBytes("body", body(key, version));
        if (random.nextInt(3) == 0) {
          session.submitUpsert(table, row, durability).await();
        } else {
          session.upsert(table, row, durability);
        }
      }
      acknowledged[key] = version;
    }
  }

  private void check(Basalt db, Table table, int life) {
    RowView view = table.newView();
    long[] count = new long[1];
    db.useSession(session -> {
      for (int key = 0; key < attempted.length; key++) {
        boolean there = session.get(table, key, view);
        long version = there ? view.getLong("version") : 0;
        count[0] += there ? 1 : 0;
        assertThat(isPossible(key, version))
            .as(
                "life %d, key %d: found version %d, acknowledged %d, attempted %d",
                life, key, version, acknowledged[key], attempted[key])
            .isTrue();
        if (there) {
          assertThat(Arrays.equals(view.getBytes("body"), body(key, version)))
              .as("life %d, key %d, version %d is whole", life, key, version)
              .isTrue();
        }
        // Below what is there nothing can come back; above it nothing is known to anybody.
        acknowledged[key] = there ? version : lastRemoval(attempted[key]);
        attempted[key] = Math.max(attempted[key], acknowledged[key]);
      }
      try (Scan scan = session.scan(table)) {
        while (scan.next()) {
          count[0]--;
        }
      }
    });
    assertThat(count[0]).isZero();
  }

  private boolean isPossible(int key, long version) {
    boolean weak = key % 4 == WEAK;
    if (version > 0) {
      return version <= attempted[key] && (weak || version >= acknowledged[key]);
    }
    if (weak) {
      return true;
    }
    for (long possible = acknowledged[key]; possible <= attempted[key]; possible++) {
      if (isRemoval(possible)) {
        return true;
      }
    }
    return false;
  }

  private static long lastRemoval(long version) {
    return version - version % 5;
  }
}
