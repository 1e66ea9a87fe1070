package org.basaltdb.core.partition;

import org.jspecify.annotations.Nullable;

/// What a [CommandQueue] needs of its surroundings.
public interface CommandHost {
  /// The engine's monotonic clock, in nanoseconds.
  long nanoTime();

  /// Waits, without any token, until a command that stepped aside has a chance: the log has room
  /// for its record, and the checkpoint for copies of what it changes. Throws nothing: a log that
  /// failed makes the command's next attempt fail.
  ///
  /// @param payloadBytes what the command asked for, > 0
  void awaitRoom(int payloadBytes);

  /// As [#awaitRoom], for a writer that looks again and again and may not wait, because it lends
  /// its partition meanwhile: asks for the room, and returns at once.
  void requestRoom(int payloadBytes);

  /// Brings a page into memory, where it stays until [#resumedDone], without any token. Throws
  /// nothing: what failed is told by [#fetchFailure] when the command finds the page missing again.
  ///
  /// @param aside the number of the command that lacks it
  void fetch(int page, int aside);

  /// As [#fetch], for a writer that may not wait: asks for it, and returns at once.
  void requestFetch(int page, int aside);

  /// Under the token: why a page could not be fetched for a command since this was asked last, or
  /// null. What was fetched for another command does not count: it may have failed before this one
  /// was given, on a device that is whole again.
  @Nullable RuntimeException fetchFailure(int page, int aside);

  /// Under the token: the command that had stepped aside is done.
  void resumedDone();

  /// The named exception with which every command of a failed partition ends.
  ///
  /// @param cause what was thrown while a command was applied
  RuntimeException partitionFailed(Throwable cause);

  /// Reports a borrower that keeps a partition for longer than [CommandQueue#OVERDUE_LOAN_NANOS].
  /// The loan is not revoked.
  void loanOverdue(String borrower, long heldNanos);
}
