package org.basaltdb.core;

import java.lang.ref.Reference;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.table.PageRows;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.memory.Memory;

/// A walk through all rows of a table, made by [Session#scan(Table)].
///
/// It copies page by page and works on the copies, so it holds nobody up however slowly it is
/// walked. Belongs to its session and its session's thread; ends at the last row, when it is
/// closed, or with the session.
public final class Scan implements AutoCloseable {
  private final Session session;
  private final Table table;
  private final RowView view;
  private final RowImageReader reader;
  private final PageRows rows = new PageRows();
  private int partition;
  private int nextPage;
  private int index = -1;
  private boolean ended;

  Scan(Session session, Table table, RowView view, RowImageReader reader) {
    this.session = session;
    this.table = table;
    this.view = view;
    this.reader = reader;
    PageRows copies = rows;
    NativeBuffers.track(this, copies::close);
  }

  /// Goes on to the next row. After an exception it is where it was: the next call tries again what
  /// could not be read, and no row is passed over.
  ///
  /// @return false if there is none; then the scan has ended
  /// @throws org.basaltdb.core.error.UnknownTableException if the table was dropped
  /// @throws org.basaltdb.core.error.CorruptPageException if a page on disk is damaged
  /// @throws org.basaltdb.core.error.NotReadableException if the device fails to read one
  /// @throws org.basaltdb.core.error.ClosedException if session or database was closed
  /// @throws org.basaltdb.core.error.SessionThreadException if another thread than the session's
  ///   calls
  public boolean next() {
    session.checkUse();
    reader.hide();
    try {
      return advance();
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  private boolean advance() {
    while (!ended) {
      int following = index + 1;
      if (following < rows.count()) {
        boolean there = show(following);
        index = following; // only now: what could not be read is tried again
        if (there) {
          return true;
        }
      } else if (!loadPage()) {
        end();
      }
    }
    return false;
  }

  /// The row it is at; shows none before the first [#next()] and after the last. Always the same
  /// view.
  public RowView row() {
    return view;
  }

  private boolean loadPage() {
    TablePartition[] partitions = table.entry().partitions();
    while (partition < partitions.length) {
      if (nextPage < partitions[partition].pageCount()) {
        index = -1;
        session.copyPage(table, partition, nextPage, rows);
        nextPage++;
        return true;
      }
      partition++;
      nextPage = 0;
    }
    return false;
  }

  /// @return false if the row has gone since its page was copied
  private boolean show(int following) {
    long row = rows.row(following);
    if (RowCodec.hasOverflow(row)) {
      row = session.completeScanned(table, partition, nextPage - 1, rows, following, reader);
      if (row == RowFetch.ABSENT) {
        return false;
      }
    }
    reader.show(ownCopy(row));
    return true;
  }

  /// A view outlives the scan, so what it shows lies in its own memory.
  private long ownCopy(long row) {
    if (RowCodec.isWide(row)) {
      return row; // assembled there already
    }
    long own = reader.pageTarget();
    Memory.copy(row, own, RowCodec.rowBytes(row));
    return own;
  }

  /// Ends the scan and gives its memory back. Does nothing if it has ended.
  ///
  /// @throws org.basaltdb.core.error.SessionThreadException if another thread than the session's
  ///   calls: the session's may be copying a page right now
  @Override
  public void close() {
    if (!ended) {
      session.checkThread();
      end();
    }
  }

  /// Ends it, in the thread that has the session.
  void end() {
    if (!ended) {
      ended = true;
      reader.hide();
      rows.close();
      session.forget(this);
    }
  }
}
