package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.basaltdb.core.catalog.TableEntry;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.partition.Tier;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.core.store.PageImages;
import org.basaltdb.core.table.ReadContext;
import org.basaltdb.core.table.TablePartition;
import org.basaltdb.offheap.hash.KeyHash;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Two keys of which the index knows no difference, whose rows are on disk.
@Tag("engine")
class CollidingKeysTest {
  private static final long POOL_BYTES = Options.MIN_POOL_BYTES * 2;
  private static final int OTHER_ROWS = 8_000;
  private static final int CONTENT_BYTES = 600;

  private final EngineFixture engines = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    Assumptions.assumeFalse(EngineFixture.MEMORY_ONLY, "what is in memory only stays there");
  }

  @AfterEach
  void close() {
    engines.close();
  }

  private record Pair(long first, long second) {}

  /// Keys with the same tag and the same bits of the hash that an entry keeps.
  private static Pair collidingKeys(Table table) {
    Map<Long, Long> keysByHash = new HashMap<>();
    for (long key = OTHER_ROWS; ; key++) {
      long hashWord = hashWord(table, key);
      long known = (long) KeyHash.tag(hashWord) << 32 | KeyHash.indexHash(hashWord);
      Long other = keysByHash.putIfAbsent(known, key);
      if (other != null && KeyHash.slot(hashWord(table, other)) == KeyHash.slot(hashWord)) {
        return new Pair(other, key);
      }
    }
  }

  private static long hashWord(Table table, long key) {
    return Objects.requireNonNull(table.longKeyHasher()).hashWordOfLong(key);
  }

  /// As a session reads that never gets a frame: it has the image of one page at a time.
  @Test
  void areFoundWithoutAFrame() {
    Basalt db =
        engines.open(
            EngineFixture.options(
                builder -> builder.poolBytes(POOL_BYTES).durability(Durability.NONE)));
    Table table =
        db.createTable(
            TableSchema.builder("rows")
                .column("id", ColumnType.BIGINT)
                .column("content", ColumnType.VARBINARY)
                .maxLength(CONTENT_BYTES)
                .primaryKey("id")
                .build());
    Pair keys = collidingKeys(table);
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow().setBytes("content", new byte[CONTENT_BYTES]);
      session.insert(table, row.setLong("id", keys.first));
      for (int id = 0; id < OTHER_ROWS; id++) {
        session.insert(table, row.setLong("id", id));
        if (id == OTHER_ROWS / 2) {
          session.insert(table, row.setLong("id", keys.second));
        }
      }
      db.checkpoint();
      RowView view = table.newView();
      // In the order in which they lie there: what stays in memory is the end.
      for (int id = 0; id < OTHER_ROWS; id++) {
        session.get(table, id, view);
      }
    }

    // One of them comes first in its bucket; who looks for the other reads that one's page too.
    assertThat(pagesReadFor(db, table, keys.first) + pagesReadFor(db, table, keys.second))
        .isEqualTo(3);
  }

  private static int pagesReadFor(Basalt db, Table table, long key) {
    TableEntry entry = table.entry();
    int number = entry.partitionOf(hashWord(table, key));
    TablePartition rows = entry.partitions()[number];
    Tier tier = Objects.requireNonNull(db.engine().partitions().get(number).tier());
    RowView view = table.newView();
    ReadContext context = new ReadContext();
    context.begin();
    try (PageImages image = new PageImages(1, db.engine().budget())) {
      int reads = 0;
      long found = fetch(db, table, rows, context, key, view.reader());
      while (found == RowFetch.COLD) {
        assertThat(reads).as("pages read for key %s", key).isLessThan(10);
        int page = context.coldPage;
        long word = tier.readCold(page, image, false);
        assertThat(word).as("word of page %s", page).isNotZero();
        context.hold(page, word, image.address(0));
        reads++;
        found = fetch(db, table, rows, context, key, view.reader());
      }
      view.reader().show(found);
      assertThat(view.getLong("id")).isEqualTo(key);
      return reads;
    }
  }

  private static long fetch(
      Basalt db,
      Table table,
      TablePartition rows,
      ReadContext context,
      long key,
      RowImageReader reader) {
    long slot = db.engine().epochs().acquireSlot();
    db.engine().epochs().enter(slot);
    try {
      return RowFetch.byKey(
          rows, context, hashWord(table, key), key, 0, reader, reader.pageTarget());
    } finally {
      db.engine().epochs().exit(slot);
      db.engine().epochs().releaseSlot(slot);
    }
  }
}
