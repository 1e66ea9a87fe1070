package org.basaltdb.core;

import java.util.concurrent.atomic.AtomicInteger;
import org.basaltdb.core.SessionMemory.NativeBlock;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.KeyImageWriter;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowLayout;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.table.BatchReader;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.page.PageLayout;

/// Keys to be looked up at once with [Session#getAll], and afterwards their rows. Made by
/// [Table#newBatch] and used over and over.
///
/// Confined to one thread at a time. Takes a page of memory a key.
public final class RowBatch {
  /// The most keys of a batch.
  public static final int MAX_CAPACITY = 1024;

  private final Table table;
  private final NativeBlock rows;
  private final NativeBlock keyImages;
  private final int keyImageStride;
  private final long[] keyWords;
  private final long[] hashWords;
  private final int[] rowBytes;
  private final long[] images;
  private final RowImageReader[] readers;
  private final RowView[] views;
  private final BatchReader batchReader;
  private int size;
  private boolean read;
  private long requiredDurableLsn;

  private RowBatch(Table table, int capacity, NativeBlock rows, NativeBlock keyImages) {
    RowLayout layout = table.entry().layout();
    this.table = table;
    this.rows = rows;
    this.keyImages = keyImages;
    this.keyImageStride = keyImageStride(layout);
    this.keyWords = new long[capacity];
    this.hashWords = new long[capacity];
    this.rowBytes = new int[capacity];
    this.images = new long[capacity];
    this.readers = new RowImageReader[capacity];
    this.views = new RowView[capacity];
    this.batchReader = new BatchReader(capacity);
    for (int i = 0; i < capacity; i++) {
      readers[i] = table.newReader(layout.everything());
      views[i] = new RowView(readers[i]);
    }
  }

  private static int keyImageStride(RowLayout layout) {
    return (layout.maxKeyImageBytes() + Long.BYTES - 1) & -Long.BYTES;
  }

  static RowBatch create(Table table, int capacity) {
    if (capacity < 1 || capacity > MAX_CAPACITY) {
      throw new IllegalArgumentException(
          "capacity of a batch out of range; found "
              + capacity
              + "; expected 1 to "
              + MAX_CAPACITY
              + "; table '"
              + table.name()
              + "'; look more keys up in several batches");
    }
    RowLayout layout = table.entry().layout();
    NativeBlock rows = new NativeBlock(table.engine().budget());
    NativeBlock keyImages = new NativeBlock(table.engine().budget());
    try {
      rows.ensure((long) capacity * PageLayout.PAGE_BYTES);
      // The canonical form of the key at hand lies behind the images.
      keyImages.ensure(
          (long) capacity * keyImageStride(layout) + layout.maxCanonicalKeyBytes() + Long.BYTES);
      RowBatch batch = new RowBatch(table, capacity, rows, keyImages);
      return track(batch);
    } catch (BudgetExhaustedException e) {
      rows.free();
      keyImages.free();
      throw Failures.named(e);
    }
  }

  /// The rows lie side by side in one block, which goes when neither the batch nor any of its views
  /// is reachable.
  private static RowBatch track(RowBatch batch) {
    NativeBlock rows = batch.rows;
    NativeBlock keyImages = batch.keyImages;
    RowImageReader[] readers = batch.readers;
    AtomicInteger reachable = new AtomicInteger(readers.length + 1);
    Runnable release =
        () -> {
          if (reachable.decrementAndGet() == 0) {
            rows.free();
            keyImages.free();
            for (RowImageReader reader : readers) {
              reader.free("its application");
            }
          }
        };
    for (RowView view : batch.views) {
      NativeBuffers.track(view, release);
    }
    return NativeBuffers.track(batch, release);
  }

  /// The table whose rows it is for.
  public Table table() {
    return table;
  }

  /// The most keys it takes.
  public int capacity() {
    return hashWords.length;
  }

  /// How many keys it has.
  public int size() {
    return size;
  }

  /// Forgets keys and rows.
  public RowBatch clear() {
    hide();
    size = 0;
    return this;
  }

  /// Adds a key that is one integer column; see [Session#get(Table, long, RowView)].
  ///
  /// @throws IllegalStateException if it is full, or was read and not cleared
  /// @throws org.basaltdb.core.error.TypeMismatchException if the key of the table is something
  ///   else
  public RowBatch addKey(long key) {
    checkRoom();
    TableEntry entry = table.entry();
    if (entry.layout().isLongKey()) {
      keyWords[size] = key;
      hashWords[size] = entry.hasher().hashWordOfLong(key);
    } else {
      KeyCodec.encodeLong(entry.layout(), key, keyImage(size));
      hash(entry);
    }
    size++;
    return this;
  }

