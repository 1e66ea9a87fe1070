package org.basaltdb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ZipfDrawsTest {

  private static final int ROWS = 10_000;
  private static final int DRAWS = 1 << 20;

  /** Draws of each row, the most popular first. */
  private static int[] counts() {
    ZipfDraws draws = new ZipfDraws(ROWS, 0.99, DRAWS, 3);
    int[] counts = new int[ROWS];
    for (int i = 0; i < draws.count(); i++) {
      counts[draws.at(i)]++;
    }
    Arrays.sort(counts);
    for (int i = 0; i < ROWS / 2; i++) {
      int swapped = counts[i];
      counts[i] = counts[ROWS - 1 - i];
      counts[ROWS - 1 - i] = swapped;
    }
    return counts;
  }

  @Test
  void thePopularRowsGetTheirShare() {
    double zeta = 0;
    for (int rank = 1; rank <= ROWS; rank++) {
      zeta += Math.pow(rank, -0.99);
    }
    int[] counts = counts();
    assertThat((double) counts[0] / DRAWS).isCloseTo(1 / zeta, within(0.01));
    assertThat((double) counts[1] / DRAWS).isCloseTo(Math.pow(2, -0.99) / zeta, within(0.01));
  }

  @Test
  void mostRowsAreStillDrawn() {
    assertThat(Arrays.stream(counts()).filter(count -> count > 0).count()).isGreaterThan(ROWS / 2);
  }

  @Test
  void positionsWrapAround() {
    ZipfDraws draws = new ZipfDraws(ROWS, 0.99, 16, 3);
    assertThat(draws.at(16 + 3)).isEqualTo(draws.at(3));
    assertThat(draws.at(Integer.MIN_VALUE)).isEqualTo(draws.at(0));
  }
}
