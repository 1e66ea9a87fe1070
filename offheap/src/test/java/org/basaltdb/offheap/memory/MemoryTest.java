package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final int BYTES = 4096;

  private long base;

  @BeforeEach
  void allocate() {
    base = Memory.allocate(BYTES, 64);
  }

  @AfterEach
  void free() {
    Memory.free(base);
  }

  @Test
  void everyWidthIsLittleEndianAndNeedsNoAlignment() {
    Memory.putLong(base + 1, 0x0807060504030201L);
    for (int i = 0; i < 8; i++) {
      assertThat(Memory.getByte(base + 1 + i)).isEqualTo((byte) (i + 1));
    }
    assertThat(Memory.getInt(base + 2)).isEqualTo(0x05040302);
    assertThat(Memory.getShort(base + 3)).isEqualTo((short) 0x0403);
    Memory.putInt(base + 101, 0xFEDCBA98);
    assertThat(Memory.getUnsignedByte(base + 101)).isEqualTo(0x98);
    assertThat(Memory.getUnsignedShort(base + 103)).isEqualTo(0xFEDC);
    Memory.putShort(base + 203, (short) 0x1234);
    assertThat(Memory.getByte(base + 203)).isEqualTo((byte) 0x34);
  }

  @Test
  void floatingPointKeepsTheBitsOfNaN() {
    int floatNaN = 0x7FA00001;
    long doubleNaN = 0x7FF4000000000001L;
    Memory.putFloat(base + 3, Float.intBitsToFloat(floatNaN));
    Memory.putDouble(base + 9, Double.longBitsToDouble(doubleNaN));
    assertThat(Float.isNaN(Memory.getFloat(base + 3))).isTrue();
    assertThat(Memory.getLong(base + 9)).isEqualTo(doubleNaN);
    Memory.putFloat(base, -0.0f);
    assertThat(Memory.getInt(base)).isEqualTo(0x80000000);
    assertThat(Memory.getDouble(base + 9)).isNaN();
  }

  @Test
  void orderedAccessorsAgreeWithPlainOnes() {
    Memory.putLongRelease(base, 1);
    assertThat(Memory.getLongAcquire(base)).isEqualTo(1);
    Memory.putLongOpaque(base, 2);
    assertThat(Memory.getLongOpaque(base)).isEqualTo(2);
    Memory.putLongVolatile(base, 3);
    assertThat(Memory.getLongVolatile(base)).isEqualTo(3);
    assertThat(Memory.compareAndSetLong(base, 4, 5)).isFalse();
    assertThat(Memory.compareAndSetLong(base, 3, 5)).isTrue();
    assertThat(Memory.getAndAddLong(base, 10)).isEqualTo(5);
    assertThat(Memory.getLong(base)).isEqualTo(15);

    Memory.putIntRelease(base + 4, 7);
    assertThat(Memory.getIntAcquire(base + 4)).isEqualTo(7);
    Memory.putIntOpaque(base + 4, 8);
    assertThat(Memory.getIntOpaque(base + 4)).isEqualTo(8);
    Memory.putIntVolatile(base + 4, 9);
    assertThat(Memory.getIntVolatile(base + 4)).isEqualTo(9);
    assertThat(Memory.compareAndSetInt(base + 4, 9, 11)).isTrue();
    assertThat(Memory.getLong(base)).isEqualTo(15 | 11L << 32);

    Memory.putByteRelease(base + 9, (byte) 1);
    assertThat(Memory.getByteAcquire(base + 9)).isEqualTo((byte) 1);
    Memory.putByteOpaque(base + 9, (byte) 2);
    assertThat(Memory.getByteOpaque(base + 9)).isEqualTo((byte) 2);
  }

  @Test
  void orderedAccessorsRefuseMisalignedAddresses() {
    assertThatThrownBy(() -> Memory.getLongAcquire(base + 4))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Memory.putIntRelease(base + 2, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Memory.compareAndSetLong(base + 1, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void copiesOfEveryLengthCopyThatAndNoMore() {
    SplittableRandom random = new SplittableRandom(1);
    byte[] source = bytes(random, 300);
    for (int length = 0; length <= 256; length++) {
      Memory.fill(base, BYTES, (byte) 0x55);
      Memory.copyFromArray(source, 3, base + 8, length);
      Memory.copy(base + 8, base + 1024, length);
      byte[] back = new byte[length + 2];
      Memory.copyToArray(base + 1024, back, 1, length);
      assertThat(Arrays.copyOfRange(back, 1, length + 1))
          .isEqualTo(Arrays.copyOfRange(source, 3, length + 3));
      assertThat(Memory.getByte(base + 1023)).isEqualTo((byte) 0x55);
      assertThat(Memory.getByte(base + 1024 + length)).isEqualTo((byte) 0x55);
      if (length % 8 == 0) {
        Memory.copyWords(base + 8, base + 2048, length);
        assertThat(Memory.equal(base + 8, base + 2048, length)).isTrue();
        assertThat(Memory.getByte(base + 2048 + length)).isEqualTo((byte) 0x55);
      }
    }
  }

  @Test
  void copyAllowsOverlapInBothDirections() {
    for (int i = 0; i < 64; i++) {
      Memory.putByte(base + i, (byte) i);
    }
    Memory.copy(base, base + 5, 64);
    assertThat(Memory.getByte(base + 5 + 63)).isEqualTo((byte) 63);
    Memory.copy(base + 5, base, 64);
    for (int i = 0; i < 64; i++) {
      assertThat(Memory.getByte(base + i)).isEqualTo((byte) i);
    }
  }

  @Test
  void equalSeesADifferenceInAnyByte() {
    for (int length = 1; length < 40; length++) {
      Memory.fill(base, BYTES, (byte) 7);
      assertThat(Memory.equal(base, base + 1000, length)).isTrue();
      for (int at = 0; at < length; at++) {
        Memory.putByte(base + at, (byte) 8);
        assertThat(Memory.equal(base, base + 1000, length)).isFalse();
        Memory.putByte(base + at, (byte) 7);
      }
      Memory.putByte(base + length, (byte) 8);
      assertThat(Memory.equal(base, base + 1000, length)).isTrue();
    }
  }

  @Test
  void comparesAsTheJdkComparesUnsignedBytes() {
    SplittableRandom random = new SplittableRandom(2);
    for (int round = 0; round < 5_000; round++) {
      byte[] left = bytes(random, random.nextInt(30));
      byte[] right = random.nextBoolean() ? bytes(random, random.nextInt(30)) : left.clone();
      if (right.length > 0 && random.nextBoolean()) {
        right[random.nextInt(right.length)]++;
      }
      Memory.copyFromArray(left, 0, base, left.length);
      Memory.copyFromArray(right, 0, base + 1000, right.length);
      assertThat(
              Integer.signum(Memory.compareUnsigned(base, left.length, base + 1000, right.length)))
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(left, right)));
    }
  }

  @Test
  void aByteBufferSharesTheMemory() {
    Memory.byteBuffer(base + 16, 8).put(3, (byte) 42);
    assertThat(Memory.getByte(base + 19)).isEqualTo((byte) 42);
  }

  @Test
  void aRangeIsCheckedOnRequest() {
    Memory.checkRange(base, BYTES);
    assertThatThrownBy(() -> Memory.checkRange(base, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Memory.checkRange(Long.MAX_VALUE, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Memory.getLong(-8)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static byte[] bytes(SplittableRandom random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
