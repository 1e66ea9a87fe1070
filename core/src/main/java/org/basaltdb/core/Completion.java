package org.basaltdb.core;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.TimeUnit;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.InterruptedWaitException;
import org.basaltdb.core.error.SessionThreadException;
import org.jspecify.annotations.Nullable;

/// What a submitted write comes to. Owned by the session that submitted it, like everything of a
/// session for one thread at a time.
///
/// It is *consumed* once, by [#await()] or [#close()], and gives its place to later writes then:
/// every call after that throws [IllegalStateException]. The session uses completions over and
/// over; one that was consumed comes back only after all others had their turn, so that a stale
/// reference is noticed rather than mistaken.
///
/// A completion can be consumed after the session's database was closed: the close carries out what
/// was submitted.
public final class Completion implements AutoCloseable {
  private final Session session;
  private @Nullable WriteCommand command;

  Completion(Session session) {
    this.session = session;
  }

  /// The session: a new write is in flight.
  void begin(WriteCommand submitted) {
    assert command == null : "a completion in use was handed out again";
    command = submitted;
  }

  boolean isConsumed() {
    return command == null;
  }

  WriteCommand command() {
    WriteCommand submitted = command;
    if (submitted == null) {
      throw new IllegalStateException(
          "this completion was consumed already; found a call after await or close; expected one of"
              + " the two, once; "
              + session
              + "; keep no reference to a completion that was consumed");
    }
    return submitted;
  }

  /// The session: the write is not in flight any more.
  void end() {
    command = null;
  }

  /// Whether the write is carried out and as durable as it was asked to be, so that [#await()] does
  /// not wait. For a write that is carried out and not yet durable, asking also has the log synced.
  ///
  /// @throws SessionThreadException if another thread than the session's calls
  public boolean isDone() {
    return session.isDone(command());
  }

  /// Waits until the write is carried out and as durable as it was asked to be, and consumes this
  /// completion.
  ///
  /// @return what the synchronous call returns: for an upsert whether the row is new, for an update
  ///   or delete whether there was a row; true for an insert
  /// @throws org.basaltdb.core.error.DuplicateKeyException if the write is an insert and the key is
  ///   taken; like every other exception of the synchronous call it consumes this completion
  /// @throws InterruptedWaitException if the thread is interrupted while it waits for the write's
  ///   turn; the write goes on, and this completion is not consumed. A sync that began is waited
  ///   for
  /// @throws DatabaseFailedException if the log failed
  /// @throws SessionThreadException if another thread than the session's calls
  public boolean await() {
    return session.await(this);
  }

  /// Waits for at most that long, and does not consume this completion.
  ///
  /// @return whether the write is done, so that [#await()] does not wait
  /// @throws InterruptedWaitException if the thread is interrupted while it waits for the write's
  ///   turn
  /// @throws DatabaseFailedException if the log failed
  /// @throws SessionThreadException if another thread than the session's calls
  public boolean await(long timeout, TimeUnit unit) {
    return session.await(command(), requireNonNull(unit, "unit").toNanos(timeout));
  }

  /// Consumes this completion without waiting: nobody will learn what the write came to. It is
  /// carried out all the same. Does nothing if it was consumed already.
  ///
  /// @throws SessionThreadException if another thread than the session's calls
  @Override
  public void close() {
    if (command != null) {
      session.abandon(this);
    }
  }

  static InterruptedWaitException interrupted() {
    return new InterruptedWaitException(
        "a submitted write",
        "the write goes on; await the completion again once the flag is cleared");
  }
}
