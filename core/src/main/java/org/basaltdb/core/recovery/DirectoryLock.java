package org.basaltdb.core.recovery;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.basaltdb.core.error.AlreadyOpenException;
import org.basaltdb.offheap.file.LockFile;

/// Keeps a second opener out of a directory: another process through a lock on a file, this process
/// through a table, both by the directory's real path, so that a symbolic link leads to the same
/// lock.
///
/// - **DIRLOCK-1.** This process opens the lock file only after it entered the table, and leaves
///   the table only after it closed the file. What else it opens and closes does not end the lock
///   (LOCKFILE-1).
///
/// A database that was dropped without a close keeps its directory locked: its threads may still
/// write. The lock ends with the process, whatever ends it. Thread rules: any thread.
public final class DirectoryLock implements AutoCloseable {
  /// The name of the lock file; it holds a note about its holder, for people.
  public static final String FILE_NAME = "LOCK";

  /// Who holds which real path in this process.
  private static final Map<Path, String> HOLDERS = new HashMap<>();

  private final Path realPath;
  private final LockFile file;
  private boolean closed;

  private DirectoryLock(Path realPath, LockFile file) {
    this.realPath = realPath;
    this.file = file;
  }

  /// Takes the lock.
  ///
  /// @param directory exists
  /// @throws AlreadyOpenException if somebody has it
  /// @throws IOException if the lock file cannot be made or locked
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path realPath = directory.toRealPath();
    enter(realPath, directory);
    try {
      return new DirectoryLock(realPath, lock(realPath));
    } catch (LockFile.LockedException refused) {
      forget(realPath);
      throw new AlreadyOpenException(directory.toString(), holder(refused.note()), refused);
    } catch (Throwable failure) {
      forget(realPath);
      throw failure;
    }
  }

  private static void enter(Path realPath, Path directory) {
    String me =
        "this process, " + note() + ", opened by thread '" + Thread.currentThread().getName() + "'";
    synchronized (HOLDERS) {
      String holder = HOLDERS.putIfAbsent(realPath, me);
      if (holder != null) {
        throw new AlreadyOpenException(directory.toString(), holder, null);
      }
    }
  }

  private static LockFile lock(Path realPath) throws IOException {
    LockFile file = LockFile.acquire(realPath.resolve(FILE_NAME));
    try {
      file.write(note() + "\n");
      return file;
    } catch (Throwable failure) {
      try {
        file.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
  }

  private static String note() {
    return "pid " + ProcessHandle.current().pid();
  }

  /// Who holds it, as far as the note tells: it may be one that a holder before left behind.
  private static String holder(String foundNote) {
    String others = foundNote.equals(note()) ? ", or another class loader in this one" : "";
    return "another process" + others + " (" + foundNote + ")";
  }

  private static void forget(Path realPath) {
    synchronized (HOLDERS) {
      HOLDERS.remove(realPath);
    }
  }

  /// The directory's real path.
  public Path realPath() {
    return realPath;
  }

  /// Gives the lock back; again does nothing.
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      file.close();
    } finally {
      forget(realPath); // DIRLOCK-1: after the file is closed
    }
  }
}
