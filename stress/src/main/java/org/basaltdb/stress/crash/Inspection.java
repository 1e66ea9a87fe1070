package org.basaltdb.stress.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.basaltdb.core.Basalt;
import org.basaltdb.core.Scan;
import org.basaltdb.core.Session;
import org.basaltdb.core.Table;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowView;
import org.basaltdb.stress.crash.KnownTable.Halves;
import org.jspecify.annotations.Nullable;

/// Tells what is in a database that nobody writes to, and checks that all ways to it agree
/// (CRASH-3, CRASH-5). For one thread.
final class Inspection {
  private static final int LINES_AT_ONCE = 1_000;

  private final Basalt database;
  private final Announcer announcer;
  private final RowContent content = new RowContent();
  private final StringBuilder lines = new StringBuilder();
  private int lineCount;

  Inspection(Basalt database, Announcer announcer) {
    this.database = database;
    this.announcer = announcer;
  }

  /// Reports every table and row.
  List<KnownTable> run() {
    List<KnownTable> tables = new ArrayList<>();
    try (Session session = database.openSession()) {
      for (Table table : database.tables()) {
        KnownTable known = KnownTable.of(table);
        add(Message.TABLE, known.name(), known.incarnation());
        scan(session, known);
        lookUp(session, known);
        if (table.rowCount() != known.rows().size()) {
          announcer.wrong(
              Fault.DISAGREEMENT,
              known.name()
                  + " counts "
                  + table.rowCount()
                  + " rows; a scan found "
                  + known.rows().size());
        }
        tables.add(known);
      }
    }
    flush();
    return tables;
  }

  private void scan(Session session, KnownTable known) {
    try (Scan scan = session.scan(known.table())) {
      while (scan.next()) {
        RowView row = scan.row();
        long key = row.getLong(Shape.ID);
        check(known, key, row, "scan");
        Halves halves = new Halves(content.versionA(), content.versionB());
        if (known.rows().put(key, halves) != null) {
          announcer.wrong(
              Fault.DISAGREEMENT, known.name() + ": a scan found key " + key + " twice");
        }
        add(Message.ROW, key, content.version(), content.checksum());
      }
    }
  }

  private void check(KnownTable known, long key, RowView row, String how) {
    String problem = content.read(known.shape(), row);
    if (problem != null) {
      announcer.wrong(Fault.HALF_ROW, known.name() + " key " + key + " by " + how + ": " + problem);
    }
  }

  /// Looks up every key that a scan found and every other that can have been written.
  private void lookUp(Session session, KnownTable known) {
    RowView row = known.table().newView();
    Key key = known.table().newKey();
    Set<Long> keys = new TreeSet<>(known.rows().keySet());
    if (known.shape() == Shape.NUMBERED) {
      long last = keys.isEmpty() ? 0 : ((TreeSet<Long>) keys).last();
      for (long id = 1; id <= last + 100; id++) {
        keys.add(id);
      }
    } else {
      Keys.all().forEach(keys::add);
    }
    for (long id : keys) {
      boolean found = find(session, known, id, key, row);
      Halves scanned = known.rows().get(id);
      compare(known, id, found ? row : null, scanned);
    }
  }

  private static boolean find(Session session, KnownTable known, long id, Key key, RowView row) {
    if (known.shape() != Shape.TEXT) {
      return session.get(known.table(), id, row);
    }
    known.shape().setKey(key, id);
    return session.get(known.table(), key, row);
  }

  private void compare(KnownTable known, long id, @Nullable RowView row, @Nullable Halves scanned) {
    if (row == null) {
      if (scanned != null) {
        announcer.wrong(
            Fault.DISAGREEMENT, known.name() + " key " + id + " is found by scan, not by key");
      }
      return;
    }
    check(known, id, row, "key");
    if (!new Halves(content.versionA(), content.versionB()).equals(scanned)) {
      announcer.wrong(
          Fault.DISAGREEMENT,
          known.name()
              + " key "
              + id
              + ": by key version "
              + content.version()
              + ", by scan "
              + scanned);
    }
  }

  private void add(Object... fields) {
    for (int i = 0; i < fields.length; i++) {
      lines.append(i == 0 ? "" : " ").append(fields[i]);
    }
    lines.append('\n');
    if (++lineCount % LINES_AT_ONCE == 0) {
      flush();
    }
  }

  private void flush() {
    announcer.sayAll(lines);
    lines.setLength(0);
  }
}
