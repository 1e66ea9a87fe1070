package org.basaltdb.bench.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What a benchmark does with directories. Stateless. */
public final class Directories {

  private Directories() {}

  /** A new directory with a name of its own under another one, which is created if need be. */
  public static Path createUnder(Path parent, String prefix) throws IOException {
    return Files.createTempDirectory(Files.createDirectories(parent).toRealPath(), prefix);
  }

  /** Deletes a directory and all that is in it. */
  public static void delete(Path tree) throws IOException {
    List<Path> inside;
    try (Stream<Path> paths = Files.walk(tree)) {
      inside = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : inside) {
      Files.deleteIfExists(path);
    }
  }
}
