package org.basaltdb.wal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Keeps the value below away from whatever object precedes it in the heap: 128 bytes, two lines,
/// because processors fetch lines in pairs.
class PaddedLongBefore {
  long before00, before01, before02, before03, before04, before05, before06, before07;
  long before08, before09, before10, before11, before12, before13, before14, before15;
}

/// The value, alone on its pair of cache lines.
class PaddedLongValue extends PaddedLongBefore {
  long value;
}

/// A long that several threads use, alone on its cache lines. The access mode is in the accessor's
/// name.
final class PaddedLong extends PaddedLongValue {
  private static final VarHandle VALUE;

  static {
    try {
      VALUE =
          MethodHandles.lookup()
              .findVarHandle(PaddedLongValue.class, "value", long.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  long after00, after01, after02, after03, after04, after05, after06, after07;
  long after08, after09, after10, after11, after12, after13, after14, after15;

  PaddedLong(long initial) {
    value = initial;
  }

  long getPlain() {
    return (long) VALUE.get((PaddedLongValue) this);
  }

  long getOpaque() {
    return (long) VALUE.getOpaque((PaddedLongValue) this);
  }

  long getAcquire() {
    return (long) VALUE.getAcquire((PaddedLongValue) this);
  }

  long getVolatile() {
    return (long) VALUE.getVolatile((PaddedLongValue) this);
  }

  void setOpaque(long next) {
    VALUE.setOpaque((PaddedLongValue) this, next);
  }

  void setRelease(long next) {
    VALUE.setRelease((PaddedLongValue) this, next);
  }

  void setVolatile(long next) {
    VALUE.setVolatile((PaddedLongValue) this, next);
  }

  boolean compareAndSet(long expected, long next) {
    return (boolean) VALUE.compareAndSet((PaddedLongValue) this, expected, next);
  }

  long getAndAdd(long increment) {
    return (long) VALUE.getAndAdd((PaddedLongValue) this, increment);
  }

  /// Adds to a counter that one thread at a time changes and any thread reads.
  void addOrdered(long increment) {
    setOpaque(getPlain() + increment);
  }

  /// Raises the value to `least` unless it is there already; sequentially consistent. Lock-free.
  void raise(long least) {
    long seen = getVolatile();
    while (seen < least && !compareAndSet(seen, least)) {
      seen = getVolatile();
    }
  }
}
