package org.basaltdb.wal;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Keeps one segment prepared beyond the one that is written, so that no commit waits for a file to
/// be made.
///
/// A preparation that fails, as a rule because the disk is full, harms nothing (LOG-10): what is
/// prepared can still be filled, claims beyond it throw [LogFullException], and it is tried again
/// from time to time.
///
/// - LOG-19 The files of the log take no more than [LogOptions#maxBytes]. At the limit no segment
///   is prepared; claims wait for segments to be let go, and throw [LogFullException] while that
///   fails.
///
/// Thread rules: [#step] and [#close] by one thread at a time; all else by any.
final class SegmentSupply implements Closeable {
  /// How long after a failed preparation the next is begun.
  static final long RETRY_NANOS = 1_000_000_000;

  private final SegmentDirectory directory;
  private final LogRing ring;
  private final int generation;
  private final String where;

  /// The number of the segment to make next.
  private long nextNumber;

  private @Nullable SegmentPreparation preparation;
  private long failedAtNanos;

  /// Why there is no next segment; null while nothing is wrong. Written by the preparing thread,
  /// read by claimers.
  private volatile @Nullable IOException failure;

  /// Whether the next segment waits for others to be let go (LOG-19). Written by the preparing
  /// thread, and by whoever let go.
  private volatile boolean limited;

  /// Why none will be let go for now, or null.
  private volatile @Nullable Throwable recyclingFailure;

  SegmentSupply(
      SegmentDirectory directory, LogRing ring, long nextNumber, int generation, String where) {
    this.directory = directory;
    this.ring = ring;
    this.nextNumber = nextNumber;
    this.generation = generation;
    this.where = where;
  }

  /// Throws if the next segment could not be made.
  void checkNotFull() {
    IOException cause = failure;
    if (cause != null) {
      throw new LogFullException(where, directory.segmentBytes(), cause);
    }
    Throwable unrecycled = recyclingFailure;
    if (limited && unrecycled != null) {
      throw LogFullException.ofLimit(where, directory.maxBytes(), unrecycled);
    }
  }

  /// Whether the next segment has to wait until others are let go.
  boolean limited() {
    return limited;
  }

  /// Segments were let go.
  void recycled() {
    recyclingFailure = null;
    limited = false;
  }

  /// No segment is let go for now.
  void recyclingFailed(Throwable cause) {
    recyclingFailure = cause;
  }

  /// Does a short piece of work towards the next segment, if it is time for one: when half of the
  /// last prepared segment is claimed.
  ///
  /// @return whether there is more to do at once
  boolean step(long nowNanos) {
    SegmentPreparation current = preparation;
    try {
      if (current == null) {
        boolean due = isDue(nowNanos);
        boolean roomy = !due || directory.hasRoom();
        limited = !roomy;
        if (!due || !roomy) {
          return false;
        }
        current = SegmentPreparation.begin(directory, nextNumber, ring.prepared(), generation);
        preparation = current;
      }
      if (current.step() == null) {
        return true;
      }
      preparation = null;
      nextNumber++;
      failure = null;
      ring.prepared(current.endLsn());
      return false;
    } catch (IOException cause) {
      giveUp(current, cause);
      failedAtNanos = nowNanos;
      failure = cause;
      return false;
    }
  }

  private boolean isDue(long nowNanos) {
    return !directory.hasPrepared()
        && ring.prepared() - ring.tail() < directory.segmentBytes() / 2
        && (failure == null || nowNanos - failedAtNanos >= RETRY_NANOS);
  }

  private void giveUp(@Nullable SegmentPreparation current, IOException cause) {
    preparation = null;
    if (current != null) {
      try {
        current.abandon();
      } catch (IOException further) {
        cause.addSuppressed(further);
      }
    }
  }

  /// Gives up what is being prepared.
  @Override
  public void close() throws IOException {
    if (preparation != null) {
      preparation.abandon();
      preparation = null;
    }
  }
}
