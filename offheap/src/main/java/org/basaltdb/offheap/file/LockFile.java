package org.basaltdb.offheap.file;

import java.io.IOException;
import java.nio.file.Path;
import org.basaltdb.offheap.posix.Posix;
import org.jspecify.annotations.Nullable;

/// The lock on a file, which one opener at a time has, in this process or another. It holds a note
/// about its holder, for people.
///
/// - **LOCKFILE-1.** The lock ends when it is closed or its process ends, and with nothing else:
///   not when this process opens and closes the file some other way (to copy the directory), not
///   when a second opener is refused, not when its holder is no longer reachable.
/// - **LOCKFILE-2.** The file is never deleted: between the delete and the next create two openers
///   could lock two files.
///
/// Through system calls the lock belongs to the one opened file. The JDK alone has only the lock of
/// the process, which the system drops when the process closes any descriptor of the file; so in
/// portable mode LOCKFILE-1 holds for this class itself, and the application must not open the file
/// while the lock is held.
///
/// Thread rules: any thread; one at a time for each lock.
public abstract class LockFile implements AutoCloseable {
  LockFile() {}

  /// Takes the lock; makes the file if it is missing.
  ///
  /// @throws LockedException if somebody has it; then nothing has changed for him
  /// @throws IOException if the file cannot be made or locked
  public static LockFile acquire(Path path) throws IOException {
    LockFile lock = Posix.available() ? NativeLockFile.lock(Posix.calls(), path) : null;
    return lock == null ? PortableLockFile.lock(path) : lock;
  }

  /// Replaces the note.
  public abstract void write(String note) throws IOException;

  /// Gives the lock back; again does nothing.
  @Override
  public abstract void close() throws IOException;

  /// Somebody has the lock.
  public static final class LockedException extends IOException {
    private static final long serialVersionUID = 1;

    private final String note;

    LockedException(Path path, String note, @Nullable Throwable cause) {
      super("file is locked; found its holder's note '" + note + "'; in " + path, cause);
      this.note = note;
    }

    /// What the holder wrote into the file.
    public String note() {
      return note;
    }
  }
}
