package org.basaltdb.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.basaltdb.core.error.CorruptLogException;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.CorruptPageException;
import org.basaltdb.core.error.CorruptPageFileException;
import org.basaltdb.core.error.ForeignPageFileException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.row.Key;
import org.basaltdb.core.row.RowBuffer;
import org.basaltdb.core.row.RowView;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.basaltdb.wal.Durability;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Checkpoints, and what an open makes of them (CUT-1 to CUT-6).
@Tag("engine")
@Timeout(180)
class CheckpointTest {
  private final EngineFixture fixture = new EngineFixture();

  @BeforeEach
  void needsFiles() {
    EngineFixture.requireFiles();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static Options options(WriterMode mode) {
    return EngineFixture.options(builder ->
        builder
            .writerMode(mode)
            .logSegmentBytes(256 << 10)
            .logBufferBytes(256 << 10)
            .checkpointLogBytes(1L << 30));
  }

  private static TableSchema bodies(String name) {
    return TableSchema.builder(name)
        .column("id", ColumnType.VARCHAR)
        .column("version", ColumnType.BIGINT)
        .column("body", ColumnType.VARBINARY)
        .primaryKey("id")
        .build();
  }

  private static String key(int number) {
    return "key-" + number + "x".repeat(number % 40);
  }

  /// Of any size, from nothing to a chain of pages.
  private static byte[] body(SplittableRandom random) {
    byte[] body = new byte[random.nextInt(20) == 0 ? random.nextInt(40_000) : random.nextInt(400)];
    random.nextBytes(body);
    return body;
  }

  /// What a row holds is told by its version.
  private record Row(long version) {
    byte[] body() {
      return CheckpointTest.body(new SplittableRandom(version));
    }
  }

  private static final class Model {
    final Map<Integer, Row> rows = new HashMap<>();
    final SplittableRandom random;
    long version;

    Model(long seed) {
      this.random = new SplittableRandom(seed);
    }

    void change(Session session, Table table, int steps, int keys) {
      RowBuffer row = table.newRow();
      Key key = table.newKey();
      for (int step = 0; step < steps; step++) {
        int number = random.nextInt(keys);
        if (random.nextInt(4) == 0) {
          key.setString("id", key(number));
          assertThat(session.delete(table, key, Durability.NONE))
              .isEqualTo(rows.remove(number) != null);
        } else {
          Row made = new Row(++version);
          row.setString("id", key(number))
              .setLong("version", made.version())
              .setBytes("body", made.body());
          session.upsert(table, row, Durability.NONE);
          rows.put(number, made);
        }
      }
    }

    void check(Session session, Table table) {
      assertThat(table.rowCount()).isEqualTo(rows.size());
      RowView view = table.newView();
      Key key = table.newKey();
      rows.forEach((number, row) -> {
        key.setString("id", key(number));
        assertThat(session.get(table, key, view)).as("key %d", number).isTrue();
        assertThat(view.getLong("version")).isEqualTo(row.version());
        assertThat(Arrays.equals(view.getBytes("body"), row.body())).isTrue();
      });
      int found = 0;
      try (Scan scan = session.scan(table)) {
        while (scan.next()) {
          found++;
        }
      }
      assertThat(found).isEqualTo(rows.size());
    }
  }

  private static void noFaults(Basalt db) {
    for (Table table : db.tables()) {
      for (int partition = 0; partition < 2; partition++) {
        assertThat(table.entry().partitions()[partition].findFault()).isNull();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatACheckpointAndTheLogBehindItHoldComesBack(WriterMode mode) {
    Model model = new Model(mode.name().length());
    for (int round = 0; round < 8; round++) {
      Basalt db = fixture.open(options(mode));
      Table table = round == 0 ? db.createTable(bodies("b")) : db.table("b");
      try (Session session = db.openSession()) {
        model.check(session, table);
        noFaults(db);
        for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
          model.change(session, table, 1 + model.random.nextInt(3_000), 3_000);
          if (model.random.nextInt(4) != 0) {
            db.checkpoint();
          }
        }
        model.change(session, table, model.random.nextInt(500), 3_000);
        model.check(session, table);
      }
      db.close();
    }
    assertThat(checkpointFiles()).hasSizeLessThanOrEqualTo(2).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void writesGoOnWhileCheckpointsAreMade(WriterMode mode) throws Exception {
    Model model = new Model(7);
    for (int round = 0; round < 3; round++) {
      Basalt db = fixture.open(options(mode));
      Table table = round == 0 ? db.createTable(bodies("b")) : db.table("b");
      boolean[] ended = new boolean[1];
      Thread checkpoints =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 12; i++) {
                  db.checkpoint();
                }
                ended[0] = true;
              });
      try (Session session = db.openSession()) {
        model.check(session, table);
        do {
          model.change(session, table, 500, 5_000);
        } while (checkpoints.isAlive());
        checkpoints.join();
        assertThat(ended[0]).isTrue();
        model.change(session, table, model.random.nextInt(500), 5_000);
        model.check(session, table);
        noFaults(db);
      }
      db.close();
    }
    try (Basalt db = fixture.open(options(mode));
        Session session = db.openSession()) {
      model.check(session, db.table("b"));
      noFaults(db);
    }
  }

  @Test
  void tablesComeAndGoBetweenAndDuringCheckpoints() throws Exception {
    Model kept = new Model(3);
    for (int round = 0; round < 4; round++) {
      Basalt db =
          fixture.open(options(round % 2 == 0 ? WriterMode.CALLER_RUNS : WriterMode.DEDICATED));
      if (round == 0) {
        db.createTable(bodies("kept"));
      }
      assertThat(db.tables()).extracting(Table::name).containsExactly("kept");
      Thread checkpoints =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 8; i++) {
                  db.checkpoint();
                }
              });
      try (Session session = db.openSession()) {
        kept.check(session, db.table("kept"));
        for (int i = 0; checkpoints.isAlive() || i < 5; i++) {
          Table table = db.createTable(bodies("temporary" + i));
          Model model = new Model(i);
          model.change(session, table, 400, 300);
          kept.change(session, db.table("kept"), 100, 300);
          model.check(session, table);
          db.dropTable("temporary" + i);
        }
        checkpoints.join();
        kept.check(session, db.table("kept"));
        noFaults(db);
      }
      db.close();
    }
  }

  @Test
  void theLogBehindTwoCheckpointsIsLetGo() {
    Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
    Table table = db.createTable(bodies("b"));
    Model model = new Model(5);
    try (Session session = db.openSession()) {
      long most = 0;
      for (int i = 0; i < 10; i++) {
        model.change(session, table, 2_000, 1_000);
        db.checkpoint();
        most = Math.max(most, db.stats().logSegmentCount());
      }
      // 2,000 changes are some ten segments of log
      assertThat(db.stats().logSegmentCount()).isLessThan(30);
      assertThat(db.stats().logTailLsn()).isGreaterThan(60L * (256 << 10));
      model.check(session, table);
    }
    db.close();
    try (Basalt again = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = again.openSession()) {
      model.check(session, again.table("b"));
      assertThat(again.stats().replayedRecordCount()).isLessThan(3_000);
    }
  }

  @Test
  void checkpointsAreMadeByThemselves() throws Exception {
    Options options =
        EngineFixture.options(builder ->
            builder
                .logSegmentBytes(256 << 10)
                .logBufferBytes(256 << 10)
                .checkpointLogBytes(512 << 10));
    Basalt db = fixture.open(options);
    Table table = db.createTable(bodies("b"));
    Model model = new Model(6);
    try (Session session = db.openSession()) {
      while (checkpointFiles().size() < 2) {
        model.change(session, table, 200, 500);
        Thread.sleep(1);
      }
    }
    db.close();
    try (Basalt again = fixture.open(options);
        Session session = again.openSession()) {
      model.check(session, again.table("b"));
    }
  }

  @Test
  void numbersGoOnWhereTheyWere() {
    TableSchema schema =
        TableSchema.builder("n")
            .column("id", ColumnType.BIGINT)
            .autoIncrement()
            .column("v", ColumnType.INT)
            .primaryKey("id")
            .build();
    Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
    Table table = db.createTable(schema);
    try (Session session = db.openSession()) {
      RowBuffer row = table.newRow();
      for (int i = 1; i <= 20; i++) {
        session.insert(table, row.clear().setInt("v", i), Durability.NONE);
      }
      session.delete(table, 20, Durability.NONE);
      db.checkpoint();
      db.checkpoint();
    }
    db.close();
    try (Basalt again = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = again.openSession()) {
      Table n = again.table("n");
      session.insert(n, n.newRow().setInt("v", 0), Durability.NONE);
      assertThat(session.lastGeneratedKey()).isEqualTo(21);
      assertThat(again.createTable(bodies("later")).id()).isGreaterThan(n.id());
    }
  }

  private List<Path> checkpointFiles() {
    try (Stream<Path> files = Files.list(fixture.directory())) {
      return files
          .filter(path -> String.valueOf(path.getFileName()).startsWith("checkpoint-"))
          .sorted((a, b) -> number(a) - number(b))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int number(Path path) {
    return Integer.parseInt(String.valueOf(path.getFileName()).substring("checkpoint-".length()));
  }

  private static void flip(Path path, long offset) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(offset);
      int value = file.read();
      file.seek(offset);
      file.write(value ^ 0x10);
    }
  }

  /// Two checkpoints, and some log behind.
  private Model twoCheckpoints() {
    Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
    Table table = db.createTable(bodies("b"));
    Model model = new Model(9);
    try (Session session = db.openSession()) {
      for (int i = 0; i < 4; i++) {
        model.change(session, table, 700, 500);
        db.checkpoint();
      }
      model.change(session, table, 300, 500);
    }
    db.close();
    assertThat(checkpointFiles()).hasSize(2);
    return model;
  }

  @Test
  void theCheckpointBeforeStandsInForADamagedOne() throws IOException {
    Model model = twoCheckpoints();
    Path newest = checkpointFiles().get(1);
    flip(newest, Files.size(newest) / 2);
    try (Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = db.openSession()) {
      model.check(session, db.table("b"));
      assertThat(newest).doesNotExist();
      db.checkpoint();
      assertThat(number(checkpointFiles().getLast())).isGreaterThan(number(newest));
      model.change(session, db.table("b"), 500, 500);
    }
    try (Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = db.openSession()) {
      model.check(session, db.table("b"));
    }
  }

  @Test
  void theCheckpointBeforeStandsInAlsoAfterMoreOpens() throws IOException {
    Model model = twoCheckpoints();
    for (int i = 0; i < 3; i++) {
      try (Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
          Session session = db.openSession()) {
        model.change(session, db.table("b"), 50, 500);
      }
    }
    Path newest = checkpointFiles().get(1);
    flip(newest, Files.size(newest) / 2);
    try (Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = db.openSession()) {
      model.check(session, db.table("b"));
    }
  }

  @Test
  void theLogStandsInForTheOnlyCheckpoint() throws IOException {
    Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
    Table table = db.createTable(bodies("b"));
    Model model = new Model(9);
    try (Session session = db.openSession()) {
      model.change(session, table, 2_000, 500);
      db.checkpoint();
      model.change(session, table, 300, 500);
    }
    db.close();
    fixture.open(options(WriterMode.CALLER_RUNS)).close();
    assertThat(checkpointFiles()).hasSize(1);
    flip(checkpointFiles().getFirst(), 4_200);
    try (Basalt again = fixture.open(options(WriterMode.CALLER_RUNS));
        Session session = again.openSession()) {
      model.check(session, again.table("b"));
      assertThat(checkpointFiles()).isEmpty();
      again.checkpoint();
    }
  }

  /// The newest checkpoint is whole, and one of the images that only it names is not.
  @Test
  void theCheckpointBeforeStandsInForOneWithADamagedImage() throws IOException {
    Model model = twoCheckpoints();
    Path newest = checkpointFiles().get(1);
    Path pages = fixture.directory().resolve("pages-0");
    byte[] bytes = Files.readAllBytes(pages);
    int stoodIn = 0;
    for (long slot = 1; slot * 8192 < bytes.length && stoodIn == 0; slot++) {
      Files.write(pages, bytes);
      flip(pages, slot * 8192 + 100);
      byte[] checkpoint = Files.readAllBytes(newest);
      try (Basalt db = fixture.open(options(WriterMode.CALLER_RUNS));
          Session session = db.openSession()) {
        if (!Files.exists(newest)) {
          model.check(session, db.table("b"));
          stoodIn++;
        }
      } catch (CorruptPageException both) {
        assertThat(newest).exists();
      }
      Files.write(newest, checkpoint);
    }
    assertThat(stoodIn).isPositive();
    Files.delete(newest);
  }

  @Test
  void aLogThatEndsBeforeACutIsCorrupt() throws IOException {
    twoCheckpoints();
    List<Path> segments;
    try (Stream<Path> log = Files.list(fixture.directory().resolve("log"))) {
      segments = log.filter(path -> path.toString().endsWith(".log")).sorted().toList();
    }
    for (Path segment : segments.subList(1, segments.size())) {
      Files.delete(segment);
    }
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(CorruptLogException.class);
    assertThat(checkpointFiles()).hasSize(2);
  }

  @Test
  void everyByteOfACheckpointIsLookedAt() throws IOException {
    twoCheckpoints();
    Path newest = checkpointFiles().get(1);
    Path older = checkpointFiles().getFirst();
    byte[] olderBytes = Files.readAllBytes(older);
    byte[] bytes = Files.readAllBytes(newest);
    flip(older, 5_000);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 40; i++) {
      int offset = i < 20 ? random.nextInt(60) : random.nextInt(bytes.length);
      Files.write(newest, bytes);
      flip(newest, offset);
      assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
          .as("offset %d", offset)
          .isInstanceOfAny(CorruptManifestException.class, NewerFormatException.class)
          .hasMessageContaining(String.valueOf(newest.getFileName()));
      assertThat(newest).exists();
    }
    Files.write(newest, bytes);
    Files.write(older, olderBytes);
  }

  @Test
  void aFlippedBitInAnImageIsNamedAndNeverServed() throws IOException {
    Model model = twoCheckpoints();
    int named = 0;
    long slots = Files.size(fixture.directory().resolve("pages-0")) / 8192;
    for (long slot = 1; slot < slots; slot += 7) {
      Path copy = copyOf(fixture.directory());
      flip(copy.resolve("pages-0"), slot * 8192 + 100);
      try (Basalt db = Basalt.open(copy, options(WriterMode.CALLER_RUNS));
          Session session = db.openSession()) {
        model.check(session, db.table("b")); // of no checkpoint, or of the older one
      } catch (CorruptPageException e) {
        assertThat(e).hasMessageContaining("pages-0").hasMessageContaining("offset");
        named++;
      }
    }
    assertThat(named).isPositive();
  }

  private Path copyOf(Path directory) throws IOException {
    Path copy = fixture.newDirectory();
    List<Path> files;
    try (Stream<Path> walk = Files.walk(directory)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path target = copy.resolve(directory.relativize(file));
      Files.createDirectories(target.getParent());
      Files.copy(file, target);
    }
    return copy;
  }

  @Test
  void aPageFileThatIsShortOrMissingOrForeignIsNamed() throws IOException {
    twoCheckpoints();
    Path pages = fixture.directory().resolve("pages-0");
    Path other = fixture.directory().resolve("pages-1");
    byte[] bytes = Files.readAllBytes(pages);
    Files.write(pages, Arrays.copyOf(bytes, 8192 * 3));
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(CorruptManifestException.class)
        .hasMessageContaining("slot");
    Files.write(pages, Arrays.copyOf(bytes, 100));
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(CorruptPageFileException.class)
        .hasMessageContaining("pages-0");
    Files.copy(other, pages, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(ForeignPageFileException.class)
        .hasMessageContaining("partition 1");
    Path foreign = fixture.newDirectory();
    try (Basalt db = Basalt.open(foreign, options(WriterMode.CALLER_RUNS))) {
      db.checkpoint();
    }
    Files.copy(foreign.resolve("pages-0"), pages, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(ForeignPageFileException.class)
        .hasMessageContaining("pages-0")
        .hasMessageContaining("of database ");
    Files.delete(pages);
    assertThatThrownBy(() -> fixture.open(options(WriterMode.CALLER_RUNS)))
        .isInstanceOf(NotReadableException.class)
        .hasMessageContaining("pages-0");
    Files.write(pages, bytes);
    fixture.open(options(WriterMode.CALLER_RUNS)).close();
  }
}
