package org.basaltdb.bench.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PointerChaseTest {

  @Test
  void oneCycleVisitsEveryLine() {
    int lines = 1_000;
    PointerChase chase = new PointerChase(lines * 64L);
    boolean[] seen = new boolean[lines];
    long line = 0;
    for (int step = 0; step < lines; step++) {
      assertThat(seen[(int) line]).isFalse();
      seen[(int) line] = true;
      line = chase.walk(line, 1);
    }
    assertThat(line).isZero();
    assertThat(chase.walk(0, lines)).isZero();
  }
}