  /// Adds a key.
  ///
  /// @throws IllegalStateException if it is full, or was read and not cleared
  /// @throws org.basaltdb.core.error.WrongTableException if another table made the key
  /// @throws org.basaltdb.core.error.InvalidKeyException if a column of the key was not set, or it
  ///   has no byte
  public RowBatch addKey(Key key) {
    checkRoom();
    TableEntry entry = table.entry();
    KeyImageWriter writer = key.writer();
    table.checkLayout(writer.layout());
    long image = writer.encode();
    Memory.copy(image, keyImage(size), writer.imageBytes());
    hash(entry);
    size++;
    return this;
  }

  private void hash(TableEntry entry) {
    long image = keyImage(size);
    keyWords[size] = entry.layout().isLongKey() ? Memory.getLong(image) : 0;
    hashWords[size] = entry.hasher().hashWordOfKeyImage(image, keyImage(capacity()));
  }

  private void checkRoom() {
    if (read || size == capacity()) {
      throw new IllegalStateException(
          "no key can be added; found a batch "
              + (read ? "that was read" : "with " + size + " keys")
              + "; expected one "
              + (read ? "that was cleared" : "with room")
              + "; table '"
              + table.name()
              + "'; "
              + (read ? "clear it first" : "make a larger one"));
    }
  }

  /// Whether key `index` has a row.
  ///
  /// @param index 0 to [#size()] - 1, in the order of the keys
  public boolean isPresent(int index) {
    return views[checkIndex(index)].hasRow();
  }

  /// The row of key `index`; it shows none if there is none. Valid until the batch is cleared or
  /// read again.
  ///
  /// @param index 0 to [#size()] - 1, in the order of the keys
  public RowView view(int index) {
    return views[checkIndex(index)];
  }

  private int checkIndex(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException(
          "no such key in the batch; found index " + index + "; expected 0 to " + (size - 1));
    }
    return index;
  }

  // ---- for the session

  void hide() {
    for (int i = 0; i < size; i++) {
      readers[i].hide();
    }
    read = false;
  }

  /// Reads the rows of all keys, inside an epoch. Some may be left, see [#nextUnread].
  void fetch(ReadContext context) {
    TableEntry entry = table.entry();
    requiredDurableLsn = 0;
    if (entry.layout().isLongKey()) {
      requiredDurableLsn =
          batchReader.read(
              entry.partitions(),
              context,
              hashWords,
              keyWords,
              size,
              rows.address(),
              PageLayout.PAGE_BYTES,
              rowBytes);
      for (int i = 0; i < size; i++) {
        images[i] = image(i);
      }
      return;
    }
    for (int i = 0; i < size; i++) {
      context.begin();
      images[i] =
          RowFetch.byKey(
              entry.partitions()[entry.partitionOf(hashWords[i])],
              context,
              hashWords[i],
              keyWords[i],
              keyImage(i),
              readers[i],
              target(i));
      requiredDurableLsn = Math.max(requiredDurableLsn, context.requiredDurableLsn);
    }
  }

  private long image(int index) {
    int bytes = rowBytes[index];
    if (bytes <= 0) {
      return bytes == 0 ? RowFetch.ABSENT : RowFetch.LOCKED;
    }
    // Large values are fetched one row after the other.
    return RowCodec.hasOverflow(target(index)) ? RowFetch.LOCKED : target(index);
  }

  /// The first key from `from` on that has to be looked up by itself, or -1.
  int nextUnread(int from) {
    for (int i = from; i < size; i++) {
      if (images[i] == RowFetch.LOCKED || images[i] == RowFetch.COLD) {
        return i;
      }
    }
    return -1;
  }

  /// What was found for such a key.
  void settle(int index, long image) {
    images[index] = image;
  }

  /// Shows what was read.
  ///
  /// @return how many rows there are
  int show() {
    int found = 0;
    for (int i = 0; i < size; i++) {
      if (images[i] != RowFetch.ABSENT) {
        readers[i].show(images[i]);
        found++;
      }
    }
    read = true;
    return found;
  }

  long requiredDurableLsn() {
    return requiredDurableLsn;
  }

  long hashWord(int index) {
    return hashWords[index];
  }

  long keyWord(int index) {
    return keyWords[index];
  }

  long keyImage(int index) {
    return keyImages.address() + (long) index * keyImageStride;
  }

  RowImageReader reader(int index) {
    return readers[index];
  }

  private long target(int index) {
    return rows.address() + (long) index * PageLayout.PAGE_BYTES;
  }
}
