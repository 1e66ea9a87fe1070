package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;

/// Rows of the table of [EngineFixture#users] that count how often they were written, and what they
/// have to hold.
///
/// Thread rules: a row is one thread's at a time.
final class Scores {
  private final int[] scores;

  /// No row is there.
  ///
  /// @param rows how many there may be, of ids from 0 on
  Scores(int rows) {
    scores = new int[rows];
  }

  /// How often a row was written.
  int of(int id) {
    return scores[id];
  }

  /// Writes a row once more; it counts if that does not throw.
  void put(Session session, Table users, RowBuffer row, int id) {
    row.setLong("id", id).setString("name", "x".repeat(150)).setInt("score", scores[id] + 1);
    session.upsert(users, row);
    scores[id]++;
  }

  /// Each row is there as it was written last, and no other.
  void check(Basalt db) {
    Table users = db.table("users");
    try (Session session = db.openSession()) {
      RowView view = users.newView();
      for (int id = 0; id < scores.length; id++) {
        assertThat(session.get(users, id, view)).isEqualTo(scores[id] > 0);
        if (scores[id] > 0) {
          assertThat(view.getInt("score")).isEqualTo(scores[id]);
        }
      }
    }
  }
}
