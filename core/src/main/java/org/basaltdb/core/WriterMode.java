package org.basaltdb.core;

/// Who carries writes out.
public enum WriterMode {
  /// The calling threads, in turn: whoever finds a partition without a writer becomes its writer
  /// for a moment, and does what waits there. No hand-over between threads, no thread that spins.
  /// The default.
  CALLER_RUNS,

  /// One thread a partition, which does nothing else. For machines with processors to spare; see
  /// [WriterIdle].
  DEDICATED
}
