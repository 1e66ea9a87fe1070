package org.basaltdb.core.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.basaltdb.core.codec.KeyCodec;
import org.basaltdb.core.codec.RowCodec;
import org.basaltdb.core.codec.RowImageReader;
import org.basaltdb.core.codec.RowImageWriter;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.offheap.memory.BudgetExhaustedException;
import org.basaltdb.offheap.memory.Memory;
import org.basaltdb.offheap.memory.MemoryBudget.Owner;
import org.basaltdb.offheap.page.PageLayout;
import org.basaltdb.wal.Durability;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories of one partition against a map. */
class TablePartitionTest {
  private static final int KEYS = 1_500;
  private static final int STEPS = 40_000;

  /** A table, the buffers to use it with, and what should be in it. */
  private static final class Subject implements AutoCloseable {
    final PartitionFixture fixture;
    final RowImageWriter writer;
    final RowBuffer row;
    final RowImageReader reader;
    final RowView view;
    final long keyImage = Memory.allocate(4096, 8);
    final long hashScratch = Memory.allocate(8192, 8);
    final ReadContext context = new ReadContext();
    final PageRows rows = new PageRows();
    final long epochSlot;
    final boolean textKey;
    final Map<Long, byte[]> expected = new HashMap<>();

    Subject(TableSchema schema, boolean textKey) {
      this.fixture = new PartitionFixture(schema, 256L << 20);
      this.textKey = textKey;
      this.writer = new RowImageWriter(fixture.layout, fixture.budget);
      this.row = new RowBuffer(writer);
      this.reader = new RowImageReader(fixture.layout, fixture.table.everything(), fixture.budget);
      this.view = new RowView(reader);
      this.epochSlot = fixture.epochs.acquireSlot();
    }

    int write(byte kind, long key, byte[] value) {
      row.clear();
      setKey(key);
      if (kind != Mutation.DELETE) {
        row.setBytes(textKey ? 2 : 1, value);
      }
      if (textKey) {
        row.setInt(1, (int) key);
      }
      long image = kind == Mutation.DELETE ? writer.encodeUpdate() : writer.encodeRow();
      KeyCodec.encodeKeyImage(fixture.layout, image, keyImage);
      Mutation m = fixture.mutation;
      m.kind = kind;
      m.durability = Durability.NONE;
      m.setMaskAddress = 0;
      m.keyImageAddress = keyImage;
      m.keyWord = Memory.getLong(keyImage);
      m.hashWord = fixture.hasher.hashWordOfKeyImage(keyImage, hashScratch);
      boolean delete = kind == Mutation.DELETE;
      m.imageAddress = delete ? keyImage : image;
      m.imageBytes =
          delete ? KeyCodec.keyImageBytes(fixture.layout, keyImage) : writer.imageBytes();
      fixture.table.apply(m);
      return m.outcome;
    }

    private void setKey(long key) {
      if (textKey) {
        row.setString(0, "key-" + key);
      } else {
        row.setLong(0, key);
      }
    }

    byte @Nullable [] read(long key) {
      row.clear();
      setKey(key);
      if (textKey) {
        row.setInt(1, (int) key);
      }
      long image = writer.encodeUpdate();
      KeyCodec.encodeKeyImage(fixture.layout, image, keyImage);
      long hashWord = fixture.hasher.hashWordOfKeyImage(keyImage, hashScratch);
      fixture.epochs.enter(epochSlot);
      try {
        long target = reader.pageTarget();
        int bytes =
            fixture.table.read(context, hashWord, Memory.getLong(keyImage), keyImage, target);
        if (bytes == 0) {
          return null;
        }
        assertThat(bytes).isPositive();
        if (RowCodec.hasOverflow(target)) {
          long large =
              reader.largeTarget(fixture.table.completeBytes(target, fixture.table.everything()));
          assertThat(fixture.table.complete(target, fixture.table.everything(), large, context))
              .isPositive();
          reader.show(large);
        } else {
          reader.show(target);
        }
      } finally {
        fixture.epochs.exit(epochSlot);
      }
      return view.getBytes(textKey ? 2 : 1);
    }

