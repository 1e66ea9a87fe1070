package org.basaltdb.offheap.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.basaltdb.offheap.posix.Degradation.Kind;
import org.junit.jupiter.api.Test;

class DegradationsTest {
  private final Degradations degradations = new Degradations();

  @Test
  void theFirstOfAKindIsWarnedOfAndEverySubjectListed() {
    assertThat(degradations.add(Kind.DIRECT_IO, "files in /one", "first", true)).isTrue();
    assertThat(degradations.add(Kind.DIRECT_IO, "files in /one", "second", true)).isFalse();
    assertThat(degradations.add(Kind.DIRECT_IO, "files in /two", "third", true)).isFalse();
    assertThat(degradations.add(Kind.MEMBARRIER, "process", "fourth", true)).isTrue();
    assertThat(degradations.snapshot())
        .containsExactly(
            new Degradation(Kind.DIRECT_IO, "files in /one", "first"),
            new Degradation(Kind.DIRECT_IO, "files in /two", "third"),
            new Degradation(Kind.MEMBARRIER, "process", "fourth"));
  }

  @Test
  void whatTheUserChoseIsListedWithoutAWarning() {
    assertThat(degradations.add(Kind.PORTABLE_MODE, "process", "chosen", false)).isFalse();
    assertThat(degradations.snapshot()).hasSize(1);
    assertThat(degradations.add(Kind.PORTABLE_MODE, "process", "refused", true)).isTrue();
  }

  @Test
  void theListStaysBounded() {
    for (int i = 0; i < 1_000; i++) {
      degradations.add(Kind.HUGE_PAGES, "region " + i, "detail", true);
    }
    assertThat(degradations.snapshot()).hasSize(Degradations.MAX_SUBJECTS_PER_KIND);
  }
}
