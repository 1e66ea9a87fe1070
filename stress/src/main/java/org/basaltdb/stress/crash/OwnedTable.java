package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.basaltdb.core.Completion;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.stress.crash.KnownTable.Halves;
import org.basaltdb.wal.Durability;

/// A table as one writer uses it: its buffers, and the rows that this writer alone changes.
final class OwnedTable {
  private final KnownTable known;
  private final Durability durability;
  private final RowBuffer row;
  private final Key key;
  private final RowView view;
  private final RowContent content = new RowContent();
  private final Map<Long, Halves> rows = new HashMap<>();
  private final List<Long> numbers = new ArrayList<>();

  private OwnedTable(KnownTable known, Durability durability) {
    this.known = known;
    this.durability = durability;
    this.row = known.table().newRow();
    this.key = known.table().newKey();
    this.view = known.table().newView();
  }

  /// A table that all writers use.
  static OwnedTable of(KnownTable known, Durability durability, int writer, int writerCount) {
    OwnedTable table = new OwnedTable(known, durability);
    known
        .rows()
        .forEach((key, halves) -> {
          boolean numbered = known.shape() == Shape.NUMBERED;
          long owner = numbered ? key % writerCount : Keys.ownerOf(key);
          if (owner == writer) {
            table.remember(key, halves);
          }
        });
    return table;
  }

  /// A table that only one writer uses.
  static OwnedTable scratch(KnownTable known) {
    OwnedTable table = new OwnedTable(known, Durability.SYNC);
    known.rows().forEach(table::remember);
    return table;
  }

  private void remember(long rowKey, Halves halves) {
    rows.put(rowKey, halves);
    if (shape() == Shape.NUMBERED) {
      numbers.add(rowKey);
    }
  }

  /// A key that belongs to the writer; one that never existed if it has none.
  long drawKey(SplittableRandom random, int writer) {
    if (shape() != Shape.NUMBERED) {
      return Keys.drawOwned(random, writer);
    }
    return numbers.isEmpty() ? 0 : numbers.get(random.nextInt(numbers.size()));
  }

  /// Looks a row up; [#view] shows it.
  boolean get(Session session, long rowKey) {
    if (shape() != Shape.TEXT) {
      return session.get(table(), rowKey, view);
    }
    shape().setKey(key, rowKey);
    return session.get(table(), key, view);
  }

  /// Fills the buffer, or the key, for a write.
  void prepare(PlannedWrite write) {
    Halves after = write.after();
    content.set(shape().contentKey(write.key()), after.versionA(), after.versionB());
    row.clear();
    if (!write.isNumbered()) {
      shape().setKey(key, write.key());
      shape().setKey(row, write.key());
    }
    if (write.kind() != PlannedWrite.Kind.UPDATE_B) {
      content.fillHalfA(row);
    }
    if (write.kind() != PlannedWrite.Kind.UPDATE_A) {
      content.fillHalfB(row);
    }
  }

  /// Does what was prepared.
  ///
  /// @return what the engine returns; true for an insert
  boolean write(Session session, PlannedWrite write, Durability asked) {
    return switch (write.kind()) {
      case INSERT -> {
        session.insert(table(), row, asked);
        yield true;
      }
      case UPSERT -> session.upsert(table(), row, asked);
      case UPDATE, UPDATE_A, UPDATE_B -> session.update(table(), row, asked);
      case DELETE -> session.delete(table(), key, asked);
    };
  }

  /// Submits what was prepared.
  Completion submit(Session session, PlannedWrite write, Durability asked) {
    return switch (write.kind()) {
      case INSERT -> session.submitInsert(table(), row, asked);
      case UPSERT -> session.submitUpsert(table(), row, asked);
      case UPDATE, UPDATE_A, UPDATE_B -> session.submitUpdate(table(), row, asked);
      case DELETE -> session.submitDelete(table(), key, asked);
    };
  }

  /// Notes that a write took effect.
  void written(PlannedWrite write) {
    if (write.kind() == PlannedWrite.Kind.DELETE) {
      rows.remove(write.key());
    } else if (rows.put(write.key(), write.after()) == null && shape() == Shape.NUMBERED) {
      numbers.add(write.key());
    }
  }

  /// What [#get] found, in the form of [#rows].
  Halves halvesRead() {
    return new Halves(content.versionA(), content.versionB());
  }

  private Table table() {
    return known.table();
  }

  String name() {
    return known.name();
  }

  Shape shape() {
    return known.shape();
  }

  long incarnation() {
    return known.incarnation();
  }

  Durability durability() {
    return durability;
  }

  /// The rows that belong to the writer, by key.
  Map<Long, Halves> rows() {
    return rows;
  }

  RowView view() {
    return view;
  }

  RowContent content() {
    return content;
  }
}
