package org.basaltdb.wal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.basaltdb.offheap.file.Clock;
import org.basaltdb.offheap.file.Randomness;
import org.basaltdb.offheap.file.Seam;
import org.basaltdb.offheap.file.fault.FaultyFiles;
import org.basaltdb.offheap.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// A log on a simulated disk, and two threads that commit to it. Its flusher never commits by
/// itself, so a follower that is forgotten sleeps on: until it is given up, thousands of times
/// later than a commit takes.
final class TwoCommitters {
  private static final Path ROOT = Path.of("/disk");
  private static final long SEGMENT_BYTES = 1 << 20;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int PAYLOAD_BYTES = 64;
  private static final int RECYCLE_EVERY = 256;
  private static final long NEVER_NANOS = TimeUnit.HOURS.toNanos(1);
  private static final long DEADLINE_NANOS = 3_000_000_000L;
  private static final long LOOK_MILLIS = 100;

  private final Log log = open();
  private final AtomicReferenceArray<@Nullable Thread> sleepers = new AtomicReferenceArray<>(2);
  private final AtomicLongArray beganNanos = new AtomicLongArray(2);
  private int commits;

  /// Once a follower was forgotten the rest of the round only costs time.
  private volatile boolean forgotten;

  TwoCommitters() {
    Thread rescuer = new Thread(this::rescue, "rescuer");
    rescuer.setDaemon(true);
    rescuer.start();
  }

  private static Log open() {
    try {
      return Log.open(
          LogOptions.of(ROOT.resolve("log"), new UUID(1, 2), new MemoryBudget(Long.MAX_VALUE))
              .withSizes(SEGMENT_BYTES, BUFFER_BYTES)
              .withIntervalNanos(NEVER_NANOS),
          new Seam(Clock.system(), new FaultyFiles(ROOT, 1), Randomness.seeded(1)),
          (lsn, type, flags, durability, address, bytes) -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Appends a record and waits until it is on disk.
  ///
  /// @param committer 0 or 1
  /// @return whether nobody woke it
  boolean commit(int committer) {
    if (forgotten) {
      return false;
    }
    long lsn = log.claim(PAYLOAD_BYTES);
    while (lsn == CommitLog.NO_SPACE) {
      log.awaitSpace(PAYLOAD_BYTES);
      lsn = log.claim(PAYLOAD_BYTES);
    }
    log.publish(lsn, PAYLOAD_BYTES, RecordType.MUTATION, RecordLayout.COMMIT_FLAG, Durability.SYNC);
    long begin = System.nanoTime();
    beganNanos.set(committer, begin);
    sleepers.set(committer, Thread.currentThread());
    log.awaitDurable(lsn);
    sleepers.set(committer, null);
    boolean slept = System.nanoTime() - begin >= DEADLINE_NANOS;
    forgotten |= slept;
    if (committer == 0 && ++commits % RECYCLE_EVERY == 0) {
      log.recycleBefore(log.durableLsn());
    }
    return slept;
  }

  /// Wakes who was forgotten, so that the test ends.
  private void rescue() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        for (int i = 0; i < sleepers.length(); i++) {
          Thread sleeper = sleepers.get(i);
          if (sleeper != null && System.nanoTime() - beganNanos.get(i) >= DEADLINE_NANOS) {
            LockSupport.unpark(sleeper);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
