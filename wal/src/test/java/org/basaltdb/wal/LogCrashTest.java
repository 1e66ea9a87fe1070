package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.fault.FileOperation;
import org.basaltdb.offheap.file.fault.PowerOffException;
import org.basaltdb.offheap.posix.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A log that loses power again and again, at any operation, with any part of what was not synced
/// surviving, or is killed: what was acknowledged as durable is always there, what is there is
/// always a prefix of what was published, and what was cut once never returns (LOG-2, LOG-3,
/// LOG-4).
class LogCrashTest {
  /// How many runs; more with `-Dbasalt.test.crashSeeds`.
  private static final int SEEDS = Integer.getInteger("basalt.test.crashSeeds", 250);

  private static final int LIVES = 8;
  private static final int OPERATIONS = 60;
  private static final int OPEN_CLAIM_BYTES = 100;

  /// Each parameter is the first of so many seeds: a failure names the seed that repeats it.
  @ParameterizedTest
  @ValueSource(ints = {0, 1_000_000, 2_000_000, 3_000_000})
  void whatWasAcknowledgedSurvives(int firstSeed) {
    for (int seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
      try {
        new Run(seed).live();
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  private static final class Run {
    private final SplittableRandom random;
    private final Disk disk;

    /// Everything that was published and may be on disk, in the order of the log.
    private List<TestRecord> published = new ArrayList<>();

    /// Everything below was reported to be on disk.
    private long durable;

    private long sequence;

    private long openClaim = CommitLog.NO_SPACE;

    Run(long seed) {
      random = new SplittableRandom(seed);
      disk = new Disk(seed);
    }

    void live() throws Exception {
      for (int life = 0; life < LIVES; life++) {
        if (random.nextInt(4) == 0) {
          int shift = random.nextInt(3);
          disk.options =
              disk.options.withSizes(
                  Disk.SEGMENT_BYTES << shift, Disk.BUFFER_BYTES << random.nextInt(shift + 1));
        }
        Disk.Opened opened = open();
        checkReplayed(opened);
        try {
          work(opened);
        } catch (LogFailedException | LogFullException | UncheckedIOException powerIsOff) {
          assertThat(powerIsOff).hasRootCauseInstanceOf(PowerOffException.class);
        }
        durable = Math.max(durable, opened.log().durableLsn());
        closeSomehow(opened);
      }
    }

    /// Opens the log; the power may go while it is opened.
    private Disk.Opened open() throws IOException {
      while (true) {
        try {
          if (random.nextInt(3) == 0) {
            disk.files.cutPowerAfter(random.nextInt(12));
          }
          Disk.Opened opened = disk.open();
          disk.files.heal();
          disk.files.cutPowerAfter(Long.MAX_VALUE);
          return opened;
        } catch (PowerOffException early) {
          disk.files.restart(random.nextLong());
        }
      }
    }

    private void checkReplayed(Disk.Opened opened) {
      long from = disk.options.replayFromLsn();
      List<TestRecord> expected =
          published.stream().filter(record -> record.lsn() >= from).toList();
      List<TestRecord> replayed = opened.replayed();
      assertThat(replayed.size()).isLessThanOrEqualTo(expected.size());
      assertThat(replayed).isEqualTo(expected.subList(0, replayed.size()));
      for (TestRecord lost : expected.subList(replayed.size(), expected.size())) {
        assertThat(lost.lsn())
            .as("a lost record; durable up to %d", durable)
            .isGreaterThanOrEqualTo(durable);
      }
      published = new ArrayList<>(replayed);
      assertThat(opened.log().recovery().endLsn()).isGreaterThanOrEqualTo(durable);
      durable = Math.max(durable, opened.log().durableLsn());
    }

    private void work(Disk.Opened opened) {
      Log log = opened.log();
      if (random.nextBoolean()) {
        disk.files.cutPowerAfter(random.nextInt(1, 120));
      }
      int operations = random.nextInt(OPERATIONS);
      for (int operation = 0; operation < operations; operation++) {
        switch (random.nextInt(11)) {
          case 0 -> log.flush();
          case 1 -> opened.work();
          case 2 -> {
            disk.clock.advance(disk.options.intervalNanos());
            opened.work();
          }
          case 3 -> publishInAnyOrder(log);
          case 4 -> recycle(log);
          case 5, 6 -> {
            if (!published.isEmpty()) {
              log.awaitDurable(published.get(random.nextInt(published.size())).lsn());
            }
          }
          case 7 -> switchSegment(opened);
          default -> append(opened);
        }
        durable = Math.max(durable, log.durableLsn());
      }
      if (random.nextInt(3) == 0) {
        // claimed, and not published when the power goes: nothing behind it may come back
        openClaim = log.claim(OPEN_CLAIM_BYTES);
        publishInAnyOrder(log);
        log.flusher().requestSpace();
        log.flusher().work();
      }
    }

    private void append(Disk.Opened opened) {
      int longest = opened.log().maxPayloadBytes();
      int bytes =
          random.nextInt(50) == 0 ? longest : random.nextInt(8, random.nextBoolean() ? 200 : 4000);
      published.add(opened.append(sequence++, bytes, Durability.ofCode(random.nextInt(3))));
    }

    /// Appends past the end of the segment, with nothing that asks for a sync but the switch
    /// (LOG-17): any part of what follows may be on disk, and nothing before may be missing.
    private void switchSegment(Disk.Opened opened) {
      Log log = opened.log();
      long end = log.tail() + disk.options.segmentBytes() + random.nextInt(20_000);
      if (random.nextInt(4) == 0) {
        while (log.tail() < end) {
          published.add(opened.append(sequence++, random.nextInt(8, 4000), Durability.NONE));
        }
      }
    }

    /// Claims several and publishes them in another order, one as padding.
    private void publishInAnyOrder(Log log) {
      List<TestRecord> claimed = new ArrayList<>();
      int count = random.nextInt(1, 6);
      for (int index = 0; index < count; index++) {
        int bytes = random.nextInt(8, 500);
        long lsn = log.claim(bytes);
        if (lsn != CommitLog.NO_SPACE) {
          claimed.add(
              new TestRecord(
                  lsn,
                  sequence++,
                  bytes,
                  RecordType.TRANSACTION,
                  RecordLayout.COMMIT_FLAG,
                  Durability.INTERVAL));
        }
      }
      if (claimed.isEmpty()) {
        return;
      }
      TestRecord abandoned = claimed.get(random.nextInt(claimed.size()));
      List<TestRecord> order = new ArrayList<>(claimed);
      while (!order.isEmpty()) {
        TestRecord next = order.remove(random.nextInt(order.size()));
        next.write(log.payloadAddress(next.lsn()));
        if (next.equals(abandoned)) {
          log.publishPadding(next.lsn(), next.payloadBytes());
        } else {
          log.publish(
              next.lsn(), next.payloadBytes(), next.type(), next.flags(), next.durability());
        }
      }
      claimed.remove(abandoned);
      published.addAll(claimed);
    }

    /// Gives up the log below a record that is on disk, as a checkpoint does.
    private void recycle(Log log) {
      List<TestRecord> onDisk =
          published.stream().filter(record -> record.lsn() < durable).toList();
      if (!onDisk.isEmpty()) {
        long from = onDisk.get(random.nextInt(onDisk.size())).lsn();
        disk.options = disk.options.withReplayFromLsn(Math.max(from, disk.options.replayFromLsn()));
        long first = log.recycleBefore(disk.options.replayFromLsn());
        assertThat(first).isLessThanOrEqualTo(disk.options.replayFromLsn());
      }
    }

    private void closeSomehow(Disk.Opened opened) {
      boolean killed = random.nextInt(4) == 0;
      if (killed) {
        // the process dies, the machine does not: what was written is there, though not synced, and
        // where a sync failed it is in the page cache only, which takes it for written
        disk.files.cutPowerAfter(Long.MAX_VALUE);
        disk.files.failFrom(
            random.nextBoolean() ? FileOperation.WRITE : FileOperation.SYNC, 1, Errno.EIO);
        disk.files.failFrom(FileOperation.DELETE, 1, Errno.EIO);
      } else if (openClaim != CommitLog.NO_SPACE || random.nextInt(3) != 0) {
        disk.files.cutPower();
      }
      if (openClaim != CommitLog.NO_SPACE) {
        opened.log().publishPadding(openClaim, OPEN_CLAIM_BYTES);
        openClaim = CommitLog.NO_SPACE;
      }
      try {
        opened.log().close();
        durable = opened.log().durableLsn();
      } catch (LogFailedException | UncheckedIOException interrupted) {
        assertThat(interrupted)
            .rootCause()
            .isInstanceOfAny(PowerOffException.class, FileErrorException.class);
      }
      if (killed) {
        disk.files.heal();
      } else {
        disk.files.restart(random.nextLong());
      }
    }
  }
}
