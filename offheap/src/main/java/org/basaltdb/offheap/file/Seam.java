package org.basaltdb.offheap.file;

/// The one seam through which the engine reaches clock, files and random numbers. A seed can replay
/// a run through it, and faults can lie under it.
///
/// @param clock the time
/// @param files the files
/// @param randomness the random numbers
public record Seam(Clock clock, FileLayer files, Randomness randomness) {
  /// The machine's own.
  public static Seam system() {
    return new Seam(Clock.system(), FileLayer.system(), Randomness.system());
  }
}
