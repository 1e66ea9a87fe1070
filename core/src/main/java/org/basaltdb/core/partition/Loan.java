package org.basaltdb.core.partition;

import java.util.List;

/// Several partitions borrowed at once: while it is open no command runs in any of them. For schema
/// changes, close, and procedures. The thread that holds it submits no command to these partitions.
public final class Loan implements AutoCloseable {
  private final List<CommandQueue> queues;

  private Loan(List<CommandQueue> queues) {
    this.queues = queues;
  }

  /// Borrows all of them, in the order of the list. Everyone borrows in ascending order of the
  /// partitions, so that two borrowers never wait for each other.
  public static Loan of(List<CommandQueue> ascending) {
    ascending.forEach(CommandQueue::borrow);
    return new Loan(ascending);
  }

  /// Gives all of them back, the last one first. Commands that came meanwhile are carried out after
  /// that, when none is held any more.
  @Override
  public void close() {
    queues.reversed().forEach(CommandQueue::release);
    queues.forEach(CommandQueue::serveLateArrivals);
  }

  /// The same, for a borrower that must not wait for anything: see [CommandQueue#giveBackForNow].
  public void closeForNow() {
    queues.reversed().forEach(CommandQueue::release);
    queues.forEach(CommandQueue::serveForNow);
  }
}
