package org.basaltdb.core;

import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.core.table.TablePartition;

/// Copies a row, and the large values that lie outside it, to the memory of a view. The caller is
/// inside an epoch or holds the writer token: a row that was copied whole keeps the values it
/// points to for as long (READ-7).
final class RowFetch {
  /// In place of an address: there is no such row.
  static final long ABSENT = 0;

  /// In place of an address: ask the writer.
  static final long LOCKED = -1;

  private RowFetch() {}

  /// Fetches the row with a key.
  ///
  /// @param target where the view has room for a page
  /// @return the address of the whole image, [#ABSENT] or [#LOCKED]
  static long byKey(
      TablePartition partition,
      ReadContext context,
      long hashWord,
      long keyWord,
      long keyImage,
      RowImageReader view,
      long target) {
    int bytes = partition.read(context, hashWord, keyWord, keyImage, target);
    if (bytes <= 0) {
      return bytes == 0 ? ABSENT : LOCKED;
    }
    return RowCodec.hasOverflow(target) ? complete(partition, target, view) : target;
  }

  /// Fetches the large values of a row that was copied.
  ///
  /// @return the address of the whole image, or [#LOCKED] if a value has gone: the row has changed,
  ///   look again
  static long complete(TablePartition partition, long row, RowImageReader view) {
    int bytes = partition.completeBytes(row, view.projection());
    if (bytes < 0) {
      return LOCKED;
    }
    long large = view.largeTarget(bytes);
    return partition.complete(row, view.projection(), large) < 0 ? LOCKED : large;
  }
}
