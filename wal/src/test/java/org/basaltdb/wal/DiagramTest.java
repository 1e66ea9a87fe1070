package org.basaltdb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Holds the drawn layouts, in the sources and in the document of formats, against the constants.
class DiagramTest {
  private static final Pattern ROW =
      Pattern.compile("^(?:/// )? +(\\d+|\\.) +(\\d+|\\.)  (\\w+)\\b.*");
  private static final Path SOURCES = Path.of("src", "main", "java", "org", "basaltdb", "wal");
  private static final Path FORMATS = Path.of("..", "docs", "formats.md");

  /// A line of a diagram; -1 stands for a dot.
  private record Row(int offset, int bytes, String field) {}

  @ParameterizedTest
  @ValueSource(
      classes = {
        RecordLayout.class,
        PaddingLayout.class,
        GenerationLayout.class,
        SegmentLayout.class
      })
  void theDiagramOfALayoutShowsItsConstants(Class<?> layout) throws Exception {
    List<Row> rows =
        diagram(Files.readAllLines(SOURCES.resolve(layout.getSimpleName() + ".java")), "///");
    int end = 0;
    int named = 0;
    for (Row row : rows) {
      if (row.offset() >= 0) {
        assertThat(row.offset())
            .as(row.field())
            .isEqualTo(end)
            .isEqualTo(offsetOf(layout, row.field()));
        named++;
      }
      end = row.bytes() < 0 ? end : row.offset() + row.bytes();
    }
    assertThat(named).as("fields drawn").isEqualTo(offsetCount(layout));
  }

  /// The document shows the same lines as the source.
  @ParameterizedTest
  @ValueSource(
      classes = {
        RecordLayout.class,
        PaddingLayout.class,
        GenerationLayout.class,
        SegmentLayout.class
      })
  void theDocumentShowsTheSameDiagram(Class<?> layout) throws Exception {
    List<String> document = Files.readAllLines(FORMATS);
    List<String> drawn =
        Files.readAllLines(SOURCES.resolve(layout.getSimpleName() + ".java")).stream()
            .filter(line -> ROW.matcher(line).matches())
            .map(line -> line.substring("/// ".length()))
            .toList();
    int first = document.indexOf(drawn.getFirst());
    while (first >= 0
        && !document
            .subList(first, Math.min(document.size(), first + drawn.size()))
            .equals(drawn)) {
      int next = document.subList(first + 1, document.size()).indexOf(drawn.getFirst());
      first = next < 0 ? -1 : first + 1 + next;
    }
    assertThat(first).as("%s in %s", drawn, FORMATS).isGreaterThanOrEqualTo(0);
  }

  private static List<Row> diagram(List<String> lines, String prefix) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = ROW.matcher(line);
      if (line.startsWith(prefix) && matcher.matches()) {
        rows.add(new Row(number(matcher.group(1)), number(matcher.group(2)), matcher.group(3)));
      }
    }
    return rows;
  }

  private static int number(String text) {
    return text.equals(".") ? -1 : Integer.parseInt(text);
  }

  private static int offsetOf(Class<?> layout, String field) throws ReflectiveOperationException {
    String constant = field.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT) + "_OFFSET";
    return layout.getDeclaredField(constant).getInt(null);
  }

  private static int offsetCount(Class<?> layout) {
    int count = 0;
    for (Field field : layout.getDeclaredFields()) {
      if (field.getName().endsWith("_OFFSET")) {
        count++;
      }
    }
    return count;
  }
}
