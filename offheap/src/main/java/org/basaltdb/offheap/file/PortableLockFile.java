package org.basaltdb.offheap.file;

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
import org.jspecify.annotations.Nullable;

/// The lock of the process, as the JDK has it.
final class PortableLockFile extends LockFile {
  private static final int MAX_NOTE_BYTES = 512;

  /// Channels that were refused because this process has the lock already, through another loader's
  /// copy of this class. To close one would end that lock, so they wait here for the next attempt.
  private static final Map<Path, FileChannel> REFUSED = new HashMap<>();

  /// Locks that are held. Strong references: a channel that nobody can reach is closed, and its
  /// lock goes with it.
  private static final Map<FileChannel, FileLock> HELD = new HashMap<>();

  private final FileChannel channel;

  private PortableLockFile(FileChannel channel) {
    this.channel = channel;
  }

  static LockFile lock(Path path) throws IOException {
    synchronized (HELD) {
      FileChannel channel = REFUSED.remove(path);
      if (channel == null || !channel.isOpen()) {
        channel =
            FileChannel.open(
                path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      }
      return take(path, channel);
    }
  }

  private static LockFile take(Path path, FileChannel channel) throws IOException {
    FileLock lock;
    String note;
    try {
      lock = channel.tryLock();
      note = lock == null ? read(channel) : "";
    } catch (OverlappingFileLockException held) {
      REFUSED.put(path, channel);
      throw new LockedException(path, read(channel), held);
    } catch (IOException failure) {
      close(channel, failure);
      throw failure;
    }
    if (lock == null) {
      LockedException refused = new LockedException(path, note, null);
      close(channel, refused); // another process has it, which this close means nothing to
      throw refused;
    }
    HELD.put(channel, lock);
    return new PortableLockFile(channel);
  }

  private static void close(FileChannel channel, IOException failure) {
    try {
      channel.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer note = ByteBuffer.allocate(MAX_NOTE_BYTES);
    int length = Math.max(0, channel.read(note, 0));
    return new String(note.array(), 0, length, StandardCharsets.UTF_8).strip();
  }

  @Override
  public void write(String note) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(note.getBytes(StandardCharsets.UTF_8)), 0);
  }

  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      @Nullable FileLock held = HELD.remove(channel);
      if (held != null) {
        channel.close();
      }
    }
  }
}
