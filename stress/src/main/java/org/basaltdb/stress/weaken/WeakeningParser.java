package org.basaltdb.stress.weaken;

import java.util.ArrayList;
import java.util.List;

/// Reads the text of one [Weakening].
final class WeakeningParser {
  private static final String BEFORE = "<<<";
  private static final String BETWEEN = "===";
  private static final String AFTER = ">>>";

  private final String name;
  private final List<String> lines;
  private int next;

  WeakeningParser(String name, List<String> lines) {
    this.name = name;
    this.lines = lines;
  }

  Weakening parse() {
    String summary = "";
    List<String> tests = List.of();
    List<Weakening.Hunk> widening = new ArrayList<>();
    List<Weakening.Hunk> weakening = new ArrayList<>();
    String file = "";
    while (next < lines.size()) {
      String line = lines.get(next++).strip();
      if (line.startsWith("#")) {
        summary = summary.isEmpty() ? line.substring(1).strip() : summary;
      } else if (line.startsWith("caught-by ")) {
        tests = List.of(line.substring("caught-by ".length()).strip().split("\\s+"));
      } else if (line.startsWith("file ")) {
        file = line.substring("file ".length()).strip();
      } else if (line.equals("widen")) {
        widening.add(hunk(file, false));
      } else if (line.equals("weaken")) {
        weakening.add(hunk(file, true));
      } else if (!line.isEmpty()) {
        throw malformed("'" + line + "'", "a comment, caught-by, file, widen or weaken");
      }
    }
    if (summary.isEmpty() || tests.isEmpty() || weakening.isEmpty()) {
      throw malformed("the end", "a comment, caught-by and weaken before it");
    }
    // Widened first: the text to be weakened is looked for in what the windows left.
    List<Weakening.Hunk> hunks = new ArrayList<>(widening);
    hunks.addAll(weakening);
    return new Weakening(name, summary, tests, List.copyOf(hunks));
  }

  private Weakening.Hunk hunk(String file, boolean weakens) {
    if (file.isEmpty()) {
      throw malformed("a replacement", "file before it");
    }
    expect(BEFORE);
    String before = until(BETWEEN);
    String after = until(AFTER);
    if (before.isBlank()) {
      throw malformed("no text to replace", "some");
    }
    return new Weakening.Hunk(file, weakens, before, after);
  }

  private void expect(String marker) {
    if (next == lines.size() || !lines.get(next).strip().equals(marker)) {
      throw malformed("something else", marker);
    }
    next++;
  }

  private String until(String marker) {
    StringBuilder text = new StringBuilder();
    while (next < lines.size()) {
      String line = lines.get(next++);
      if (line.strip().equals(marker)) {
        return text.toString();
      }
      text.append(line).append('\n');
    }
    throw malformed("the end", marker);
  }

  private IllegalStateException malformed(String found, String expected) {
    return new IllegalStateException(
        "weakened variant '"
            + name
            + "' cannot be read; found "
            + found
            + "; expected "
            + expected
            + "; at line "
            + next);
  }
}
