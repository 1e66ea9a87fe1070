package org.basaltdb.offheap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The tables `offset bytes field` and `bits field` drawn in the documentation of a layout class,
/// read from its source, and those in `docs/formats.md`, so that a test can hold them against the
/// constants.
public final class LayoutDiagram {
  private static final Path FORMATS = Path.of("../docs/formats.md");
  private static final Pattern FIELD_HEAD = Pattern.compile("^\\W*offset\\W+bytes\\W+field\\b.*");
  private static final Pattern FIELD = Pattern.compile("^\\W+(\\d+)[ |]+(\\d+)[ |]+(\\w+)\\b.*");
  private static final Pattern BITS_HEAD = Pattern.compile("^\\W*bits\\W+field\\b.*");
  private static final Pattern BITS = Pattern.compile("^\\W+(\\d+)-(\\d+)[ |]+(\\w+)\\b.*");

  /// A line of a document's table that has no number to hold against a constant, or rules it off.
  private static final Pattern UNNUMBERED = Pattern.compile("^\\| *[-.\\d][^|]*\\|.*");

  /// One line of a table of bytes.
  public record Field(int offset, int bytes, String name) {}

  /// One line of a table of bits.
  public record Bits(int first, int last, String name) {}

  private interface Reading<T> {
    T read(int first, int second, String name);
  }

  private LayoutDiagram() {}

  /// The tables of a source file, in order.
  ///
  /// @param type a top-level class of this module
  public static List<List<Field>> of(Class<?> type) throws IOException {
    return tables(source(type), FIELD_HEAD, FIELD, Field::new);
  }

  /// The tables of bits of a source file, in order.
  ///
  /// @param type a top-level class of this module
  public static List<List<Bits>> bitsOf(Class<?> type) throws IOException {
    return tables(source(type), BITS_HEAD, BITS, Bits::new);
  }

  /// The tables in a section of `docs/formats.md`, in order, without the lines whose offset or
  /// length is not a number.
  ///
  /// @param section its heading
  public static List<List<Field>> inFormats(String section) throws IOException {
    return tables(formats(section), FIELD_HEAD, FIELD, Field::new);
  }

  /// The tables of bits in a section of `docs/formats.md`, in order.
  ///
  /// @param section its heading
  public static List<List<Bits>> bitsInFormats(String section) throws IOException {
    return tables(formats(section), BITS_HEAD, BITS, Bits::new);
  }

  private static List<String> source(Class<?> type) throws IOException {
    return Files.readAllLines(Path.of("src/main/java", type.getName().replace('.', '/') + ".java"));
  }

  private static List<String> formats(String section) throws IOException {
    List<String> lines = Files.readAllLines(FORMATS);
    int from = lines.indexOf("## " + section);
    if (from < 0) {
      throw new IllegalArgumentException(
          "no section \"" + section + "\" in " + FORMATS + "; expected a line ## " + section);
    }
    int to = from + 1;
    while (to < lines.size() && !lines.get(to).startsWith("## ")) {
      to++;
    }
    return lines.subList(from, to);
  }

  private static <T> List<List<T>> tables(
      List<String> lines, Pattern head, Pattern row, Reading<T> reading) {
    List<List<T>> tables = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      Matcher matcher = row.matcher(line);
      if (head.matcher(line).matches()) {
        tables.add(new ArrayList<>());
        inside = true;
      } else if (inside && matcher.matches()) {
        tables
            .getLast()
            .add(
                reading.read(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    matcher.group(3)));
      } else {
        inside &= UNNUMBERED.matcher(line).matches();
      }
    }
    return tables;
  }
}
