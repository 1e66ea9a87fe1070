package org.basaltdb.stress.weaken;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One way to weaken a protocol, as a file says it:
///
/// ```text
/// # what is dropped, and what then goes wrong
/// caught-by RowMoved BatchMoved
/// file core/src/main/java/org/basaltdb/core/table/PointReader.java
/// widen
/// <<<
/// text that stands in the file exactly once
/// ===
/// the same, with a call of Window.open() between two of its steps
/// >>>
/// weaken
/// <<<
/// text that stands in the file exactly once
/// ===
/// the text in its place
/// >>>
/// ```
///
/// `file` holds until the next one; `widen` is optional. A test that catches the weakened source
/// has to pass with the source that is only widened: so the window alone breaks nothing, and the
/// protocol itself is tried where it matters most.
///
/// White space does not count where text is looked for, so that the formatter may break lines anew.
/// Text that is not found, or found twice, is an error: a variant that no longer says anything
/// about the source is not passed over.
///
/// @param name the file's name without its ending
/// @param summary the first comment line
/// @param tests simple names of the tests that have to catch it
/// @param hunks in the order in which they are applied
record Weakening(String name, String summary, List<String> tests, List<Hunk> hunks) {
  private static final String ENDING = ".txt";

  /// A replacement in one file.
  ///
  /// @param file relative to the repository
  /// @param weakens whether it weakens; else it widens a window
  record Hunk(String file, boolean weakens, String before, String after) {
    /// The text with the replacement made.
    String applyTo(String text, String variant) {
      Matcher matcher = pattern().matcher(text);
      if (!matcher.find()) {
        throw noLongerApplies(variant, "not found");
      }
      int start = matcher.start();
      int end = matcher.end();
      if (matcher.find()) {
        throw noLongerApplies(variant, "found more than once");
      }
      return text.substring(0, start) + after.strip() + text.substring(end);
    }

    private Pattern pattern() {
      return Pattern.compile(
          before
              .chars()
              .filter(c -> !Character.isWhitespace(c))
              .mapToObj(c -> Pattern.quote(Character.toString(c)))
              .collect(Collectors.joining("\\s*")));
    }

    private StaleWeakeningException noLongerApplies(String variant, String found) {
      return new StaleWeakeningException(
          "weakened variant '"
              + variant
              + "' no longer applies; its text is "
              + found
              + " in "
              + file
              + "; expected exactly once; follow the source, or drop the variant if the protocol"
              + " changed:\n"
              + before.strip());
    }
  }

  /// Reads every variant in a directory, by name.
  static List<Weakening> readAll(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> sorted = files.filter(file -> file.toString().endsWith(ENDING)).sorted().toList();
      List<Weakening> all = new ArrayList<>();
      for (Path file : sorted) {
        all.add(read(file));
      }
      return all;
    }
  }

  private static Weakening read(Path path) throws IOException {
    String fileName = path.getFileName().toString();
    String name = fileName.substring(0, fileName.length() - ENDING.length());
    return new WeakeningParser(name, Files.readAllLines(path)).parse();
  }

  /// Whether some window is widened.
  boolean widens() {
    return hunks.stream().anyMatch(hunk -> !hunk.weakens());
  }

  /// The changed sources, by path relative to the repository.
  ///
  /// @param weakened false for the windows alone
  Map<String, String> apply(Path repository, boolean weakened) throws IOException {
    Map<String, String> sources = new LinkedHashMap<>();
    for (Hunk hunk : hunks) {
      if (hunk.weakens() && !weakened) {
        continue;
      }
      String text = sources.get(hunk.file());
      if (text == null) {
        text = Files.readString(repository.resolve(hunk.file()));
      }
      sources.put(hunk.file(), hunk.applyTo(text, name));
    }
    return sources;
  }
}
