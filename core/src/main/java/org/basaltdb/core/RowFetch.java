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

  /// In place of an address: a page has to be read from the device first, see [ReadContext].
  static final long COLD = -2;

  private RowFetch() {}

  /// Fetches the row with a key.
  ///
  /// @param target where the view has room for a page
  /// @return the address of the whole image, [#ABSENT], [#LOCKED] or [#COLD]
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
      return unread(bytes);
    }
    return RowCodec.hasOverflow(target) ? complete(partition, context, target, view) : target;
  }

  private static long unread(int bytes) {
    return switch (bytes) {
      case 0 -> ABSENT;
      case TablePartition.COLD_PAGE -> COLD;
      default -> LOCKED;
    };
  }

  /// Fetches the large values of a row that was copied, or goes on with it.
  ///
  /// @return the address of the whole image; [#LOCKED] if a value has gone: the row has changed,
  ///   look again; [#COLD]
  static long complete(
      TablePartition partition, ReadContext context, long row, RowImageReader view) {
    int bytes = partition.completeBytes(row, view.projection());
    if (bytes < 0) {
      return LOCKED;
    }
    long large = view.largeTarget(bytes);
    int completed = partition.complete(row, view.projection(), large, context);
    return completed < 0 ? unread(completed) : large;
  }
}
