package org.basaltdb.stress.race;

import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.table.Mutation;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.wal.Durability;

/// One table in one partition, built from the engine's own parts without an engine around them, so
/// that a race test holds the writer in its hand and sees every row a reader is shown.
///
/// A row is `id BIGINT, version BIGINT, body VARBINARY`; [RaceRow] says what stands in it. The
/// writer's methods are for one thread at a time, as the token would have it; readers come by
/// [#reader].
final class RaceTable {
  private final RaceMemory memory;
  private final TablePartition table;
  private final TablePartition[] partitions;
  private final RowImageWriter image;
  private final Mutation mutation = new Mutation();
  private final long body = Memory.allocate(RaceRow.MAX_BODY_BYTES, Long.BYTES);

  /// A table with memory of its own.
  ///
  /// @param expectedRowBytes decides how many slots a page has
  RaceTable(int expectedRowBytes) {
    this(new RaceMemory(expectedRowBytes));
  }

  /// A table that shares its memory with others.
  RaceTable(RaceMemory memory) {
    this.memory = memory;
    this.table = memory.newPartition();
    this.partitions = new TablePartition[] {table};
    this.image = memory.newImageWriter();
  }

  TablePartition table() {
    return table;
  }

  /// The table as the array of partitions that a batch wants.
  TablePartition[] partitions() {
    return partitions;
  }

  /// The calling thread's way in.
  RaceReader reader() {
    return memory.reader();
  }

  long hashWord(long key) {
    return memory.hashWord(key);
  }

  // ---- the writer

  /// Puts the row of `key` with `wordCount` words of body that tell `version`.
  void put(long key, long version, int wordCount) {
    put(key, version, wordCount, Durability.NONE);
  }

  void put(long key, long version, int wordCount, Durability durability) {
    RaceRow.fillBody(body, key, version, wordCount);
    upsert(key, version, wordCount, durability);
  }

  /// Puts a row of `key` whose body looks, wherever one begins to read it, like rows of `victim`.
  void putDecoy(long key, long victim, int wordCount) {
    RaceRow.fillDecoyBody(body, victim, wordCount);
    upsert(key, 0, wordCount, Durability.NONE);
  }

  private void upsert(long key, long version, int wordCount, Durability durability) {
    image.clear();
    image.putLong(0, key);
    image.putLong(1, version);
    image.putBytes(2, Memory.ALL, body, RaceRow.bodyBytes(wordCount));
    mutation.imageAddress = image.encodeRow();
    mutation.imageBytes = image.imageBytes();
    apply(Mutation.UPSERT, key, durability);
  }

  /// Gives the row of `key` another body and leaves its version.
  void replaceBody(long key, int wordCount, Durability durability) {
    RaceRow.fillBody(body, key, 0, wordCount);
    image.clear();
    image.putLong(0, key);
    image.putBytes(2, Memory.ALL, body, RaceRow.bodyBytes(wordCount));
    mutation.imageAddress = image.encodeUpdate();
    mutation.imageBytes = image.imageBytes();
    mutation.setMaskAddress = image.setMask();
    apply(Mutation.UPDATE, key, durability);
    mutation.setMaskAddress = 0;
  }

  /// Takes the row of `key` away, if there is one.
  void delete(long key) {
    Memory.putLong(body, key);
    mutation.imageAddress = body;
    mutation.imageBytes = Long.BYTES;
    apply(Mutation.DELETE, key, Durability.NONE);
  }

  private void apply(byte kind, long key, Durability durability) {
    mutation.kind = kind;
    mutation.keyWord = key;
    mutation.hashWord = hashWord(key);
    mutation.durability = durability;
    memory.apply(table, mutation);
    if (mutation.outcome >= Mutation.DUPLICATE) {
      throw new IllegalStateException("write not carried out, outcome " + mutation.outcome);
    }
  }

  /// End of the log record of the last write.
  long lastEndLsn() {
    return mutation.endLsn;
  }

  /// Drops the table, as the catalog does: nobody who enters from now on can find it, and those who
  /// are inside are waited for.
  void drop() {
    memory.awaitReaders();
    table.destroy();
    table.free();
    image.free("the race test");
    Memory.free(body);
  }
}
