package org.basaltdb.core;

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
import org.junit.jupiter.params.provider.CsvSource;

/// The drawings of manifests, log payloads and images, beside the code and in `docs/formats.md`,
/// are what the constants say.
class StoredFormatsTest {
  private static final Pattern ROW =
      Pattern.compile("^(?: ?\\*|///)? +(\\d+) +(\\d+|\\.) +([a-z]\\w*)(?: .*)?$");

  private record Drawn(int offset, String bytes, String name) {}

  @ParameterizedTest
  @CsvSource({
    "org.basaltdb.core.recovery.ManifestLayout, 12, 68",
    "org.basaltdb.core.checkpoint.CheckpointLayout, 11, 4096",
    "org.basaltdb.core.store.UnitLayout, 3, 16",
    "org.basaltdb.core.catalog.CatalogRecordLayout, 7, 16",
    "org.basaltdb.core.table.MutationRecordLayout, 7, 16"
  })
  void drawingsAreTheOffsets(String className, int fieldCount, int fixedBytes)
      throws ReflectiveOperationException, IOException {
    Class<?> layout = Class.forName(className);
    List<Drawn> beside = drawn(Files.readAllLines(sourceOf(layout)));
    assertThat(beside).hasSize(fieldCount);
    int end = 0;
    for (Drawn field : beside) {
      Field constant = layout.getDeclaredField(constantName(field.name()));
      constant.setAccessible(true);
      assertThat(field.offset()).as(field.name()).isEqualTo(constant.getInt(null)).isEqualTo(end);
      end += field.bytes().equals(".") ? 0 : Integer.parseInt(field.bytes());
    }
    assertThat(end).isEqualTo(fixedBytes);
    assertThat(String.join("\n", Files.readAllLines(Path.of("../docs/formats.md"))))
        .contains(drawing(Files.readAllLines(sourceOf(layout))));
  }

  private static Path sourceOf(Class<?> layout) {
    return Path.of("src/main/java", layout.getName().replace('.', '/') + ".java");
  }

  private static String constantName(String field) {
    return field.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT) + "_OFFSET";
  }

  private static List<Drawn> drawn(List<String> lines) {
    List<Drawn> fields = new ArrayList<>();
    for (String line : lines) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        fields.add(new Drawn(Integer.parseInt(row.group(1)), row.group(2), row.group(3)));
      }
    }
    return fields;
  }

  /// The rows of the drawing as they stand in the source, without what makes them a comment.
  private static String drawing(List<String> lines) {
    List<String> rows = new ArrayList<>();
    for (String line : lines) {
      if (ROW.matcher(line).matches()) {
        rows.add(line.replaceFirst("^(?: ?\\*|///) ", ""));
      }
    }
    return String.join("\n", rows);
  }
}
