package org.basaltdb.core;

/// What a dedicated writer thread does while there is nothing to write: the sooner it notices work,
/// the more processor time it takes.
public enum WriterIdle {
  /// Spins without pause: notices at once, and occupies a processor for itself.
  SPIN,

  /// Spins a little, then lets other threads run.
  YIELD,

  /// Spins, yields, then sleeps for up to a millisecond. The default.
  BACKOFF,

  /// Sleeps for some microseconds at a time.
  SLEEP
}
