package org.basaltdb.bench.child;

import org.HdrHistogram.Histogram;
import org.basaltdb.bench.protocol.Message;

/**
 * What a pass came to.
 *
 * @param rows rows read or written
 * @param elapsedNanos from the first thread's start to the last one's end
 * @param cpuNanos what the measuring threads were on a processor for, together: on a busy machine
 *     less than the time that passed
 * @param wrong operations whose answer was not the right one
 * @param nanos the time of single operations; empty unless it was taken
 */
record Outcome(long rows, long elapsedNanos, long cpuNanos, long wrong, Histogram nanos) {

  /** The reply that tells the driver. */
  Message reply() {
    Message reply =
        Message.of(Message.OK)
            .with("rows", rows)
            .with("wrong", wrong)
            .with("rate", rows * 1e9 / elapsedNanos)
            .with("nanos", (double) elapsedNanos / rows)
            .with("cpu", (double) cpuNanos / rows);
    if (nanos.getTotalCount() > 0) {
      reply
          .with("p50", nanos.getValueAtPercentile(50))
          .with("p99", nanos.getValueAtPercentile(99))
          .with("p999", nanos.getValueAtPercentile(99.9))
          .with("max", nanos.getMaxValue());
    }
    return reply;
  }
}
