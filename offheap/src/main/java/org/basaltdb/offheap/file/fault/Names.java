package org.basaltdb.offheap.file.fault;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.basaltdb.offheap.file.Randomness;
import org.jspecify.annotations.Nullable;

/// The directories of the simulated disk: names as they are seen, names that are durable, and the
/// changes between the two, which a power cut keeps or loses one by one.
///
/// Thread rules: under the lock of its [FaultyFiles].
final class Names {
  /// What a name stands for.
  sealed interface Entry permits Entry.File, Entry.Directory {
    /// A file.
    record File(Sectors sectors) implements Entry {}

    /// A directory.
    record Directory() implements Entry {}
  }

  private record Change(Path directory, Consumer<Map<Path, Entry>> edit) {}

  private final Path root;
  private TreeMap<Path, Entry> live = new TreeMap<>();
  private final Map<Path, Entry> durable = new HashMap<>();
  private final List<Change> unsynced = new ArrayList<>();

  /// @param root the one directory there is, and stays
  Names(Path root) {
    this.root = root;
    live.put(root, new Entry.Directory());
    durable.put(root, new Entry.Directory());
  }

  @Nullable Entry find(Path path) {
    return live.get(path);
  }

  void add(Path path, Entry entry) {
    change(parent(path), names -> names.put(path, entry));
  }

  void remove(Path path) {
    change(parent(path), names -> names.remove(path));
  }

  /// One change, kept or lost as a whole, of the directory it moves into.
  void rename(Path from, Path to, Entry entry) {
    change(
        parent(to),
        names -> {
          names.remove(from);
          names.put(to, entry);
        });
  }

  List<Path> list(Path directory) {
    return live.keySet().stream().filter(path -> directory.equals(path.getParent())).toList();
  }

  List<Sectors> files() {
    return live.values().stream()
        .<Sectors>mapMulti((entry, sink) -> {
          if (entry instanceof Entry.File file) {
            sink.accept(file.sectors());
          }
        })
        .toList();
  }

  void sync(Path directory) {
    unsynced.stream()
        .filter(change -> change.directory().equals(directory))
        .forEach(change -> change.edit().accept(durable));
    unsynced.removeIf(change -> change.directory().equals(directory));
  }

  /// A power cut: each change survives or not; what was in a directory that is gone is gone.
  void cutPower(Randomness randomness) {
    int fate = (int) (randomness.nextLong() >>> 62);
    for (Change change : unsynced) {
      boolean survives = fate == 1 || (fate > 1 && randomness.nextLong() < 0);
      if (survives) {
        change.edit().accept(durable);
      }
    }
    unsynced.clear();
    live = new TreeMap<>();
    live.put(root, new Entry.Directory());
    new TreeMap<>(durable)
        .forEach((path, entry) -> {
          if (path.equals(root) || live.get(parent(path)) instanceof Entry.Directory) {
            live.put(path, entry);
          }
        });
    durable.clear();
    durable.putAll(live);
  }

  private void change(Path directory, Consumer<Map<Path, Entry>> edit) {
    edit.accept(live);
    unsynced.add(new Change(directory, edit));
  }

  private Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? root : parent;
  }
}
