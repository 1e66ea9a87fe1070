package org.basaltdb.core.catalog;

import java.util.concurrent.atomic.AtomicLong;
import org.basaltdb.core.error.AutoIncrementOverflowException;

/// The counter behind a table's auto-increment column. Numbers rise; gaps are allowed, because a
/// number that was handed out and not used is not taken back. It lives in memory: after a restart
/// it goes on past every number that the log holds (LOG-6).
///
/// Thread rules: any thread.
public final class AutoIncrement {
  private final String table;
  private final String column;
  private final long largest;
  private final AtomicLong next = new AtomicLong(1);

  AutoIncrement(String table, String column, long largest) {
    this.table = table;
    this.column = column;
    this.largest = largest;
  }

  /// Hands out a number, from 1.
  ///
  /// @throws AutoIncrementOverflowException if the column cannot hold a larger one
  public long next() {
    while (true) {
      long number = next.get();
      // Past the largest BIGINT the counter has wrapped round to a negative number.
      if (number > largest || number < 1) {
        throw new AutoIncrementOverflowException(table, column, largest);
      }
      if (next.compareAndSet(number, number + 1)) {
        return number;
      }
    }
  }

  /// The number that would be handed out next.
  long peek() {
    return next.get();
  }

  /// Goes on with that number, at open.
  void restore(long number) {
    next.set(number);
  }

  /// Takes note of a number that a row has: none at or below it is handed out any more.
  public void observe(long number) {
    long found = next.get();
    while (number >= found && found >= 1) {
      if (next.compareAndSet(found, number + 1)) {
        return;
      }
      found = next.get();
    }
  }
}
