package org.basaltdb.stress.weaken;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// That the weakened variants still say something about the sources. What they are caught by is
/// found out by `scripts/stress`.
class WeakeningTest {
  private static final Path REPOSITORY = Path.of("..");

  @TempDir Path target;

  static Stream<Weakening> weakenings() throws IOException {
    return Weakening.readAll(REPOSITORY.resolve(Stress.WEAKENED_DIRECTORY)).stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("weakenings")
  void appliesAndCompiles(Weakening weakening) throws IOException {
    WeakenedClasses classes = new WeakenedClasses(REPOSITORY, target, classPath());
    assertThat(classes.compile(weakening, true)).isNotEmptyDirectory();
    // Its windows alone compile if they do with the rest: only their texts are looked for.
    weakening.apply(REPOSITORY, false);
  }

  @Test
  void everyVariantNamesTestsThatExistAndEveryTestHasAVariant() {
    assertThat(allWeakenings().flatMap(weakening -> weakening.tests().stream()))
        .isSubsetOf(RaceRunner.tests());
    assertThat(Stress.unproved(allWeakenings().toList())).isEmpty();
  }

  /// The table of docs/concurrency.md is complete.
  @Test
  void everyTestAndEveryVariantIsDocumented() throws IOException {
    String page = Files.readString(REPOSITORY.resolve("docs/concurrency.md"));
    assertThat(RaceRunner.tests()).allMatch(test -> page.contains("| `" + test + "` |"));
    assertThat(allWeakenings()).allMatch(weakening -> page.contains("`" + weakening.name() + "`"));
  }

  private static Stream<Weakening> allWeakenings() {
    try {
      return weakenings();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void textIsFoundWhereverTheFormatterBreaksLines() {
    Weakening.Hunk hunk = new Weakening.Hunk("A.java", true, "if (a && b) {", "if (a) {");
    assertThat(hunk.applyTo("x;\n  if (a\n      && b) {\n  y;", "v"))
        .isEqualTo("x;\n  if (a) {\n  y;");
  }

  @Test
  void textThatIsGoneOrAmbiguousIsAnError() {
    Weakening.Hunk hunk = new Weakening.Hunk("A.java", true, "check();", "");
    assertThatThrownBy(() -> hunk.applyTo("nothing here", "v"))
        .hasMessageContaining("weakened variant 'v' no longer applies")
        .hasMessageContaining("not found in A.java");
    assertThatThrownBy(() -> hunk.applyTo("check(); check();", "v"))
        .hasMessageContaining("found more than once in A.java");
  }

  @Test
  void parserReadsWhatTheFormatSays() throws IOException {
    Weakening read =
        new WeakeningParser(
                "name",
                List.of(
                    "# what is dropped",
                    "# and more of it",
                    "caught-by One Two",
                    "file A.java",
                    "weaken",
                    "<<<",
                    "a",
                    "===",
                    ">>>",
                    "widen",
                    "<<<",
                    "b",
                    "===",
                    "w b",
                    ">>>"))
            .parse();
    assertThat(read.summary()).isEqualTo("what is dropped");
    assertThat(read.tests()).containsExactly("One", "Two");
    assertThat(read.hunks()).extracting(Weakening.Hunk::weakens).containsExactly(false, true);
    assertThat(applied(read, "a b")).isEqualTo("w b");
  }

  private static String applied(Weakening weakening, String text) {
    String changed = text;
    for (Weakening.Hunk hunk : weakening.hunks()) {
      changed = hunk.applyTo(changed, weakening.name());
    }
    return changed.strip();
  }

  @Test
  void parserRefusesWhatItDoesNotKnow() {
    assertThatThrownBy(() -> new WeakeningParser("name", List.of("# x", "wiggle")).parse())
        .hasMessageContaining("found 'wiggle'")
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> new WeakeningParser("name", List.of("# x", "caught-by A")).parse())
        .hasMessageContaining("weaken before it");
  }

  /// Surefire may start its JVM with a jar that only names the others.
  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
