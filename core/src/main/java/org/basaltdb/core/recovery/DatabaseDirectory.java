package org.basaltdb.core.recovery;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.basaltdb.core.error.AlreadyOpenException;
import org.basaltdb.core.error.CorruptManifestException;
import org.basaltdb.core.error.NewerFormatException;
import org.basaltdb.core.error.NotADatabaseException;
import org.basaltdb.core.error.NotReadableException;
import org.basaltdb.core.error.NotWritableException;
import org.basaltdb.offheap.file.FileErrorException;
import org.basaltdb.offheap.file.FileLayer;
import org.basaltdb.offheap.file.Seam;

/// The directory of an open database: locked, and with a manifest.
///
/// A directory that is someone else's is left as it was found: whether it can be ours is decided
/// before anything is made in it.
public final class DatabaseDirectory implements AutoCloseable {
  /// The directory of the log's segments.
  private static final String LOG_NAME = "log";

  private final Path path;
  private final DirectoryLock lock;
  private final Manifest manifest;
  private final FileLayer files;
  private boolean complete;

  private DatabaseDirectory(
      Path path, DirectoryLock lock, Manifest manifest, FileLayer files, boolean complete) {
    this.path = path;
    this.lock = lock;
    this.manifest = manifest;
    this.files = files;
    this.complete = complete;
  }

  /// Locks a directory and reads its manifest; begins a database in a directory that is new or
  /// empty, or goes on with one that was begun ([#complete] ends that).
  ///
  /// @param partitionCount of a database that is created now; one that exists keeps its own
  /// @throws NotADatabaseException if something else is there
  /// @throws NotWritableException if it cannot be created, locked or written
  /// @throws NotReadableException if it cannot be read
  /// @throws AlreadyOpenException if somebody has it open
  /// @throws NewerFormatException if a later release wrote it
  /// @throws CorruptManifestException if its manifest is damaged
  public static DatabaseDirectory open(Path path, Seam seam, int partitionCount) {
    FileLayer files = seam.files();
    createIfMissing(path, files);
    refuseForeign(path, files);
    if (!Files.isWritable(path)) {
      throw new NotWritableException(
          path.toString(), "no permission to write for this process", null);
    }
    DirectoryLock lock = lock(path);
    try {
      makeNamesDurable(path, files);
      boolean complete = files.exists(path.resolve(Manifest.FILE_NAME));
      Manifest manifest = complete ? read(path, files) : begin(path, seam, partitionCount);
      return new DatabaseDirectory(path, lock, manifest, files, complete);
    } catch (Throwable failure) {
      closeAfter(lock, failure);
      throw failure;
    }
  }

  private static void createIfMissing(Path path, FileLayer files) {
    if (files.exists(path)) {
      if (!Files.isDirectory(path)) {
        throw new NotADatabaseException(
            path.toString(), "a file", "a directory, or nothing yet", null);
      }
      return;
    }
    if (Files.isSymbolicLink(path)) {
      throw new NotADatabaseException(
          path.toString(),
          "a symbolic link that leads nowhere",
          "a directory, or nothing yet",
          null);
    }
    try {
      createEach(path.toAbsolutePath(), files);
    } catch (IOException e) {
      throw new NotWritableException(
          path.toString(), "a directory that cannot be created: " + FileErrorException.brief(e), e);
    }
  }

  /// One directory after the other, each name durable before the next is made: if this is cut
  /// short, only the last of them can be in doubt, and that one the next open makes sure of.
  private static void createEach(Path path, FileLayer files) throws IOException {
    Path parent = path.getParent();
    if (parent == null) {
      return;
    }
    if (!files.exists(parent)) {
      createEach(parent, files);
    }
    files.createDirectories(path);
    files.syncDirectory(parent);
  }

  /// - **NAMES-1.** Every open makes the names durable that it relies on: the directory's own, and
  ///   those in it. An open before may have been cut short between making a name and syncing it,
  ///   and a name that is there says nothing about whether a power cut would leave it.
  ///
  /// A parent that this process may not read was not made by it.
  private static void makeNamesDurable(Path path, FileLayer files) {
    Path parent = path.toAbsolutePath().getParent();
    try {
      if (parent != null && files.exists(parent) && Files.isReadable(parent)) {
        files.syncDirectory(parent);
      }
      files.syncDirectory(path);
    } catch (IOException e) {
      throw new NotWritableException(
          path.toString(), "names that cannot be made durable: " + FileErrorException.brief(e), e);
    }
  }

