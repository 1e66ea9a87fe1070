package org.basaltdb.stress.race;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.basaltdb.offheap.file.DataFile;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.OpenMode;
import org.jspecify.annotations.Nullable;

/// A disk in memory, as fast as that: a race test has no time to wait for a device. Nothing fails.
public final class RaceDisk implements FileLayer {
  private final ConcurrentMap<Path, RaceFile> files = new ConcurrentHashMap<>();

  /// An empty disk, in which every directory exists.
  public RaceDisk() {}

  @Override
  public DataFile open(Path path, OpenMode mode, boolean direct) throws IOException {
    if (mode == OpenMode.CREATE_NEW) {
      RaceFile made = new RaceFile(path);
      if (files.putIfAbsent(path, made) != null) {
        throw new FileAlreadyExistsException(path.toString());
      }
      return made;
    }
    return there(path, files.get(path));
  }

  private static RaceFile there(Path path, @Nullable RaceFile found) throws IOException {
    if (found == null) {
      throw new NoSuchFileException(path.toString());
    }
    return found;
  }

  @Override
  public void syncDirectory(Path directory) {
    // there is no power to fail
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    files.put(to, there(from, files.get(from)));
    files.remove(from);
  }

  @Override
  public void delete(Path path) throws IOException {
    there(path, files.remove(path));
  }

  @Override
  public List<Path> list(Path directory) {
    return files.keySet().stream()
        .filter(path -> directory.equals(path.getParent()))
        .sorted()
        .toList();
  }

  @Override
  public long size(Path path) throws IOException {
    return there(path, files.get(path)).size();
  }

  @Override
  public void createDirectories(Path directory) {
    // all of them exist
  }

  @Override
  public boolean exists(Path path) {
    return files.keySet().stream().anyMatch(file -> file.startsWith(path));
  }
}