    Set<Integer> scanRowIds() {
      Set<Integer> ids = new HashSet<>();
      fixture.epochs.enter(epochSlot);
      for (int page = 0; page < fixture.table.pageCount(); page++) {
        assertThat(fixture.table.scanPage(context, page, rows)).isZero();
        for (int i = 0; i < rows.count(); i++) {
          assertThat(ids.add(page * fixture.layout.rowsPerPage() + rows.slot(i))).isTrue();
        }
      }
      fixture.epochs.exit(epochSlot);
      return ids;
    }

    @Override
    public void close() {
      rows.close();
      fixture.close();
    }
  }

  private static TableSchema longKeySchema() {
    return TableSchema.builder("t")
        .column("id", ColumnType.BIGINT)
        .column("v", ColumnType.VARBINARY)
        .maxLength(1 << 20)
        .primaryKey("id")
        .build();
  }

  private static TableSchema textKeySchema() {
    return TableSchema.builder("t")
        .column("name", ColumnType.VARCHAR)
        .maxLength(40)
        .column("part", ColumnType.INT)
        .column("v", ColumnType.VARBINARY)
        .maxLength(1 << 20)
        .primaryKey("name", "part")
        .partitionKey("part")
        .build();
  }

  /** Mostly small, some near a page, some in chains. */
  private static byte[] randomValue(SplittableRandom random) {
    int kind = random.nextInt(100);
    int length =
        kind < 70
            ? random.nextInt(200)
            : kind < 95 ? random.nextInt(3_000) : kind < 98 ? 7_400 + random.nextInt(600) : 30_000;
    byte[] value = new byte[length];
    random.nextBytes(value);
    return value;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRandomHistoryAgreesWithAMap(boolean textKey) {
    SplittableRandom random = new SplittableRandom(textKey ? 11 : 7);
    try (Subject s = new Subject(textKey ? textKeySchema() : longKeySchema(), textKey)) {
      for (int step = 0; step < STEPS; step++) {
        step(s, random);
        if (step % 4_000 == 0) {
          assertThat(s.fixture.table.findFault()).isNull();
          assertThat(s.scanRowIds()).hasSize(s.expected.size());
        }
      }
      checkAll(s);
      for (Long key : Set.copyOf(s.expected.keySet())) {
        assertThat(s.write(Mutation.DELETE, key, new byte[0])).isEqualTo(Mutation.DELETED);
        s.expected.remove(key);
      }
      checkAll(s);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pagesAwayFromHomeAreReadWhereTheyAre(boolean textKey) {
    SplittableRandom random = new SplittableRandom(textKey ? 13 : 17);
    try (Subject s = new Subject(textKey ? textKeySchema() : longKeySchema(), textKey)) {
      s.fixture.occupyHomes();
      for (int step = 0; step < STEPS / 4; step++) {
        step(s, random);
      }
      checkAll(s);
      assertThat(s.fixture.copyPagesToOccupiedHomes()).isPositive();
      for (long key = 0; key < KEYS; key++) {
        byte[] value = s.expected.get(key);
        if (value != null && value.length > 0) {
          value[value.length - 1]++;
          assertThat(s.write(Mutation.UPDATE, key, value)).isEqualTo(Mutation.REPLACED);
        }
      }
      checkAll(s);
    }
  }

  private static void step(Subject s, SplittableRandom random) {
    long key = random.nextInt(KEYS);
    byte[] value = randomValue(random);
    boolean present = s.expected.containsKey(key);
    switch (random.nextInt(10)) {
      case 0, 1 -> {
        int expected = present ? Mutation.DUPLICATE : Mutation.INSERTED;
        assertThat(s.write(Mutation.INSERT, key, value)).isEqualTo(expected);
        s.expected.putIfAbsent(key, value);
      }
      case 2, 3, 4, 5 -> {
        int expected = present ? Mutation.REPLACED : Mutation.INSERTED;
        assertThat(s.write(Mutation.UPSERT, key, value)).isEqualTo(expected);
        s.expected.put(key, value);
      }
      case 6 -> {
        int expected = present ? Mutation.REPLACED : Mutation.ABSENT;
        assertThat(s.write(Mutation.UPDATE, key, value)).isEqualTo(expected);
        s.expected.replace(key, value);
      }
      case 7, 8 -> {
        int expected = present ? Mutation.DELETED : Mutation.ABSENT;
        assertThat(s.write(Mutation.DELETE, key, value)).isEqualTo(expected);
        s.expected.remove(key);
      }
      default -> assertThat(Arrays.equals(s.read(key), s.expected.get(key))).isTrue();
    }
  }

  private static void checkAll(Subject s) {
    assertThat(s.fixture.table.findFault()).isNull();
    assertThat(s.fixture.table.rowCount()).isEqualTo(s.expected.size());
    for (long key = 0; key < KEYS; key++) {
      assertThat(Arrays.equals(s.read(key), s.expected.get(key))).as("key %d", key).isTrue();
    }
    assertThat(s.scanRowIds()).hasSize(s.expected.size());
  }

  @Test
  void aWriteBeyondTheBudgetChangesNothing() {
    try (Subject s = new Subject(longKeySchema(), false)) {
      long key = 0;
      byte[] value = new byte[7_000];
      while (true) {
        try {
          s.write(Mutation.INSERT, key, value);
          key++;
        } catch (BudgetExhaustedException expected) {
          break;
        }
      }
      long failed = key;
      assertThat(key).isGreaterThan(20_000);
      assertThat(s.read(failed)).isNull();
      assertThat(s.fixture.table.findFault()).isNull();
      assertThat(s.write(Mutation.DELETE, 0, value)).isEqualTo(Mutation.DELETED);
      assertThat(s.write(Mutation.INSERT, failed, value)).isEqualTo(Mutation.INSERTED);
      assertThatThrownBy(() -> s.write(Mutation.INSERT, failed + 1, value))
          .isInstanceOf(BudgetExhaustedException.class);
      assertThat(s.read(failed)).hasSize(7_000);
    }
  }

  @Test
  void aDroppedTableGivesItsMemoryBack() {
    try (Subject s = new Subject(longKeySchema(), false)) {
      SplittableRandom random = new SplittableRandom(3);
      for (long key = 0; key < 3_000; key++) {
        s.write(Mutation.INSERT, key, randomValue(random));
      }
      long hashWord = s.fixture.hasher.hashWordOfLong(1);
      s.fixture.table.destroy();
      s.fixture.epochs.enter(s.epochSlot);
      int bytes = s.fixture.table.read(s.context, hashWord, 1, 0, s.reader.pageTarget());
      s.fixture.epochs.exit(s.epochSlot);
      assertThat(bytes).isEqualTo(-1);
      assertThat(s.fixture.table.pageCount()).isZero();
      assertThat(s.fixture.budget.used(Owner.OVERFLOW)).isZero();
    }
  }

  @Test
  void rowsOfExpectedSizeFillTheirPages() {
    TableSchema schema =
        TableSchema.builder("t")
            .column("id", ColumnType.BIGINT)
            .column("v", ColumnType.VARBINARY)
            .maxLength(100)
            .primaryKey("id")
            .expectedRowBytes(108)
            .build();
    try (Subject s = new Subject(schema, false)) {
      for (long key = 0; key < 6_600; key++) {
        s.write(Mutation.INSERT, key, new byte[100]);
      }
      assertThat(s.fixture.layout.rowsPerPage()).isEqualTo(66);
      assertThat(s.fixture.table.pageCount()).isEqualTo(100);
      assertThat(s.fixture.pagesAwayFromHome()).isZero();
      assertThat((double) s.fixture.table.pageCount() * PageLayout.PAGE_BYTES / 6_600)
          .isLessThan(125);
    }
  }
}
