package org.basaltdb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.basaltdb.bench.workload.Keys.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {

  @ParameterizedTest
  @EnumSource(Kind.class)
  void loadOrderVisitsEveryKeyOnce(Kind kind) {
    int rows = 50_000;
    Keys keys = new Keys(kind, rows);
    Set<Long> byIndex = new HashSet<>();
    Set<Long> loaded = new HashSet<>();
    for (int i = 0; i < rows; i++) {
      byIndex.add(keys.at(i));
      loaded.add(keys.inLoadOrder(i));
    }
    assertThat(byIndex).hasSize(rows);
    assertThat(loaded).isEqualTo(byIndex);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4_999, 5_000})
  void whatIsLoadedFirstIsThatOfTheLowestIndexes(int firstRows) {
    int rows = 5_000;
    Keys keys = new Keys(Kind.SCATTERED, rows, firstRows);
    Set<Long> first = new HashSet<>();
    Set<Long> all = new HashSet<>();
    for (int i = 0; i < rows; i++) {
      all.add(keys.inLoadOrder(i));
      if (i == firstRows - 1) {
        first.addAll(all);
      }
    }
    assertThat(all).hasSize(rows);
    for (int index = 0; index < firstRows; index++) {
      assertThat(first).contains(new Keys(Kind.SCATTERED, firstRows).at(index));
    }
  }

  @Test
  void noMoreRowsAreLoadedFirstThanThereAre() {
    assertThatThrownBy(() -> new Keys(Kind.DENSE, 10, 11))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 11");
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void loadOrderFollowsNoKey(Kind kind) {
    int rows = 50_000;
    Keys keys = new Keys(kind, rows);
    int rising = 0;
    for (int i = 1; i < rows; i++) {
      rising += keys.inLoadOrder(i) > keys.inLoadOrder(i - 1) ? 1 : 0;
    }
    assertThat((double) rising / rows).isBetween(0.48, 0.52);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 1_000, 1_023, 1_024, 1_025})
  void permutationOfAnySizeIsABijection(int size) {
    Permutation permutation = new Permutation(size, 7);
    boolean[] seen = new boolean[size];
    for (int i = 0; i < size; i++) {
      assertThat(seen[permutation.at(i)]).isFalse();
      seen[permutation.at(i)] = true;
    }
  }
}
