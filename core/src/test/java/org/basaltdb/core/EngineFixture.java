package org.basaltdb.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.basaltdb.core.schema.ColumnType;
import org.basaltdb.core.schema.TableSchema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// Opens the databases of a test: in a directory, or in memory only where the suite is run with
/// `-Dbasalt.test.memoryOnly=true`. Closes what is left open, deletes the directories, and fails
/// the test if an engine thread is left behind.
final class EngineFixture implements AutoCloseable {
  /// Whether the suite runs without files.
  static final boolean MEMORY_ONLY = Boolean.getBoolean("basalt.test.memoryOnly");

  /// How much log makes a checkpoint: little in a suite that is run with
  /// `-Dbasalt.test.checkpointLogBytes`.
  private static final long CHECKPOINT_LOG_BYTES =
      Long.getLong("basalt.test.checkpointLogBytes", 1L << 30);

  /// What pages take of memory at most: little in a suite that is run with
  /// `-Dbasalt.test.poolBytes`; 0 for the default.
  private static final long POOL_BYTES = Long.getLong("basalt.test.poolBytes", 0);

  private static final long THREAD_END_MILLIS = 5_000;

  private final List<Basalt> open = new ArrayList<>();
  private final List<Path> directories = new ArrayList<>();
  private @Nullable Path directory;

  /// Options small enough for a test, which may change them.
  static Options options(Consumer<Options.Builder> change) {
    Options.Builder builder =
        Options.builder()
            .memoryBudgetBytes(256L << 20)
            .partitions(2)
            .logSegmentBytes(8L << 20)
            .logBufferBytes(4 << 20)
            .checkpointLogBytes(CHECKPOINT_LOG_BYTES)
            .poolBytes(POOL_BYTES);
    change.accept(builder);
    return builder.build();
  }

  static Options options() {
    return options(builder -> {});
  }

  /// The directory of this test's database.
  Path directory() {
    Path made = directory;
    if (made == null) {
      made = newDirectory();
      directory = made;
    }
    return made;
  }

  /// A directory of its own, empty.
  Path newDirectory() {
    try {
      Path made = Files.createTempDirectory("basalt-test-");
      directories.add(made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens this test's database.
  Basalt open() {
    return open(options());
  }

  /// Opens this test's database.
  Basalt open(Options options) {
    Basalt db = MEMORY_ONLY ? Basalt.openInMemory(options) : Basalt.open(directory(), options);
    open.add(db);
    return db;
  }

  /// Opens a database without files.
  Basalt openInMemory(Options options) {
    Basalt db = Basalt.openInMemory(options);
    open.add(db);
    return db;
  }

  /// Closes and opens this test's database. Without files there is nothing to come back to, so the
  /// test ends there.
  Basalt reopen(Basalt db, Options options) {
    requireFiles();
    db.close();
    return open(options);
  }

  /// Ends a test that is about files where there are none.
  static void requireFiles() {
    Assumptions.assumeFalse(MEMORY_ONLY, "a database in memory has no files");
  }

  /// A table with a BIGINT key and two columns.
  static TableSchema users() {
    return TableSchema.builder("users")
        .column("id", ColumnType.BIGINT)
        .column("name", ColumnType.VARCHAR)
        .maxLength(200)
        .nullable()
        .column("score", ColumnType.INT)
        .nullable()
        .primaryKey("id")
        .build();
  }

  /// The engine's threads that are alive.
  static Set<String> engineThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("basalt-"))
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    open.forEach(Basalt::close);
    long deadline = System.currentTimeMillis() + THREAD_END_MILLIS;
    while (!engineThreads().isEmpty() && System.currentTimeMillis() < deadline) {
      Thread.onSpinWait();
    }
    Set<String> left = engineThreads();
    directories.forEach(EngineFixture::delete);
    if (!left.isEmpty()) {
      throw new AssertionError("threads left behind: " + left);
    }
  }

  private static void delete(Path root) {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
                throws IOException {
              Files.delete(dir);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
