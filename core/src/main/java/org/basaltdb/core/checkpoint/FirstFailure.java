package org.basaltdb.core.checkpoint;

import org.jspecify.annotations.Nullable;

/// The first failure of several steps of which each is tried, whatever comes of the others. Later
/// ones are suppressed by it.
///
/// Thread rules: one thread.
///
/// @param <E> what a step fails with
final class FirstFailure<E extends Exception> {
  private @Nullable E first;

  /// Notes that a step failed.
  void add(E failure) {
    E before = first;
    if (before == null) {
      first = failure;
    } else {
      before.addSuppressed(failure);
    }
  }

  /// After the last step: throws the first failure, if there is one.
  void rethrow() throws E {
    E failure = first;
    if (failure != null) {
      throw failure;
    }
  }
}
