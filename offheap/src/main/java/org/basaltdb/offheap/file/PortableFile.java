package org.basaltdb.offheap.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.basaltdb.offheap.memory.Memory;

/// A file over the JDK alone, through the page cache. Allocates with every operation.
final class PortableFile extends CountedFile {
  /// Over [CallerThread]: every operation is done when the call returns.
  private final AsynchronousFileChannel channel;

  PortableFile(Path path, AsynchronousFileChannel channel, boolean directRequested) {
    super(path, directRequested);
    this.channel = channel;
  }

  @Override
  public boolean direct() {
    return false;
  }

  @Override
  void readFully(long address, int length, long offset) throws IOException {
    ByteBuffer target = Memory.byteBuffer(address, length);
    while (target.hasRemaining()) {
      long at = offset + target.position();
      if (transferred("read", at, channel.read(target, at)) < 0) {
        throw new EOFException(
            "file too short; found its end at offset "
                + at
                + "; expected at least "
                + (offset + length)
                + " bytes; in "
                + path());
      }
    }
  }

  @Override
  void writeFully(long address, int length, long offset) throws IOException {
    ByteBuffer source = Memory.byteBuffer(address, length);
    while (source.hasRemaining()) {
      long at = offset + source.position();
      transferred("write", at, channel.write(source, at));
    }
  }

  @Override
  void syncData() throws IOException {
    try {
      channel.force(false);
    } catch (IOException failure) {
      throw FileErrorException.ofCause("sync", path(), -1, failure);
    }
  }

  @Override
  void setSize(long sizeBytes) throws IOException {
    try {
      if (sizeBytes <= channel.size()) {
        channel.truncate(sizeBytes);
      } else {
        // the JDK only shrinks; a last byte of zero makes the rest a hole
        transferred(
            "truncate", sizeBytes - 1, channel.write(ByteBuffer.allocate(1), sizeBytes - 1));
      }
    } catch (FileErrorException failure) {
      throw failure;
    } catch (IOException failure) {
      throw FileErrorException.ofCause("truncate", path(), sizeBytes, failure);
    }
  }

  @Override
  long findSize() throws IOException {
    try {
      return channel.size();
    } catch (IOException failure) {
      throw FileErrorException.ofCause("size", path(), -1, failure);
    }
  }

  @Override
  void preallocate(long from, long length) {
    // the JDK has no such call; writing the zeroes allocates
  }

  @Override
  boolean giveBack(long from, long length) {
    return false; // the JDK has no such call
  }

  @Override
  void closeDescriptor() throws IOException {
    channel.close();
  }

  private int transferred(String operation, long offset, Future<Integer> done) throws IOException {
    assert done.isDone() : "not run on the calling thread";
    try {
      return done.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof IOException cause) {
        throw FileErrorException.ofCause(operation, path(), offset, cause);
      }
      throw new IllegalStateException(
          operation + " failed; in " + path() + " at offset " + offset, failure);
    } catch (InterruptedException impossible) {
      throw new AssertionError("waited for an operation that was done", impossible);
    }
  }
}
