package org.basaltdb.core;

import org.basaltdb.core.error.BasaltException;
import org.basaltdb.core.error.CheckpointFailedException;
import org.basaltdb.core.error.ClosedException;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.DatabaseFailedException;
import org.basaltdb.core.error.MemoryBudgetExceededException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.ReadOnlyException;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.wal.LogClosedException;
import org.basaltdb.wal.LogCorruptException;
import org.basaltdb.wal.LogException;
import org.basaltdb.wal.LogFailedException;
import org.basaltdb.wal.LogForeignException;
import org.basaltdb.wal.LogFormatException;
import org.basaltdb.wal.LogFullException;

/// What the layers below throw, in the names that applications know.
final class Failures {
  private Failures() {}

  /// Whether a throwable refuses a command and leaves everything whole; every other means that a
  /// structure may be half changed.
  static boolean isRefusal(Throwable thrown) {
    return thrown instanceof BasaltException
        || thrown instanceof BudgetExhaustedException
        || thrown instanceof LogException;
  }

  /// The exception that applications see in place of one from below; itself if they know it.
  static RuntimeException named(RuntimeException failure) {
    return switch (failure) {
      case BudgetExhaustedException e ->
          new MemoryBudgetExceededException(
              e.owner().toString(), e.requestedBytes(), e.usedBytes(), e.limitBytes(), e);
      case LogException e -> namedLog(e);
      default -> failure;
    };
  }

  private static RuntimeException namedLog(LogException failure) {
    return switch (failure) {
      case LogFailedException e -> new DatabaseFailedException(brief(e), e);
      case LogFullException e ->
          e.limitBytes() == 0
              ? new ReadOnlyException(brief(e), e)
              : ReadOnlyException.ofLogLimit(
                  e.limitBytes(),
                  e.getCause() instanceof CheckpointFailedException ended
                      ? ended.found()
                      : brief(e),
                  e.getCause() instanceof CheckpointFailedException ended
                      ? ended.whatToDo()
                      : "see to the disk",
                  e);
      case LogClosedException e -> new ClosedException("the log", "the close of its database");
      case LogCorruptException e ->
          new CorruptLogException(e.file(), e.offset(), e.found(), e.expected(), e);
      case LogFormatException e ->
          new NewerFormatException(e.where(), (int) e.found(), (int) e.newestKnown());
      case LogForeignException e ->
          new NotADatabaseException(
              "of " + e.file(),
              "the log of another database, id " + e.found(),
              "its own log, id " + e.expected(),
              e);
    };
  }

  /// The part of a message that says what was found. The exception itself is the cause, and has the
  /// rest.
  private static String brief(LogException failure) {
    Throwable cause = failure.getCause();
    return cause == null ? "a log that has no room" : FileErrorException.brief(cause);
  }
}
