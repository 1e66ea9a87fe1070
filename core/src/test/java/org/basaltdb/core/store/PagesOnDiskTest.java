package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The machine of *Pages on disk* in `docs/concurrency.md`: no interleaving breaks it, and each of
/// its rules is needed.
class PagesOnDiskTest {
  private static final int RECORDS = 3;
  private static final int CHECKPOINTS = 4;

  @Test
  void everyStateIsRight() {
    PagesOnDisk model =
        new PagesOnDisk(EnumSet.noneOf(PagesOnDisk.Rule.class), RECORDS, CHECKPOINTS);
    assertThat(model.explore()).isNull();
    assertThat(model.stateCount()).isGreaterThan(10_000);
  }

  @ParameterizedTest
  @EnumSource
  void withoutARuleSomethingIsLost(PagesOnDisk.Rule rule) {
    PagesOnDisk model = new PagesOnDisk(EnumSet.of(rule), RECORDS, CHECKPOINTS);
    assertThat(model.explore()).as("without %s", rule).isNotNull();
  }
}
