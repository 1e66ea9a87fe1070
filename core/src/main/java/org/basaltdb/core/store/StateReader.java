package org.basaltdb.core.store;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Reads what a [StateWriter] wrote. One thread at a time.
///
/// All methods throw [BufferUnderflowException] if the bytes end before.
public final class StateReader {
  private final ByteBuffer bytes;

  /// From the first byte on.
  public StateReader(byte[] state) {
    this.bytes = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// The next four bytes.
  public int getInt() {
    return bytes.getInt();
  }

  /// The next eight bytes.
  public long getLong() {
    return bytes.getLong();
  }

  /// The next integers, as many as there were.
  public int[] getInts() {
    int[] values = new int[count(Integer.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = bytes.getInt();
    }
    return values;
  }

  /// The next bytes, as many as there were.
  public byte[] getBytes() {
    byte[] values = new byte[count(1)];
    bytes.get(values);
    return values;
  }

  private int count(int size) {
    int count = bytes.getInt();
    if (count < 0 || (long) count * size > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    return count;
  }

  /// How many bytes are left.
  public int remaining() {
    return bytes.remaining();
  }
}
