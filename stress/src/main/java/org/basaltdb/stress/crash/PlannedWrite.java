package org.basaltdb.stress.crash;

import org.basaltdb.stress.crash.KnownTable.Halves;
import org.jspecify.annotations.Nullable;

/// One write that a writer decided on.
///
/// @param kind what it does
/// @param key of the row, or [#NO_KEY] if the engine is going to number it
/// @param version unique
/// @param after what the row's halves are when it took effect
record PlannedWrite(Kind kind, long key, long version, Halves after) {
  /// Stands for a key that the engine is going to choose.
  static final long NO_KEY = -1;

  /// What a write does.
  enum Kind {
    INSERT,
    UPSERT,
    /// Changes all columns.
    UPDATE,
    /// Changes the columns of half A.
    UPDATE_A,
    /// Changes the columns of half B.
    UPDATE_B,
    DELETE
  }

  /// @param before the halves of the row that is there, or null
  static PlannedWrite of(Kind kind, long key, @Nullable Halves before, long version) {
    Halves after =
        switch (kind) {
          case UPDATE_A -> new Halves(version, before == null ? version : before.versionB());
          case UPDATE_B -> new Halves(before == null ? version : before.versionA(), version);
          default -> new Halves(version, version);
        };
    return new PlannedWrite(kind, key, version, after);
  }

  boolean isNumbered() {
    return key == NO_KEY && kind == Kind.INSERT;
  }

  PlannedWrite withKey(long generated) {
    return new PlannedWrite(kind, generated, version, after);
  }

  /// What the engine returns.
  ///
  /// @param before the halves of the row that is there, or null
  boolean expectedOutcome(@Nullable Halves before) {
    return switch (kind) {
      case INSERT -> true;
      case UPSERT -> before == null;
      case UPDATE, UPDATE_A, UPDATE_B, DELETE -> before != null;
    };
  }
}
