package org.basaltdb.bench.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TieredTest {

  @Test
  void anEighthOfTheRowsFitsIntoThePool() {
    int rows = new Tiered().rows();
    assertThat(Tiered.poolBytes(rows)).isEqualTo(512L << 20);
    assertThat(Tiered.budgetBytes(rows)).isBetween(600L << 20, 800L << 20);
  }

  @Test
  void theProcessMayHaveALittleMoreThanTheBudget() {
    assertThat(Tiered.processMebibytes(1_000L << 20)).isEqualTo(1_150 + 192);
  }
}
