package org.basaltdb.offheap.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.basaltdb.offheap.file.fault.ManualClock;
import org.basaltdb.offheap.posix.Posix;
import org.junit.jupiter.api.Test;

class SeamTest {
  @Test
  void theSystemsSeamIsTheMachine() {
    Seam seam = Seam.system();
    long before = System.currentTimeMillis() * 1_000;
    assertThat(seam.clock().currentTimeMicros()).isBetween(before, before + 60_000_000);
    long nanos = seam.clock().nanoTime();
    assertThat(seam.clock().nanoTime()).isGreaterThanOrEqualTo(nanos);
    assertThat(seam.files())
        .isInstanceOf(Posix.available() ? NativeFiles.class : PortableFiles.class);
    assertThat(LongStream.generate(seam.randomness()::nextLong).limit(100).distinct().count())
        .isEqualTo(100);
  }

  @Test
  void aSeedReplays() {
    assertThat(numbers(5)).isEqualTo(numbers(5)).isNotEqualTo(numbers(6));
  }

  @Test
  void aManualClockMovesWhenItIsMoved() {
    ManualClock clock = new ManualClock();
    clock.advance(5_000);
    assertThat(clock.nanoTime()).isEqualTo(5_000);
    assertThat(clock.currentTimeMicros()).isEqualTo(5);
  }

  private static long[] numbers(long seed) {
    return LongStream.generate(Randomness.seeded(seed)::nextLong).limit(10).toArray();
  }
}
