package org.basaltdb.stress.crash;

import org.basaltdb.wal.Durability;

/// One change of a row or of a table's existence, as the judge knows it. Confined to the judge's
/// lock.
final class Operation {
  /// The state of a row or table that is not there.
  static final long ABSENT = 0;

  private static final long NOT_YET = Long.MAX_VALUE;

  private final long version;
  private final boolean removes;
  private final int checksum;
  private final Durability durability;
  private final long beginPlace;
  private long ackPlace = NOT_YET;
  private long ackNanos;
  private boolean shown;

  /// @param version unique among all operations of a run
  /// @param removes whether it leaves nothing: a delete or a drop
  /// @param checksum of the row it leaves
  /// @param beginPlace where its announcement stands in the order of all messages
  Operation(long version, boolean removes, int checksum, Durability durability, long beginPlace) {
    this.version = version;
    this.removes = removes;
    this.checksum = checksum;
    this.durability = durability;
    this.beginPlace = beginPlace;
  }

  /// A state that was found after recovery, or the beginning: over, and certain.
  static Operation found(long version, int checksum, long place) {
    Operation operation =
        new Operation(version, version == ABSENT, checksum, Durability.SYNC, place);
    operation.ackPlace = place;
    return operation;
  }

  void acknowledge(long place, long nanos) {
    if (ackPlace == NOT_YET) {
      ackPlace = place;
      ackNanos = nanos;
    }
  }

  /// A reader saw what it wrote.
  void show(long place, long nanos) {
    acknowledge(place, nanos);
    shown = true;
  }

  /// Whether it is promised to be there after a kill (CRASH-1), what came later left aside.
  ///
  /// @param agedNanos operations with INTERVAL acknowledged no later than this are promised
  boolean promised(long agedNanos) {
    if (ackPlace == NOT_YET) {
      return false;
    }
    return switch (durability) {
      case SYNC -> true;
      case INTERVAL -> ackNanos - agedNanos <= 0;
      case NONE -> false;
    };
  }

  /// Whether it took effect before the one at that place began.
  boolean endedBefore(long place) {
    return ackPlace < place;
  }

  boolean acknowledged() {
    return ackPlace != NOT_YET;
  }

  long beginPlace() {
    return beginPlace;
  }

  /// What a dump shows if this was the last operation: its version, or [#ABSENT].
  long state() {
    return removes ? ABSENT : version;
  }

  long version() {
    return version;
  }

  int checksum() {
    return checksum;
  }

  @Override
  public String toString() {
    return (removes ? "removal " : "version ")
        + version
        + " ("
        + durability
        + (acknowledged() ? ", acknowledged" : ", begun")
        + (shown ? ", shown" : "")
        + ")";
  }
}
