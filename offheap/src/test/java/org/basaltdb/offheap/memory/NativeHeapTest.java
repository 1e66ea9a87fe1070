package org.basaltdb.offheap.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeHeapTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 63, 64, 65, 4096, 100_000, 256 << 10, (256 << 10) + 1, 5 << 20})
  void isZeroedAlsoWhenItIsUsedAgain(long bytes) {
    for (int round = 0; round < 3; round++) {
      long address = Memory.allocate(bytes, 1);
      for (long at = 0; at < bytes; at++) {
        if (Memory.getByte(address + at) != 0) {
          throw new AssertionError("not zero at " + at + " of " + bytes);
        }
      }
      Memory.fill(address, bytes, (byte) 0xFF);
      Memory.free(address);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 8, 64, 128, 512, 4096})
  void isAligned(long alignment) {
    for (long bytes : new long[] {1, 100, 5_000, 300_000}) {
      long address = Memory.allocate(bytes, alignment);
      assertThat(address % alignment).isZero();
      Memory.free(address);
    }
  }

  @Test
  void whatIsOutNeverOverlaps() {
    SplittableRandom random = new SplittableRandom(3);
    TreeMap<Long, Long> out = new TreeMap<>();
    for (int round = 0; round < 20_000; round++) {
      if (out.size() > 200 || (!out.isEmpty() && random.nextBoolean())) {
        Map.Entry<Long, Long> any =
            out.ceilingEntry(random.nextLong(out.firstKey(), out.lastKey() + 1));
        out.remove(any.getKey());
        Memory.free(any.getKey());
      } else {
        long bytes = 1 + random.nextLong(1L << random.nextInt(1, 20));
        long address = Memory.allocate(bytes, 1L << random.nextInt(13));
        Map.Entry<Long, Long> below = out.floorEntry(address);
        Map.Entry<Long, Long> above = out.higherEntry(address);
        assertThat(below == null || below.getKey() + below.getValue() <= address).isTrue();
        assertThat(above == null || address + bytes <= above.getKey()).isTrue();
        out.put(address, bytes);
      }
    }
    out.keySet().forEach(Memory::free);
  }

  @Test
  void countsWhatWasAskedFor() {
    long before = Memory.allocatedBytes();
    long small = Memory.allocate(100, 8);
    long large = Memory.allocate(1 << 20, 8);
    assertThat(Memory.allocatedBytes() - before).isEqualTo(100 + (1 << 20));
    Memory.free(small);
    Memory.free(large);
    assertThat(Memory.allocatedBytes()).isEqualTo(before);
  }

  @Test
  void heap1FreeingWhatIsNotOutIsNamed() {
    long address = Memory.allocate(64, 8);
    Memory.free(address);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Memory.free(address))
        .withMessageContaining("0x" + Long.toHexString(address));
    assertThatIllegalArgumentException().isThrownBy(() -> Memory.free(0));
  }

  @Test
  void refusesSizesAndAlignmentsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Memory.allocate(0, 8))
        .withMessageContaining("found 0");
    assertThatIllegalArgumentException().isThrownBy(() -> Memory.allocate(-1, 8));
    assertThatIllegalArgumentException().isThrownBy(() -> Memory.allocate(8, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> Memory.allocate(8, 24));
    assertThatIllegalArgumentException().isThrownBy(() -> Memory.allocate(8, 8192));
  }
}
