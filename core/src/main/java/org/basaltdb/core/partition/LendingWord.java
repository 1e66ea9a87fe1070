package org.basaltdb.core.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The word by which a whole partition is borrowed (TOKEN-5): by schema changes, by close, and by
/// procedures that need several partitions at once. It stands beside the ring and is read between
/// commands, so a borrower never queues behind them.
///
/// ```
///              request()                grant()                giveBack()             settle()
///    IDLE ------------------> REQUESTED --------> GRANTED ----------------> RETURNED ----------> IDLE
///         borrower, by CAS              lender              borrower                  lender
/// ```
///
/// With a dedicated writer the lender is its thread. Where the callers write in turn there is no
/// thread to ask: holders see `REQUESTED` between two commands and leave, nobody else enters, and
/// the borrower takes the token and makes the steps of the lender itself.
final class LendingWord {
  static final int IDLE = 0;
  static final int REQUESTED = 1;
  static final int GRANTED = 2;
  static final int RETURNED = 3;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(LendingWord.class, "word", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile int word = IDLE;

  /// Whether no loan is asked for or running.
  boolean isIdle() {
    return word == IDLE;
  }

  /// Borrower: asks for the loan.
  ///
  /// @return false if another borrower came first
  boolean request() {
    return WORD.compareAndSet(this, IDLE, REQUESTED);
  }

  /// Lender: hands the partition to the borrower that asked.
  void grant() {
    move(REQUESTED, GRANTED);
  }

  /// Borrower: ends the loan.
  void giveBack() {
    move(GRANTED, RETURNED);
  }

  /// Lender: takes the partition back. Volatile, like the release of the token: the look at the
  /// ring comes after it.
  void settle() {
    move(RETURNED, IDLE);
  }

  int get() {
    return word;
  }

  private void move(int expected, int next) {
    if (!WORD.compareAndSet(this, expected, next)) {
      throw new IllegalStateException(
          "lending word in the wrong state; found " + name(word) + "; expected " + name(expected));
    }
  }

  static String name(int state) {
    return switch (state) {
      case IDLE -> "IDLE";
      case REQUESTED -> "REQUESTED";
      case GRANTED -> "GRANTED";
      case RETURNED -> "RETURNED";
      default -> "unknown (" + state + ")";
    };
  }
}
