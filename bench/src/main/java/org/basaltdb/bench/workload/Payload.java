package org.basaltdb.bench.workload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The payload of a row: 100 bytes, all of them a function of the row's key and of its version (how
 * often it was written), so that a torn, lost or mistaken row is seen. It begins with the key and
 * the version.
 */
public final class Payload {

  /** Bytes of a payload. */
  public static final int BYTES = 100;

  /** Bytes of a row as its user sees it: an 8-byte key and the payload. */
  public static final int ROW_BYTES = Long.BYTES + BYTES;

  private static final int KEY = 0;
  private static final int VERSION = KEY + Long.BYTES;
  private static final int BODY = VERSION + Long.BYTES;
  private static final int LAST = BYTES - Integer.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Payload() {}

  /** Writes the payload of a key and a version over the first {@link #BYTES} bytes of an array. */
  public static void fill(byte[] target, long key, long version) {
    LONG.set(target, KEY, key);
    LONG.set(target, VERSION, version);
    long word = key ^ (version * Mixing.GOLDEN);
    for (int offset = BODY; offset < LAST; offset += Long.BYTES) {
      word += Mixing.GOLDEN;
      LONG.set(target, offset, word);
    }
    INT.set(target, LAST, (int) word);
  }

  /** The key that a payload carries. */
  public static long key(byte[] payload) {
    return (long) LONG.get(payload, KEY);
  }

  /** The version that a payload carries. */
  public static long version(byte[] payload) {
    return (long) LONG.get(payload, VERSION);
  }

  /**
   * Whether all bytes are those of one write of this key. Allocates: for checks, not for measured
   * code.
   */
  public static boolean isWhole(byte[] payload, long key) {
    if (payload.length < BYTES || key(payload) != key) {
      return false;
    }
    byte[] expected = new byte[BYTES];
    fill(expected, key, version(payload));
    return Arrays.equals(payload, 0, BYTES, expected, 0, BYTES);
  }
}
