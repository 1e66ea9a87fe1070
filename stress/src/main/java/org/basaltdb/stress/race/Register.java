package org.basaltdb.stress.race;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// What readers of one row may be shown: the history of a register with one writer.
///
/// Every operation on the row has a number. One that puts the row has an even number, which is the
/// row's version; one that takes it away has an odd number. The writer notes the number before and
/// after the operation, the reader looks at both notes around its read. Then the read is
/// linearizable exactly if what it saw was the row's state after some operation from the last one
/// that had ended when the read began to the last one that had begun when the read ended.
final class Register {
  private static final VarHandle BEGUN;
  private static final VarHandle ENDED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      BEGUN = lookup.findVarHandle(Register.class, "begun", long.class);
      ENDED = lookup.findVarHandle(Register.class, "ended", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// What a reader found out.
  static final String CURRENT = "CURRENT";

  static final String ABSENT = "ABSENT";
  static final String ASK_WRITER = "ASK_WRITER";
  static final String STALE = "STALE";
  static final String TORN = "TORN";
  static final String MISSED = "MISSED";
  static final String TWICE = "TWICE";
  static final String GONE = "GONE";
  static final String NEVER_WAS = "NEVER_WAS";

  private final boolean removable;

  @SuppressWarnings("unused") // by var handle
  private long begun = -1;

  @SuppressWarnings("unused") // by var handle
  private long ended = -1;

  /// A row that is not there.
  ///
  /// @param removable false if the row, once put, stays: then it must never be missed
  Register(boolean removable) {
    this.removable = removable;
  }

  // ---- the writer

  /// Begins to put the row.
  ///
  /// @return its version
  long beginPut() {
    return begin(0);
  }

  /// Begins to take the row away.
  long beginRemoval() {
    return begin(1);
  }

  private long begin(int parity) {
    long last = (long) BEGUN.getOpaque(this);
    long next = last + 1 + ((last + 1 ^ parity) & 1);
    BEGUN.setVolatile(this, next);
    return next;
  }

  /// The operation begun last is done.
  void end() {
    ENDED.setRelease(this, (long) BEGUN.getOpaque(this));
  }

  /// Whether the row is there, to the writer.
  boolean isPut() {
    return ((long) BEGUN.getOpaque(this) & 1) == 0;
  }

  // ---- readers

  /// Before the read.
  long floor() {
    return (long) ENDED.getAcquire(this);
  }

  /// Judges a read.
  ///
  /// @param floor what [#floor] said before it
  /// @param rowBytes what the read returned
  String judge(long key, long floor, int rowBytes, long row) {
    if (rowBytes < 0) {
      return ASK_WRITER;
    }
    VarHandle.loadLoadFence();
    long ceiling = (long) BEGUN.getVolatile(this);
    if (rowBytes == 0) {
      return (floor & 1) != 0 || (removable && ceiling > floor) ? ABSENT : MISSED;
    }
    return judgeRow(key, floor, ceiling, rowBytes, row);
  }

  /// Judges a read of a row whose large body was fetched.
  ///
  /// @param whole whether the body is that of the version
  String judgeImage(long floor, boolean whole, long version) {
    VarHandle.loadLoadFence();
    long ceiling = (long) BEGUN.getVolatile(this);
    if (!whole) {
      return TORN;
    }
    if (version < floor) {
      return STALE;
    }
    return version <= ceiling ? CURRENT : NEVER_WAS;
  }

  private static String judgeRow(long key, long floor, long ceiling, int rowBytes, long row) {
    long version = RaceRow.version(row);
    if (RaceRow.key(row) != key || version == key) {
      return NEVER_WAS;
    }
    if (!RaceRow.isWhole(row, rowBytes)) {
      return TORN;
    }
    if (version < floor) {
      return STALE;
    }
    return version <= ceiling && (version & 1) == 0 ? CURRENT : NEVER_WAS;
  }
}
