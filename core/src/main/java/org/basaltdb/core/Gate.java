package org.basaltdb.core;

import org.basaltdb.offheap.epoch.Epochs;

/// Where a session announces operations that may wait, so that a close waits for them (CLOSE-1).
/// Confined to the session's thread.
final class Gate {
  private final Engine engine;
  private final Epochs gate;
  private final long slot;

  /// The calling thread becomes the owner.
  Gate(Engine engine) {
    this.engine = engine;
    this.gate = engine.gate();
    this.slot = gate.acquireSlot();
  }

  /// Announces an operation on a table.
  ///
  /// @throws org.basaltdb.core.error.ClosedException if the database is closed or being closed
  /// @throws org.basaltdb.core.error.UnknownTableException if the table was dropped
  void enter(Table table) {
    enter();
    if (table.entry().isDropped()) {
      exit();
      throw table.dropped();
    }
  }

  /// Announces an operation.
  ///
  /// @throws org.basaltdb.core.error.ClosedException if the database is closed or being closed
  void enter() {
    if (!tryEnter()) {
      engine.lifecycle().check();
    }
  }

  /// Announces an operation; the announcement comes before the look at the mark of the close.
  ///
  /// @return false if the database is closed or being closed; then nothing is announced
  boolean tryEnter() {
    gate.enter(slot);
    if (engine.lifecycle().isOpen()) {
      return true;
    }
    gate.exit(slot);
    return false;
  }

  /// The operation has ended.
  void exit() {
    gate.exit(slot);
  }

  void adopt() {
    gate.adopt(slot);
  }

  void disown() {
    gate.disown(slot);
  }

  void release() {
    gate.releaseSlot(slot);
  }
}
