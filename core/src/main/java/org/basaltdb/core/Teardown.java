package org.basaltdb.core;

import org.jspecify.annotations.Nullable;

/// Takes something apart step by step, to the end: a step that fails keeps none of the others from
/// being done. The first failure is kept, in the name that applications know; the others are
/// suppressed by it.
///
/// Thread rules: one thread.
final class Teardown {
  private @Nullable Throwable failure;

  /// @param failure what made it necessary, or null
  Teardown(@Nullable Throwable failure) {
    this.failure = failure;
  }

  /// Does one step.
  void step(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException thrown) {
      RuntimeException named = Failures.named(thrown);
      Throwable first = failure;
      if (first == null) {
        failure = named;
      } else {
        first.addSuppressed(named);
      }
    }
  }

  /// The first failure, or null.
  @Nullable Throwable failure() {
    return failure;
  }
}
