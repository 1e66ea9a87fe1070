package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;

/// What is decided about a round before it begins; follows from the seed and the round's number.
///
/// @param freshDirectory whether it begins with an empty directory
/// @param portable whether its process does without system calls
/// @param assertions whether the engine checks its invariants
/// @param killsWhileOpening after which part of the last opening's time a process that opens the
///   database is killed, one after the other, before the one that lives to do the work
/// @param options of the database, in the form of [Message#OPEN]
/// @param intervalMillis the interval among them
/// @param writers threads that write
/// @param mixture what they write
/// @param end how the round ends
/// @param loadMillis when it ends
/// @param loadSeed for the writers
record RoundPlan(
    boolean freshDirectory,
    boolean portable,
    boolean assertions,
    List<Double> killsWhileOpening,
    String options,
    int intervalMillis,
    int writers,
    LoadTable.Mixture mixture,
    End end,
    int loadMillis,
    long loadSeed) {

  /// How a round ends.
  enum End {
    /// Killed when the time is over.
    KILLED("killed"),
    /// Killed within the next creation or drop of a table, or shortly after it.
    KILLED_AT_TABLE("killed at DDL"),
    /// Killed as soon as the next operation begins.
    KILLED_AT_BEGIN("killed at begin"),
    /// Killed as soon as the next operation is acknowledged.
    KILLED_AT_ACK("killed at ack"),
    /// Killed while the database is being closed.
    KILLED_WHILE_CLOSING("killed in close"),
    /// Closed while the writers are at work.
    CLOSED("closed");

    private final String text;

    End(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private static final int[] INTERVALS_MILLIS = {5, 20, 100};
  private static final int[] BUFFER_BYTES = {1 << 19, 1 << 20, 1 << 22};
  private static final int[] SEGMENT_BYTES = {1 << 20, 1 << 22, 1 << 24};

  /// From one checkpoint after the other, so that many a kill meets one, to none.
  private static final int[] CHECKPOINT_LOG_BYTES = {1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 30};

  /// From one that holds next to nothing, so that pages leave memory all the time, to the default,
  /// which holds everything.
  private static final int[] POOL_BYTES = {1 << 20, 4 << 20, 0};

  private static final String[] IDLES = {"YIELD", "BACKOFF", "SLEEP"};

  /// Decides a round.
  ///
  /// @param random of this round
  static RoundPlan draw(SplittableRandom random) {
    LoadTable.Mixture mixture = drawMixture(random.nextInt(100));
    End end = drawEnd(random.nextInt(100), mixture);
    int intervalMillis = pick(random, INTERVALS_MILLIS);
    String options = drawOptions(random, intervalMillis);
    return new RoundPlan(
        random.nextInt(100) < 25,
        random.nextInt(100) < 25,
        random.nextBoolean(),
        drawKillsWhileOpening(random),
        options,
        intervalMillis,
        2 + random.nextInt(Keys.MAX_WRITERS - 1),
        mixture,
        end,
        end == End.CLOSED ? 300 + random.nextInt(700) : 100 + random.nextInt(2_200),
        random.nextLong());
  }

  private static LoadTable.Mixture drawMixture(int percent) {
    if (percent < 55) {
      return LoadTable.Mixture.EVERYTHING;
    } else if (percent < 75) {
      return LoadTable.Mixture.SYNC;
    }
    return percent < 90 ? LoadTable.Mixture.INTERVAL : LoadTable.Mixture.NONE;
  }

  private static End drawEnd(int percent, LoadTable.Mixture mixture) {
    if (percent < 40) {
      return End.KILLED;
    } else if (percent < 62) {
      return mixture.createsTables() ? End.KILLED_AT_TABLE : End.KILLED;
    } else if (percent < 70) {
      return End.KILLED_AT_BEGIN;
    } else if (percent < 78) {
      return End.KILLED_AT_ACK;
    }
    return percent < 90 ? End.KILLED_WHILE_CLOSING : End.CLOSED;
  }

  private static String drawOptions(RandomGenerator random, int intervalMillis) {
    StringJoiner options = new StringJoiner(" ");
    options.add("memoryBudgetBytes=" + (384 << 20));
    int bufferBytes = pick(random, BUFFER_BYTES);
    options.add("logBufferBytes=" + bufferBytes);
    options.add("logSegmentBytes=" + Math.max(bufferBytes, pick(random, SEGMENT_BYTES)));
    options.add("checkpointLogBytes=" + pick(random, CHECKPOINT_LOG_BYTES));
    options.add("poolBytes=" + pick(random, POOL_BYTES));
    options.add("intervalMillis=" + intervalMillis);
    options.add("ringCapacity=" + (random.nextBoolean() ? 1024 : 4));
    if (random.nextInt(100) < 35) {
      options.add("writerMode=DEDICATED");
      options.add("writerIdle=" + IDLES[random.nextInt(IDLES.length)]);
    }
    return options.toString();
  }

  private static List<Double> drawKillsWhileOpening(RandomGenerator random) {
    List<Double> kills = new ArrayList<>();
    int count = Math.max(0, random.nextInt(6) - 3);
    for (int i = 0; i < count; i++) {
      kills.add(random.nextDouble(1.2));
    }
    return List.copyOf(kills);
  }

  private static int pick(RandomGenerator random, int[] values) {
    return values[random.nextInt(values.length)];
  }

  /// The plan in a few words.
  String text() {
    return mixture.name().toLowerCase(Locale.ROOT)
        + ", "
        + writers
        + " writers"
        + (options.contains("DEDICATED") ? ", dedicated" : "")
        + (portable ? ", portable" : "");
  }
}
