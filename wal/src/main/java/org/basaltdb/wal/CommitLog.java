package org.basaltdb.wal;

/// The log that every commit passes through: a claim reserves a place in it, the caller copies its
/// record there, publishing makes it part of the log, and a wait makes it durable.
///
/// ```
///   long lsn = log.claim(payloadBytes);            // a place, or NO_SPACE: step aside, awaitSpace, try again
///   copy(payload, log.payloadAddress(lsn));        // nothing else in between (LOG-1)
///   log.publish(lsn, payloadBytes, type, flags, durability);
///   ... apply the change, release what was held ...
///   log.awaitDurable(lsn);                         // for SYNC
/// ```
///
/// An *LSN* is a byte position in the log: that of the first byte of a record. LSNs rise over all
/// segments and all generations and are never used again; 0 is never one.
///
/// - LOG-1 Whoever claimed publishes, with nothing but the copy in between; after a throwable in
///   between he publishes padding. Nothing behind an unpublished record ever reaches the disk.
///
/// Thread rules: any number of threads may be in any method at the same time, except [#close]; no
/// other method may be running or be called once it is.
public interface CommitLog extends AutoCloseable {
  /// In place of an LSN: the log has no room now, and nothing was changed.
  long NO_SPACE = -1;

  /// Claims the place of one record. Lock-free, allocates nothing, never waits.
  ///
  /// @param payloadBytes 0 to [#maxPayloadBytes()]
  /// @return the record's LSN, a multiple of 8; or [#NO_SPACE]: release what you hold, call
  ///   [#awaitSpace], try again
  /// @throws LogFailedException if a write or sync failed before
  /// @throws LogFullException if the disk has no room for more log, or the log is as long as it may
  ///   be and [#recyclingFailed]
  /// @throws LogClosedException if the log is closed
  /// @throws IllegalArgumentException if the length is out of range
  long claim(int payloadBytes);

  /// Where the payload of a record that was claimed and not yet published goes: 8-byte aligned,
  /// contiguous. What is there before is not defined; the caller writes every byte.
  long payloadAddress(long lsn);

  /// Makes a claimed record part of the log. For [Durability#SYNC] [#lastSyncLsn()] is raised
  /// first. If it throws, the place is padding (LOG-1), and is the caller's no longer.
  ///
  /// @param payloadBytes as claimed
  /// @param recordType [RecordType#MUTATION] to [RecordType#ABORT]
  /// @param flags [RecordLayout#COMMIT_FLAG], or 0 for a frame of a transaction that more will
  ///   follow
  void publish(long lsn, int payloadBytes, byte recordType, byte flags, Durability durability);

  /// As above for a record that is a commit by itself.
  default void publish(long lsn, int payloadBytes, byte recordType, Durability durability) {
    publish(lsn, payloadBytes, recordType, RecordLayout.COMMIT_FLAG, durability);
  }

  /// Gives up a claimed record after a throwable: its place is filled with padding.
  void publishPadding(long lsn, int payloadBytes);

  /// The first position after a record that was claimed: what [#durableLsn()] and [#lastSyncLsn()]
  /// compare with.
  long endLsn(long lsn, int payloadBytes);

  /// The next position that will be claimed.
  long tail();

  /// Everything below this position is on disk, whatever durability was asked for.
  long durableLsn();

  /// The end of the newest record published with [Durability#SYNC]; raised before the record can be
  /// seen. While `durableLsn() >= lastSyncLsn()`, everything that was promised to be on disk is
  /// (LOG-5).
  long lastSyncLsn();

  /// Waits until the record at `lsn` is on disk. The first waiter writes and syncs for all
  /// (leader); the others wait for it (followers). A virtual thread never leads. An interrupt does
  /// not end the wait; it is there again when the method returns.
  ///
  /// @param lsn of a published record, or the end of one; at most [#tail()]
  /// @throws LogFailedException if the record will never be known to be on disk
  void awaitDurable(long lsn);

  /// Asks for the record at `lsn` to be on disk soon, and returns at once: for those who look again
  /// and again instead of waiting. Nothing to do where everything is durable at once.
  ///
  /// @param lsn as for [#awaitDurable]
  default void requestDurable(long lsn) {}

  /// Waits until a claim of `payloadBytes` has a chance. Call it holding nothing. An interrupt does
  /// not end the wait.
  ///
  /// @throws LogFailedException if a write or sync failed before
  /// @throws LogFullException as [#claim]
  /// @throws LogClosedException if the log is closed
  void awaitSpace(int payloadBytes);

  /// Asks for what [#awaitSpace] waits for, and returns at once: for those who try their claim
  /// again and again instead of waiting. Nothing to do where there is always room.
  default void requestSpace(int payloadBytes) {}

  /// Writes and syncs everything that was claimed before the call.
  ///
  /// @throws LogFailedException if that failed
  void flush();

  /// Whether a write or sync failed. Final: nothing is ever acknowledged again.
  boolean failed();

  /// The longest payload of one record.
  int maxPayloadBytes();

  /// Lets go of segments that hold only positions below `lsn`; their files are kept for reuse, up
  /// to a number, or deleted. The caller guarantees that nothing will ask for a replay from below
  /// `lsn` (STORE-2).
  ///
  /// @param lsn at most [#durableLsn()]
  /// @return the first position that is still there
  /// @throws java.io.UncheckedIOException if a file cannot be renamed or deleted; the log itself
  ///   goes on, and a later call tries again
  long recycleBefore(long lsn);

  /// Whether the log is as long as it may be, so that claims wait, or will soon, for
  /// [#recycleBefore] to let go of something. To be asked again and again.
  default boolean awaitsRecycling() {
    return false;
  }

  /// Says that nothing will be let go for now: until [#recycleBefore] succeeds, who lacks room
  /// because the log is as long as it may be is told why, and need not wait.
  ///
  /// @param cause why not
  default void recyclingFailed(Throwable cause) {}

  /// Counters since the log was opened. Each is exact; they are not read at one instant.
  LogStats stats();

  /// Flushes and closes. Waits for records that are claimed and not yet published. Again does
  /// nothing.
  ///
  /// @throws LogFailedException if not everything is on disk; everything is released all the same
  /// @throws java.io.UncheckedIOException if everything is on disk, but a file cannot be closed
  @Override
  void close();
}