  private static void refuseForeign(Path path, FileLayer files) {
    List<String> others;
    try {
      if (files.exists(path.resolve(Manifest.FILE_NAME))) {
        return;
      }
      boolean begun = Manifest.readBegun(files, path) != null;
      others =
          files.list(path).stream()
              .map(entry -> String.valueOf(entry.getFileName()))
              .filter(name -> !name.equals(DirectoryLock.FILE_NAME))
              .filter(name -> !name.equals(Manifest.TEMPORARY_NAME))
              .filter(name -> !(begun && name.equals(LOG_NAME)))
              .toList();
      if (files.exists(path.resolve(Manifest.FILE_NAME))) {
        return; // another process has just finished it
      }
    } catch (IOException e) {
      throw new NotReadableException(
          path.toString(), "a directory that cannot be listed: " + FileErrorException.brief(e), e);
    }
    if (!others.isEmpty()) {
      throw new NotADatabaseException(
          path.toString(),
          others.size() + " entries, '" + others.getFirst() + "' among them, and no manifest",
          "an empty directory, or one with a file " + Manifest.FILE_NAME,
          null);
    }
  }

  private static DirectoryLock lock(Path path) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return DirectoryLock.acquire(path);
        } catch (ClosedByInterruptException e) {
          // An interrupt closes the channel of the lock file; it does not end an open.
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw new NotWritableException(
          path.toString(),
          "a lock file that cannot be made or locked: " + FileErrorException.brief(e),
          e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Manifest read(Path path, FileLayer files) {
    try {
      return Manifest.read(files, path);
    } catch (IOException e) {
      throw new NotReadableException(
          path.toString(), "a manifest that cannot be read: " + FileErrorException.brief(e), e);
    }
  }

  private static Manifest begin(Path path, Seam seam, int partitionCount) {
    try {
      // What the log's files say has to stay true; without them nothing depends on it.
      Manifest begun = Manifest.readBegun(seam.files(), path);
      if (begun != null && seam.files().exists(path.resolve(LOG_NAME))) {
        return begun;
      }
    } catch (IOException e) {
      throw new NotReadableException(
          path.toString(), "a manifest that cannot be read: " + FileErrorException.brief(e), e);
    }
    Manifest manifest =
        new Manifest(
            randomId(seam),
            seam.randomness().nextLong(),
            seam.clock().currentTimeMicros(),
            partitionCount);
    try {
      manifest.begin(seam.files(), path);
    } catch (IOException e) {
      throw cannotWriteManifest(path, e);
    }
    return manifest;
  }

  private static NotWritableException cannotWriteManifest(Path path, IOException cause) {
    return new NotWritableException(
        path.toString(),
        "a manifest that cannot be written: " + FileErrorException.brief(cause),
        cause);
  }

  /// A random UUID (version 4, variant 2) from the engine's own random numbers.
  public static UUID randomId(Seam seam) {
    long high = seam.randomness().nextLong();
    long low = seam.randomness().nextLong();
    return new UUID(
        (high & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L,
        (low & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }

  private static void closeAfter(DirectoryLock lock, Throwable failure) {
    try {
      lock.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /// The directory as it was given.
  public Path path() {
    return path;
  }

  /// Where the log keeps its segments.
  public Path logPath() {
    return path.resolve(LOG_NAME);
  }

  /// What was fixed when the database was created.
  public Manifest manifest() {
    return manifest;
  }

  /// Whether the database was made before, with all that belongs to it; not begun only.
  public boolean isComplete() {
    return complete;
  }

  /// The log is there: makes the directory a database, if it was none (MANIFEST-1).
  ///
  /// @throws NotWritableException if that failed
  public void complete() {
    if (!complete) {
      try {
        Manifest.publish(files, path);
      } catch (IOException e) {
        throw cannotWriteManifest(path, e);
      }
      complete = true;
    }
  }

  /// Gives the lock back; again does nothing.
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
