package org.basaltdb.core.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Keeps the word below away from whatever object precedes it in the heap: 128 bytes, two lines,
/// because processors fetch lines in pairs.
class WriterTokenPadBefore {
  long before00, before01, before02, before03, before04, before05, before06, before07;
  long before08, before09, before10, before11, before12, before13, before14, before15;
}

/// The word itself, alone on its pair of cache lines.
class WriterTokenWord extends WriterTokenPadBefore {
  volatile int word;
}

/// The right to be a partition's writer: at any instant at most one thread holds it.
///
/// The word is `FREE` or `HELD`. It is taken by a compare-and-set and given back by a volatile
/// store; nothing waits inside this class. Who may try, and what a thread owes the others after it
/// let go, is the protocol of [CommandQueue].
///
/// Access modes: [#tryAcquire()] reads the word plainly volatile first, so that losers do not take
/// the line away from the holder, and then compares-and-sets (acquire: what the last holder wrote
/// to the partition is visible). [#release()] is a *volatile* store, not a release store: the look
/// for late arrivals that follows it must not be moved before it (TOKEN-1).
public final class WriterToken extends WriterTokenWord {
  static final int FREE = 0;
  static final int HELD = 1;

  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(WriterTokenWord.class, "word", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  long after00, after01, after02, after03, after04, after05, after06, after07;
  long after08, after09, after10, after11, after12, after13, after14, after15;

  /// Takes the token if it is free. One compare-and-set at most.
  ///
  /// @return whether the calling thread holds it now
  public boolean tryAcquire() {
    return word == FREE && WORD.compareAndSet(this, FREE, HELD);
  }

  /// Gives the token back. A full fence: everything stored before is visible to the next holder,
  /// and every load after it sees what was stored before a failed [#tryAcquire()].
  public void release() {
    assert word == HELD : "TOKEN: released while nobody held it";
    word = FREE;
  }

  /// Whether somebody held the token a moment ago.
  public boolean isHeld() {
    return word == HELD;
  }
}
