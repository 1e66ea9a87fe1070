package org.basaltdb.examples.quickstart;

/// Numbers that look random and follow from where they begin: rows that are made up can be made up
/// again when they are checked.
final class Mixing {
  private Mixing() {}

  /// A one-to-one function of 64 bits that looks random (the finisher of SplitMix64: Steele, Lea,
  /// Flood, "Fast splittable pseudorandom number generators", 2014).
  static long mix(long value) {
    long mixed = value * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }
}
