package org.basaltdb.bench.workload;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The payload of a row: 100 bytes or as many as an array has, all of them a function of the row's
 * key and of its version (how often it was written), so that a torn, lost or mistaken row is seen.
 * It begins with the key and the version.
 */
public final class Payload {

  /** Bytes of a payload, where an experiment does not say otherwise. */
  public static final int BYTES = 100;

  /** Bytes of a row as its user sees it: an 8-byte key and the payload. */
  public static final int ROW_BYTES = Long.BYTES + BYTES;

  private static final int KEY = 0;
  private static final int VERSION = KEY + Long.BYTES;
  private static final int BODY = VERSION + Long.BYTES;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Payload() {}

  /**
   * Writes the payload of a key and a version over a whole array.
   *
   * @param target at least 24 bytes, a multiple of 4
   */
  public static void fill(byte[] target, long key, long version) {
    LONG.set(target, KEY, key);
    LONG.set(target, VERSION, version);
    long word = key ^ (version * Mixing.GOLDEN);
    int offset = BODY;
    for (; offset <= target.length - Long.BYTES; offset += Long.BYTES) {
      word += Mixing.GOLDEN;
      LONG.set(target, offset, word);
    }
    if (offset < target.length) {
      INT.set(target, offset, (int) word);
    }
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
   * Whether all bytes of an array are those of one write of this key. Allocates nothing, and looks
   * at every byte whatever the first ones say.
   *
   * @param payload at least 24 bytes, a multiple of 4
   */
  public static boolean isWhole(byte[] payload, long key) {
    long word = key ^ (version(payload) * Mixing.GOLDEN);
    long difference = key(payload) ^ key;
    int offset = BODY;
    for (; offset <= payload.length - Long.BYTES; offset += Long.BYTES) {
      word += Mixing.GOLDEN;
      difference |= (long) LONG.get(payload, offset) ^ word;
    }
    if (offset < payload.length) {
      difference |= (int) INT.get(payload, offset) ^ (int) word;
    }
    return difference == 0;
  }
}
