package org.basaltdb.core.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is drawn is what the constants say: the diagrams beside the code and those in
/// `docs/formats.md`.
class LayoutDiagramTest {
  private static final Pattern ROW = Pattern.compile("^(?:///)? +(\\d+) +(\\d+) +([A-Z_]+)\\b");

  private record DrawnField(int offset, int bytes, String name) {}

  private static List<DrawnField> drawn(List<String> lines) {
    List<DrawnField> fields = new ArrayList<>();
    for (String line : lines) {
      Matcher row = ROW.matcher(line);
      if (row.find()) {
        fields.add(
            new DrawnField(
                Integer.parseInt(row.group(1)), Integer.parseInt(row.group(2)), row.group(3)));
      }
    }
    return fields;
  }

  private static List<DrawnField> drawnBeside(Class<?> layout) throws IOException {
    Path source = Path.of("src/main/java", layout.getName().replace('.', '/') + ".java");
    return drawn(Files.readAllLines(source));
  }

  @ParameterizedTest
  @CsvSource({
    "org.basaltdb.core.codec.RowLayout, Row image, 7",
    "org.basaltdb.core.codec.OverflowPointerLayout, Overflow pointer, 4",
    "org.basaltdb.core.schema.SchemaImageLayout, Stored schema, 14",
    "org.basaltdb.core.store.PageFileLayout, Page file, 7"
  })
  void diagramsAreTheOffsets(String className, String section, int fieldCount)
      throws ReflectiveOperationException, IOException {
    Class<?> layout = Class.forName(className);
    List<DrawnField> fields = drawnBeside(layout);
    assertThat(fields).hasSize(fieldCount);
    int end = 0;
    for (DrawnField field : fields) {
      Field constant = layout.getDeclaredField(field.name() + "_OFFSET");
      constant.setAccessible(true);
      assertThat(field.offset()).as(field.name()).isEqualTo(constant.getInt(null));
      // a diagram has no gaps; the next one begins at 0 or goes on
      assertThat(field.offset()).as(field.name()).isIn(0, end);
      end = field.offset() + field.bytes();
    }
    assertThat(drawnInDocs(section)).isEqualTo(fields);
  }

  private static List<DrawnField> drawnInDocs(String section) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("../docs/formats.md"));
    int start = lines.indexOf("## " + section);
    assertThat(start).as("section " + section).isNotNegative();
    int end = start + 1;
    while (end < lines.size() && !lines.get(end).startsWith("## ")) {
      end++;
    }
    return drawn(lines.subList(start, end));
  }
}
