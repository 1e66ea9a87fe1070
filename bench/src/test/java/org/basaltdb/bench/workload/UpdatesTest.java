package org.basaltdb.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpdatesTest {

  private static final int FIRST_ROWS = 1_000;

  private final Keys keys = new Keys(Keys.Kind.SCATTERED, 10_000, FIRST_ROWS);
  private final Updates updates = new Updates(keys);

  @Test
  void theVersionOfEachRowIsThatOfItsLastUpdate() {
    int count = 2_500;
    Map<Long, Long> written = new HashMap<>();
    for (int number = 0; number < count; number++) {
      written.put(updates.key(number), updates.version(number));
    }
    long[] versions = updates.versionsAfter(count);
    assertThat(versions).hasSize(FIRST_ROWS).contains(0);
    for (int index = 0; index < FIRST_ROWS; index++) {
      assertThat(versions[index]).isEqualTo(written.getOrDefault(keys.at(index), 0L));
    }
  }

  @Test
  void allRowsThatAreLoadedFirstAreDrawnAndNoOthers() {
    boolean[] drawn = new boolean[FIRST_ROWS];
    for (int number = 0; number < 20 * FIRST_ROWS; number++) {
      drawn[updates.index(number)] = true;
    }
    assertThat(drawn).doesNotContain(false);
  }
}
