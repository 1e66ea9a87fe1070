package org.basaltdb.core;

import static java.util.Objects.requireNonNull;

import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.partition.Command;
import org.basaltdb.core.table.PageRows;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.core.table.TablePartition;
import org.jspecify.annotations.Nullable;

/// A read that found its page locked for too long and asks the writer instead (READ-6): under the
/// token nothing is locked. Reads one row, or one page for a scan.
final class ReadCommand extends Command {
  @SuppressWarnings("unused") // held, not used
  private final Object owner;

  private final ReadContext context;
  private @Nullable TableEntry entry;
  private @Nullable TablePartition target;
  private @Nullable RowImageReader view;
  private @Nullable PageRows rows;
  private long hashWord;
  private long keyWord;
  private long keyImage;
  private int localPage;
  private long image;

  /// @param owner has the memory that is written to; the command keeps it reachable
  ReadCommand(Object owner, ReadContext context) {
    this.owner = owner;
    this.context = context;
  }

  /// The session: reads the row with a key into a view.
  void aimAtRow(TableEntry table, long hash, long word, long keyAddress, RowImageReader into) {
    aim(table, table.partitionOf(hash));
    hashWord = hash;
    keyWord = word;
    keyImage = keyAddress;
    view = into;
    rows = null;
  }

  /// The session: copies the rows of a page.
  void aimAtPage(TableEntry table, int partition, int page, PageRows into) {
    aim(table, partition);
    localPage = page;
    rows = into;
    view = null;
  }

  private void aim(TableEntry table, int partition) {
    entry = table;
    target = table.partitions()[partition];
    image = RowFetch.ABSENT;
  }

  /// The address of the row's whole image, [RowFetch#ABSENT] or [RowFetch#COLD]; of a page, zero,
  /// or [RowFetch#COLD].
  long image() {
    return image;
  }

  @Override
  protected int execute() {
    if (requireNonNull(entry).isDropped()) {
      return FINISHED; // the session looks again, and finds out
    }
    TablePartition partition = requireNonNull(target);
    context.requiredDurableLsn = 0;
    PageRows copy = rows;
    RowImageReader into = view;
    boolean read =
        copy != null ? readPage(partition, copy) : into != null && readRow(partition, into);
    if (!read) {
      throw new IllegalStateException("READ-6: a page is locked while its own writer looks at it");
    }
    return FINISHED;
  }

  private boolean readPage(TablePartition partition, PageRows into) {
    int found = partition.scanPage(context, localPage, into);
    image = found == TablePartition.COLD_PAGE ? RowFetch.COLD : RowFetch.ABSENT;
    return found >= 0 || found == TablePartition.COLD_PAGE;
  }

  private boolean readRow(TablePartition partition, RowImageReader into) {
    try {
      image =
          RowFetch.byKey(partition, context, hashWord, keyWord, keyImage, into, into.pageTarget());
    } catch (RuntimeException failure) {
      if (!Failures.isRefusal(failure)) {
        throw failure;
      }
      reject(Failures.named(failure));
      return true;
    }
    return image != RowFetch.LOCKED;
  }
}
