package org.basaltdb.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.basaltdb.core.store.PagesOnDisk.Bounds;
import org.basaltdb.core.store.PagesOnDisk.Rule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The machine of *Pages on disk* in `docs/concurrency.md`: no interleaving breaks it, and each of
/// its rules is needed.
class PagesOnDiskTest {
  private static final List<Bounds> ALL_BOUNDS =
      List.of(
          new Bounds(2, 3, 2, false, false),
          new Bounds(2, 3, 2, true, false),
          new Bounds(2, 3, 1, false, true),
          new Bounds(2, 2, 1, true, true),
          new Bounds(3, 4, 1, false, false));

  static Stream<Bounds> allBounds() {
    return ALL_BOUNDS.stream();
  }

  @ParameterizedTest
  @MethodSource("allBounds")
  void everyStateIsRight(Bounds bounds) {
    PagesOnDisk model = new PagesOnDisk(EnumSet.noneOf(Rule.class), bounds);
    assertThat(model.explore()).isNull();
    assertThat(model.stateCount()).isGreaterThan(30_000);
  }

  @ParameterizedTest
  @EnumSource
  void withoutARuleSomethingIsLost(Rule rule) {
    assertThat(ALL_BOUNDS)
        .as("without %s", rule)
        .anyMatch(bounds -> new PagesOnDisk(EnumSet.of(rule), bounds).explore() != null);
  }
}
