package org.basaltdb.examples.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SkewedDrawsTest {
  private static final int COUNT = 1_000;
  private static final int DRAWS = 100_000;

  @Test
  void fewIdsAreDrawnMostOfTheTime() {
    SkewedDraws draws = new SkewedDraws(COUNT);
    int[] timesById = new int[COUNT + 1];
    for (int i = 0; i < DRAWS; i++) {
      timesById[Math.toIntExact(draws.next())]++;
    }
    assertThat(timesById[0]).isZero();
    int[] times = Arrays.stream(timesById).sorted().toArray();
    // 1 / (1 + 2^-0.99 + ... + 1000^-0.99) = 0.130, of the first rank; half of it, of the second
    assertThat(times[COUNT] / (double) DRAWS).isBetween(0.12, 0.15);
    assertThat(times[COUNT - 1] / (double) DRAWS).isBetween(0.06, 0.08);
    assertThat(Arrays.stream(timesById).filter(n -> n > 0).count()).isGreaterThan(COUNT / 2);
  }
}
