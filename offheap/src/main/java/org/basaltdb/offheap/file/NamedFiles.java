package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/// What the layers over the machine's files do alike: names and directories, through the JDK.
abstract class NamedFiles implements FileLayer {
  @Override
  public final void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public final void delete(Path path) throws IOException {
    Files.delete(path);
  }

  @Override
  public final List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }

  @Override
  public final long size(Path path) throws IOException {
    return Files.size(path);
  }

  @Override
  public final void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory);
  }

  @Override
  public final boolean exists(Path path) {
    return Files.exists(path);
  }
}
