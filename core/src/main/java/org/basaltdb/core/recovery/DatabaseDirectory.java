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
import org.basaltdb.core.error.NotWritableException;
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

  private DatabaseDirectory(Path path, DirectoryLock lock, Manifest manifest) {
    this.path = path;
    this.lock = lock;
    this.manifest = manifest;
  }

  /// Locks a directory and reads its manifest; makes both in a directory that is new or empty.
  ///
  /// @param partitionCount of a database that is created now; one that exists keeps its own
  /// @throws NotADatabaseException if something else is there
  /// @throws NotWritableException if it cannot be created, locked or written
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
      boolean exists = files.exists(path.resolve(Manifest.FILE_NAME));
      Manifest manifest = exists ? read(path, files) : create(path, seam, partitionCount);
      return new DatabaseDirectory(path, lock, manifest);
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
    try {
      files.createDirectories(path);
      Path parent = path.toAbsolutePath().getParent();
      if (parent != null) {
        files.syncDirectory(parent);
      }
    } catch (IOException e) {
      throw new NotWritableException(
          path.toString(), "a directory that cannot be created: " + e, e);
    }
  }

  private static void refuseForeign(Path path, FileLayer files) {
    List<String> others;
    try {
      if (files.exists(path.resolve(Manifest.FILE_NAME))) {
        return;
      }
      others =
          files.list(path).stream()
              .map(entry -> String.valueOf(entry.getFileName()))
              .filter(name -> !name.equals(DirectoryLock.FILE_NAME))
              .filter(name -> !name.equals(Manifest.TEMPORARY_NAME))
              .toList();
    } catch (IOException e) {
      throw new NotWritableException(path.toString(), "a directory that cannot be listed: " + e, e);
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
          interrupted |=
              Thread.interrupted(); // an interrupt closes the channel of the lock file; it does not
          // end an open
        }
      }
    } catch (IOException e) {
      throw new NotWritableException(
          path.toString(), "a lock file that cannot be made or locked: " + e, e);
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
      throw new NotWritableException(path.toString(), "a manifest that cannot be read: " + e, e);
    }
  }

  private static Manifest create(Path path, Seam seam, int partitionCount) {
    Manifest manifest =
        new Manifest(
            randomId(seam),
            seam.randomness().nextLong(),
            seam.clock().currentTimeMicros(),
            partitionCount);
    try {
      manifest.write(seam.files(), path);
    } catch (IOException e) {
      throw new NotWritableException(path.toString(), "a manifest that cannot be written: " + e, e);
    }
    return manifest;
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

  /// Gives the lock back; again does nothing.
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
