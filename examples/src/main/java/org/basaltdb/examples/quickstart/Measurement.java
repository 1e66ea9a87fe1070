package org.basaltdb.examples.quickstart;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// How long operations take, one by one, and how many bytes of heap they allocate. For one thread.
///
/// A figure includes the two readings of the clock around the operation, some tens of nanoseconds.
final class Measurement {
  private static final long LONGEST_NANOS = 60_000_000_000L;

  /// What a measurement takes at most: a disk can be slow.
  private static final long MOST_NANOS = 10_000_000_000L;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final String name;
  private final Histogram nanos = new Histogram(LONGEST_NANOS, 3);
  private long allocatedBytes;

  private Measurement(String name) {
    this.name = name;
  }

  /// An operation; told how many were before it.
  interface Operation {
    void run(int index);
  }

  /// Measures an operation.
  ///
  /// @param warmUps how often it runs first, for the compiler
  /// @param count how often it is measured; less often where that would take too long
  static Measurement of(String name, int warmUps, int count, Operation operation) {
    Measurement measurement = new Measurement(name);
    measurement.repeat(warmUps, operation);
    measurement.nanos.reset();
    long before = threadAllocatedBytes();
    measurement.repeat(count, operation);
    measurement.allocatedBytes = threadAllocatedBytes() - before;
    return measurement;
  }

  /// One of operations that somebody else times and adds.
  static Measurement named(String name) {
    return new Measurement(name);
  }

  /// Adds an operation.
  void add(long operationNanos, long operationBytes) {
    nanos.recordValue(Math.min(operationNanos, LONGEST_NANOS));
    allocatedBytes += operationBytes;
  }

  /// How many operations were measured.
  long count() {
    return nanos.getTotalCount();
  }

  /// Bytes of heap that the calling thread has allocated so far.
  static long threadAllocatedBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  private void repeat(int count, Operation operation) {
    long first = System.nanoTime();
    long end = first;
    for (int i = 0; i < count && end - first < MOST_NANOS; i++) {
      long begin = System.nanoTime();
      operation.run(i);
      end = System.nanoTime();
      nanos.recordValue(Math.min(end - begin, LONGEST_NANOS));
    }
  }

  /// Bytes of heap per operation.
  double allocatedBytesPerOperation() {
    return (double) allocatedBytes / nanos.getTotalCount();
  }

  static String heading() {
    return String.format(
        Locale.ROOT,
        "%-34s %9s %9s %9s %9s %12s",
        "operation, one thread",
        "p50 us",
        "p99 us",
        "p99.9 us",
        "n",
        "heap B/op");
  }

  /// The measurement as a line under [#heading].
  String line() {
    return String.format(
        Locale.ROOT,
        "%-34s %9.2f %9.2f %9.2f %,9d %12.2f",
        name,
        nanos.getValueAtPercentile(50) / 1e3,
        nanos.getValueAtPercentile(99) / 1e3,
        nanos.getValueAtPercentile(99.9) / 1e3,
        nanos.getTotalCount(),
        allocatedBytesPerOperation());
  }
}
