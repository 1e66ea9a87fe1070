package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What happened to one key, or to the name of one table, since its state was last known. Confined
/// to the judge's lock.
final class History {
  /// How a state that was found stands to the operations.
  enum Verdict {
    /// One of the operations that can have been the last left it.
    POSSIBLE,
    /// Nothing is there, and something must be.
    MISSING,
    /// An operation that is certain came after it and left another row.
    REPLACED,
    /// An operation that is certain came after it and removed it.
    RETURNED,
    /// The version is of one of the operations, the content is not.
    MIXED,
    /// No operation left that.
    UNKNOWN
  }

  /// In the order in which they began; the first is certain.
  private final List<Operation> operations = new ArrayList<>(2);

  /// @param found the state to start from
  History(Operation found) {
    operations.add(found);
  }

  void add(Operation operation) {
    operations.add(operation);
  }

  List<Operation> operations() {
    return operations;
  }

  /// The operation that leaves a state; null if there is none, or if the state is
  /// [Operation#ABSENT].
  @Nullable Operation leaving(long state) {
    if (state == Operation.ABSENT) {
      return null;
    }
    for (Operation operation : operations) {
      if (operation.state() == state) {
        return operation;
      }
    }
    return null;
  }

  /// Judges a state that was found.
  ///
  /// An operation can have been the last unless one that is certain began after it had ended. For
  /// operations that overlap, any order counts as possible.
  ///
  /// @param checksum of the row found; means nothing for [Operation#ABSENT]
  /// @param certain which operations must have taken effect
  Verdict judge(long state, int checksum, Predicate<Operation> certain) {
    Operation lastCertain = operations.get(0);
    for (Operation operation : operations) {
      if (certain.test(operation) && operation.beginPlace() > lastCertain.beginPlace()) {
        lastCertain = operation;
      }
    }
    Verdict verdict = state == Operation.ABSENT ? Verdict.MISSING : Verdict.UNKNOWN;
    for (Operation operation : operations) {
      if (operation.state() != state) {
        continue;
      }
      if (state != Operation.ABSENT && operation.checksum() != checksum) {
        return Verdict.MIXED;
      }
      if (!operation.endedBefore(lastCertain.beginPlace())) {
        return Verdict.POSSIBLE;
      }
      if (state != Operation.ABSENT) {
        verdict = lastCertain.state() == Operation.ABSENT ? Verdict.RETURNED : Verdict.REPLACED;
      }
    }
    return verdict;
  }

  @Override
  public String toString() {
    int first = Math.max(0, operations.size() - 6);
    return "last operations: " + operations.subList(first, operations.size());
  }
}
