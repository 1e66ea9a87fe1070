package org.basaltdb.core.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.partition.Partition;
import org.basaltdb.core.store.PageFile;
import org.basaltdb.offheap.file.FileLayer;
import org.jspecify.annotations.Nullable;

/// The files of checkpoints in the directory of a database: the files of page images, one a
/// partition, and the two newest checkpoints.
///
/// - **CUT-4.** A checkpoint is written under another name and synced, after the images that it
///   names were; then renamed and the directory synced. So what has its name is whole, unless it
///   was damaged since.
/// - **CUT-5.** A damaged checkpoint that the one before stands in for is removed, durably, before
///   anything is written: its number is not used again, and it cannot come back when its slots hold
///   something else.
///
/// Thread rules: one thread at a time.
public final class CheckpointFiles {
  private final FileLayer files;
  private final Path directory;
  private final UUID databaseId;
  private final int partitionCount;

  /// Numbers of the checkpoints that are there, the newest first.
  private final List<Integer> numbers = new ArrayList<>();

  private int highestSeen;

  /// Null until they are opened or made.
  private @Nullable PageFiles pages;

  /// The files of a database.
  ///
  /// @throws IOException if its directory cannot be read
  public CheckpointFiles(FileLayer files, Path directory, UUID databaseId, int partitionCount)
      throws IOException {
    this.files = files;
    this.directory = directory;
    this.databaseId = databaseId;
    this.partitionCount = partitionCount;
    for (Path path : files.list(directory)) {
      int number = CheckpointLayout.numberOf(String.valueOf(path.getFileName()));
      if (number > 0) {
        numbers.add(number);
      }
    }
    numbers.sort(Comparator.reverseOrder());
    highestSeen = numbers.isEmpty() ? 0 : numbers.getFirst();
  }

  UUID databaseId() {
    return databaseId;
  }

  /// A number that no checkpoint had.
  int nextNumber() {
    return ++highestSeen;
  }

  private Path path(int number) {
    return directory.resolve(CheckpointLayout.fileName(number));
  }

  /// Where the images of a partition are.
  private Path pagesPath(int partition) {
    return directory.resolve("pages-" + partition);
  }

  /// How many checkpoints there are.
  public int count() {
    return numbers.size();
  }

  /// Opens a checkpoint at the begin of its body, after it was found whole.
  ///
  /// @param place 0 for the newest, 1 for the one before
  /// @throws CorruptManifestException if it is damaged
  /// @throws IOException if it cannot be read
  CheckpointSource open(int place) throws IOException {
    return openVerified(numbers.get(place));
  }

  private CheckpointSource openVerified(int number) throws IOException {
    CheckpointSource source =
        new CheckpointSource(files, path(number), number, databaseId, partitionCount);
    try {
      source.verify();
    } catch (Throwable damaged) {
      source.close();
      throw damaged;
    }
    return source;
  }

  /// CUT-5: removes what was passed over, and an older checkpoint that cannot stand in. Called when
  /// everything was read and nothing written.
  ///
  /// @param used place of the checkpoint that was restored; [#count] if none was
  /// @param keepOlder whether the one before that is whole
  /// @throws IOException if something could not be removed durably
  public void settle(int used, boolean keepOlder) throws IOException {
    List<Integer> kept = new ArrayList<>();
    for (int place = 0; place < numbers.size(); place++) {
      if (place == used || (place == used + 1 && keepOlder)) {
        kept.add(numbers.get(place));
      } else {
        files.delete(path(numbers.get(place)));
      }
    }
    if (kept.size() < numbers.size()) {
      files.syncDirectory(directory);
      numbers.clear();
      numbers.addAll(kept);
    }
  }

  /// The number of a checkpoint; 0 if there is none.
  int number(int place) {
    return place < numbers.size() ? numbers.get(place) : 0;
  }

  /// Whether there is a checkpoint before the newest.
  boolean hasOlder() {
    return numbers.size() > 1;
  }

  /// Begins a checkpoint's file.
  CheckpointSink begin() throws IOException {
    Path temporary = directory.resolve(CheckpointLayout.TEMPORARY_NAME);
    if (files.exists(temporary)) {
      files.delete(temporary); // of one that was cut short
    }
    return new CheckpointSink(files, temporary);
  }

  /// Gives a finished checkpoint its name, durably. The one before the one before it goes.
  void publish(int number) throws IOException {
    files.rename(directory.resolve(CheckpointLayout.TEMPORARY_NAME), path(number));
    files.syncDirectory(directory);
    numbers.addFirst(number);
  }

  /// Removes checkpoints but for the two newest; nobody needs them. That they come back after a
  /// power cut harms nothing: they are not among the two newest.
  void removeOld() throws IOException {
    FirstFailure<IOException> failures = new FirstFailure<>();
    for (int number : List.copyOf(numbers.subList(Math.min(2, numbers.size()), numbers.size()))) {
      try {
        if (files.exists(path(number))) {
          files.delete(path(number));
        }
        numbers.remove(Integer.valueOf(number));
      } catch (IOException kept) {
        failures.add(kept);
      }
    }
    failures.rethrow();
  }

  /// The files of images: those that were opened, or new ones, where no checkpoint names any yet.
  /// Their names are durable then.
  ///
  /// @param partitions told where their images are
  PageFiles pages(List<Partition> partitions) throws IOException {
    PageFiles known = pages;
    if (known != null) {
      return known;
    }
    PageFiles made = PageFiles.of(partitionCount, this::createPages);
    try {
      files.syncDirectory(directory);
    } catch (Throwable failure) {
      made.closeAfter(failure);
      throw failure;
    }
    tell(partitions, made);
    return made;
  }

  private void tell(List<Partition> partitions, PageFiles used) {
    pages = used;
    for (Partition partition : partitions) {
      Checkpointer.tierOf(partition).cold().file(used.get(partition.number()));
    }
  }

  private PageFile createPages(int partition) throws IOException {
    Path path = pagesPath(partition);
    if (files.exists(path)) {
      files.delete(path); // of a first checkpoint that was cut short
    }
    return PageFile.create(files, path, databaseId, partition);
  }

  /// Opens the files of images, which checkpoints name.
  ///
  /// @param partitions told where their images are
  PageFiles openPages(List<Partition> partitions) throws IOException {
    PageFiles opened =
        PageFiles.of(
            partitionCount,
            partition -> PageFile.open(files, pagesPath(partition), databaseId, partition));
    tell(partitions, opened);
    return opened;
  }

  /// Closes the files of images, if they are open.
  public void closePages() throws IOException {
    PageFiles open = pages;
    if (open != null) {
      pages = null;
      open.close();
    }
  }
}
