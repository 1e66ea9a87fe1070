package org.basaltdb.core.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes that describe the state of something at a cut, little endian, as they come; grows. One
/// thread at a time.
public final class StateWriter {
  private ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  /// Nothing yet.
  public StateWriter() {}

  private ByteBuffer room(int count) {
    if (bytes.remaining() < count) {
      int capacity = Math.max(Math.addExact(bytes.position(), count), bytes.capacity() * 2);
      ByteBuffer grown = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
      bytes.flip();
      grown.put(bytes);
      bytes = grown;
    }
    return bytes;
  }

  /// Appends four bytes.
  public void putInt(int value) {
    room(Integer.BYTES).putInt(value);
  }

  /// Appends eight bytes.
  public void putLong(long value) {
    room(Long.BYTES).putLong(value);
  }

  /// Appends a number of integers, and how many they are.
  public void putInts(int[] values, int count) {
    putInt(count);
    ByteBuffer target = room(count * Integer.BYTES);
    for (int i = 0; i < count; i++) {
      target.putInt(values[i]);
    }
  }

  /// Appends bytes, and how many they are.
  public void putBytes(byte[] values) {
    putInt(values.length);
    room(values.length).put(values);
  }

  /// All of it.
  public byte[] toBytes() {
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
