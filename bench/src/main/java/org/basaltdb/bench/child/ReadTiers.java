package org.basaltdb.bench.child;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.basaltdb.bench.protocol.Message;

/**
 * The time of single reads, those that the disk was read for apart from those that found their row
 * in memory. Of one thread: where another one reads too, a count of all reads does not tell whose
 * they were.
 */
final class ReadTiers {

  private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int SIGNIFICANT_DIGITS = 3;

  private final Histogram coldNanos = new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);
  private final Histogram warmNanos = new Histogram(1, HIGHEST_NANOS, SIGNIFICANT_DIGITS);

  /**
   * Takes a read in.
   *
   * @param nanos how long it took
   * @param deviceReads how often the disk was read for it
   */
  void record(long nanos, long deviceReads) {
    (deviceReads > 0 ? coldNanos : warmNanos).recordValue(nanos);
  }

  /**
   * Adds what is known to a reply: {@code coldShare}, from 0 to 1, and percentiles of each tier
   * that had reads. Nothing where the engine does not tell.
   */
  void addTo(Message reply) {
    double reads = coldNanos.getTotalCount() + warmNanos.getTotalCount();
    if (reads > 0) {
      reply.with("coldShare", coldNanos.getTotalCount() / reads);
      addTo(reply, "cold", coldNanos);
      addTo(reply, "warm", warmNanos);
    }
  }

  private static void addTo(Message reply, String tier, Histogram nanos) {
    if (nanos.getTotalCount() > 0) {
      reply
          .with(tier + "P50", nanos.getValueAtPercentile(50))
          .with(tier + "P99", nanos.getValueAtPercentile(99))
          .with(tier + "P999", nanos.getValueAtPercentile(99.9));
    }
  }
}
