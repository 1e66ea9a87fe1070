package org.basaltdb.core.recovery;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.basaltdb.core.error.AlreadyOpenException;
import org.jspecify.annotations.Nullable;

/// Keeps a second opener out of a directory: another process through a lock on a file, this process
/// through a table, both by the directory's real path, so that a symbolic link leads to the same
/// lock.
///
/// - **DIRLOCK-1.** This process opens the lock file only after it entered the table. POSIX drops a
///   process's locks on a file when it closes any descriptor of that file, so a second channel on
///   it would unlock the first.
/// - **DIRLOCK-2.** The lock file is never deleted: between the delete and the next create two
///   processes could lock two files.
///
/// The lock ends with the process, whatever ends it. Thread rules: any thread.
public final class DirectoryLock implements AutoCloseable {
  /// The name of the lock file; it holds a note about its holder, for people.
  public static final String FILE_NAME = "LOCK";

  private static final int MAX_NOTE_BYTES = 512;

  /// Who holds which real path in this process.
  private static final Map<Path, String> HOLDERS = new HashMap<>();

  private final Path realPath;
  private @Nullable FileChannel channel;

  private DirectoryLock(Path realPath, FileChannel channel) {
    this.realPath = realPath;
    this.channel = channel;
  }

  /// Takes the lock.
  ///
  /// @param directory exists
  /// @throws AlreadyOpenException if somebody has it
  /// @throws IOException if the lock file cannot be made or locked
  public static DirectoryLock acquire(Path directory) throws IOException {
    Path realPath = directory.toRealPath();
    enter(realPath, directory);
    FileChannel channel = null;
    try {
      channel =
          FileChannel.open(
              realPath.resolve(FILE_NAME),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      lock(channel, directory);
      writeNote(channel);
      return new DirectoryLock(realPath, channel);
    } catch (Throwable failure) {
      leave(realPath, channel, failure);
      throw failure;
    }
  }

  private static void enter(Path realPath, Path directory) {
    String me =
        "this process, pid "
            + ProcessHandle.current().pid()
            + ", opened by thread '"
            + Thread.currentThread().getName()
            + "'";
    synchronized (HOLDERS) {
      String holder = HOLDERS.putIfAbsent(realPath, me);
      if (holder != null) {
        throw new AlreadyOpenException(directory.toString(), holder, null);
      }
    }
  }

  private static void lock(FileChannel channel, Path directory) throws IOException {
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another class loader's copy of this class has it.
      throw new AlreadyOpenException(directory.toString(), "this process", e);
    }
    if (lock == null) {
      throw new AlreadyOpenException(
          directory.toString(), "another process (" + readNote(channel) + ")", null);
    }
  }

  private static String readNote(FileChannel channel) throws IOException {
    ByteBuffer note = ByteBuffer.allocate(MAX_NOTE_BYTES);
    int length = Math.max(0, channel.read(note, 0));
    return new String(note.array(), 0, length, StandardCharsets.UTF_8).strip();
  }

  private static void writeNote(FileChannel channel) throws IOException {
    byte[] note = ("pid " + ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8);
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(note), 0);
  }

  private static void leave(Path realPath, @Nullable FileChannel channel, Throwable failure) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    } finally {
      forget(realPath);
    }
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
    FileChannel open = channel;
    if (open == null) {
      return;
    }
    channel = null;
    try {
      open.close();
    } finally {
      forget(realPath); // DIRLOCK-1: after the channel is closed
    }
  }
}
