package org.basaltdb.offheap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tables `offset bytes field` drawn in the documentation of a layout class, read from its
/// source, so that a test can hold them against the constants.
public final class LayoutDiagram {
  private static final Pattern HEAD = Pattern.compile("^\\W*offset +bytes +field.*");
  private static final Pattern LINE = Pattern.compile("^ *(?:///|\\*) +(\\d+) +(\\d+) +(\\w+).*");

  /// One line of a table.
  public record Field(int offset, int bytes, String name) {}

  private LayoutDiagram() {}

  /// The tables of a source file, in order.
  ///
  /// @param type a top-level class of this module
  public static List<List<Field>> of(Class<?> type) throws IOException {
    Path source = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
    List<List<Field>> tables = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(source)) {
      Matcher field = LINE.matcher(line);
      if (HEAD.matcher(line).matches()) {
        tables.add(new ArrayList<>());
        inside = true;
      } else if (inside && field.matches()) {
        tables
            .getLast()
            .add(
                new Field(
                    Integer.parseInt(field.group(1)),
                    Integer.parseInt(field.group(2)),
                    field.group(3)));
      } else {
        inside = false;
      }
    }
    return tables;
  }
}
