package org.basaltdb.offheap.file;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.basaltdb.offheap.memory.Memory;

/// A file that counts the operations inside it, so that its descriptor is closed by the last one
/// out and never under one: the system hands the number of a closed descriptor to the next file
/// that is opened, and a late write would land there. Checks what callers pass in, the same for
/// every kind of file.
///
/// - FILE-1 A descriptor is used only by a counted operation, and is closed once, when it is
///   closing and nobody is inside.
abstract class CountedFile implements DataFile {
  private static final int CLOSING = 1 << 30;
  private static final int ZERO_BYTES = 1 << 20;
  private static final VarHandle STATE;

  static {
    try {
      STATE =
          MethodHandles.lookup()
              .findVarHandle(CountedFile.class, "state", int.class)
              .withInvokeExactBehavior();
    } catch (ReflectiveOperationException missing) {
      throw new ExceptionInInitializerError(missing);
    }
  }

  /// Zeroes to write from; made when the first file is filled, and kept.
  private static final class Zeroes {
    static final long ADDRESS = Memory.allocate(ZERO_BYTES, DIRECT_ALIGNMENT_BYTES);

    private Zeroes() {}
  }

  private final Path path;

  /// What addresses, lengths and offsets must not have any bit of.
  private final long misaligned;

  /// How many operations are inside, plus [#CLOSING].
  @SuppressWarnings("unused") // through STATE
  private volatile int state;

  /// @param directRequested whether the file was opened for direct I/O, granted or not
  CountedFile(Path path, boolean directRequested) {
    this.path = path;
    this.misaligned = directRequested ? DIRECT_ALIGNMENT_BYTES - 1 : 0;
  }

  /// Reads the whole range.
  abstract void readFully(long address, int length, long offset) throws IOException;

  /// Writes the whole range.
  abstract void writeFully(long address, int length, long offset) throws IOException;

  /// Makes data and size durable.
  abstract void syncData() throws IOException;

  /// Sets the size.
  abstract void setSize(long sizeBytes) throws IOException;

  /// Finds the size.
  abstract long findSize() throws IOException;

  /// Asks for room for a range that is about to be filled; a hint, except that a full device may
  /// say so.
  abstract void preallocate(long from, long length) throws IOException;

  /// Gives a range back.
  ///
  /// @return whether there is such a call
  abstract boolean giveBack(long from, long length) throws IOException;

  /// Closes the descriptor.
  abstract void closeDescriptor() throws IOException;

  @Override
  public final Path path() {
    return path;
  }

  @Override
  public final void read(long address, int length, long offset) throws IOException {
    checkTransfer(address, length, offset);
    enter();
    try {
      readFully(address, length, offset);
    } finally {
      leave();
    }
  }

  @Override
  public final void write(long address, int length, long offset) throws IOException {
    checkTransfer(address, length, offset);
    enter();
    try {
      writeFully(address, length, offset);
    } finally {
      leave();
    }
  }

  @Override
  public final void sync() throws IOException {
    enter();
    try {
      syncData();
    } finally {
      leave();
    }
  }

  @Override
  public final void truncate(long sizeBytes) throws IOException {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException(
          "file size out of range; found " + sizeBytes + "; expected zero or more; in " + path);
    }
    enter();
    try {
      setSize(sizeBytes);
    } finally {
      leave();
    }
  }

  @Override
  public final void zeroFill(long from, long to) throws IOException {
    checkRange("fill", from, to);
    enter();
    try {
      if (from < to) {
        preallocate(from, to - from);
      }
      for (long at = from; at < to; ) {
        int length = (int) Math.min(ZERO_BYTES, to - at);
        writeFully(Zeroes.ADDRESS, length, at);
        at += length;
      }
    } finally {
      leave();
    }
  }

  @Override
  public final boolean punchHole(long from, long to) throws IOException {
    checkRange("give back", from, to);
    enter();
    try {
      return from == to || giveBack(from, to - from);
    } finally {
      leave();
    }
  }

  private void checkRange(String operation, long from, long to) {
    if (from < 0 || to < from || ((from | to) & misaligned) != 0) {
      throw new IllegalArgumentException(
          "not a range to "
              + operation
              + "; found "
              + from
              + " to "
              + to
              + "; expected rising"
              + alignmentText()
              + "; in "
              + path);
    }
  }

  @Override
  public final long size() throws IOException {
    enter();
    try {
      return findSize();
    } finally {
      leave();
    }
  }

  @Override
  public final void close() throws IOException {
    if ((int) STATE.getAndBitwiseOr(this, CLOSING) == 0) {
      closeDescriptor();
    }
  }

  @Override
  public String toString() {
    return path + (direct() ? " (direct)" : "");
  }

  private void enter() {
    while (true) {
      int before = (int) STATE.getVolatile(this);
      if ((before & CLOSING) != 0) {
        throw new IllegalStateException("file used after it was closed: " + path);
      }
      if ((boolean) STATE.compareAndSet(this, before, before + 1)) {
        return;
      }
    }
  }

  private void leave() throws IOException {
    if ((int) STATE.getAndAdd(this, -1) == CLOSING + 1) {
      closeDescriptor();
    }
  }

  private void checkTransfer(long address, int length, long offset) {
    if (length < 0 || offset < 0 || ((address | length | offset) & misaligned) != 0) {
      throw new IllegalArgumentException(
          "not a transfer this file takes; found address 0x"
              + Long.toHexString(address)
              + ", length "
              + length
              + ", offset "
              + offset
              + "; expected zero or more"
              + alignmentText()
              + "; in "
              + path);
    }
  }

  private String alignmentText() {
    return misaligned == 0 ? "" : ", all multiples of " + DIRECT_ALIGNMENT_BYTES;
  }
}
